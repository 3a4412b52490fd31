import ArgumentParser
import Identity
import WritClient

/// The evidence of a command: a certificate in one form, a token, a device.
struct EvidenceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The client's certificate, leaf first: a file of PEM or DER.", valueName: "file"))
    var certificate: String?

    @Option(
        help: ArgumentHelp(
            "A file with the JWT in compact form; - for standard input.", valueName: "file"))
    var token: String?

    @Option(
        help: ArgumentHelp(
            "A file with what the issuer of an opaque token answered about it, JSON of RFC 7662.",
            valueName: "file"))
    var introspection: String?

    @Option(
        help: ArgumentHelp(
            "The id of the client's device; believed only if certificate or token lead to it.",
            valueName: "id"))
    var device: String?

    /// Whether any evidence is given.
    var isGiven: Bool {
        certificate != nil || token != nil || introspection != nil || device != nil
    }

    /// Reads the files.
    func evidence() throws(Failure) -> Evidence {
        var evidence = Evidence(deviceID: device)
        if let certificate {
            evidence.certificate = .chain(try Self.certificates(InputFile(certificate)))
        }
        if let token { evidence.token = try Self.text(InputFile(token)) }
        if let introspection {
            evidence.introspection = try Self.text(InputFile(introspection))
        }
        return evidence
    }

    /// The certificates of a file in PEM or, when it begins like it, in DER.
    static func certificates(_ file: InputFile) throws(Failure) -> [[UInt8]] {
        var chain = EncodedChain(
            limits: IdentityLimits(maximumChainBytes: 1 << 20, maximumCertificates: 64))
        do throws(CertificateEncodingError) {
            if file.bytes.first == 0x30 {
                try chain.parse(concatenatedDER: file.bytes.span)
            } else {
                try chain.parse(pem: file.bytes.span)
            }
        } catch {
            throw Failure("`\(file.name)` holds no certificates: \(error)")
        }
        return (0..<chain.count).map { chain.certificate($0) }
    }

    /// The SHA-256 of a file's certificate, in hexadecimal; of a chain the first one's.
    static func thumbprint(_ path: String) throws(Failure) -> String {
        let file = try InputFile(path)
        guard let leaf = try certificates(file).first, let digest = Fingerprint.sha256(leaf.span)
        else { throw Failure("`\(file.name)` holds no certificates") }
        return digest.description
    }

    /// A file's text without the white space around it.
    static func text(_ file: InputFile) throws(Failure) -> String {
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw Failure("`\(file.name)` is no text")
        }
        var slice = Substring(text)
        while slice.last?.isWhitespace ?? false { slice.removeLast() }
        while slice.first?.isWhitespace ?? false { slice.removeFirst() }
        return String(slice)
    }
}
