import ArgumentParser
import CedarSyntax
import DecisionPoint
import Identity
import JSON
import Logging

/// `writ identity inspect`: what a service would make of evidence.
struct InspectIdentityCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show the verdict on a certificate or token, and who it is.",
        discussion: """
            Judges with the bundles, keys and rules of the configuration, at the time of
            the machine. Of headers, give the value as the gateway sends it; @FILE reads it
            from a file.

            Exit codes: 0 verified and a principal, 2 rejected or nobody, 1 not judged.

            Examples:
              writ identity inspect --config writ.yaml --certificate client.pem
              writ identity inspect --config writ.yaml --xfcc @header.txt --json
              writ identity inspect --config writ.yaml --token token.jwt --device laptop-7
            """)

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The service's configuration.", valueName: "file"))
    var config: String

    @OptionGroup var evidence: EvidenceOptions

    @Option(
        help: ArgumentHelp("Envoy's x-forwarded-client-cert.", valueName: "value|@file"))
    var xfcc: String?

    @Option(help: ArgumentHelp("Client-Cert of RFC 9440.", valueName: "value|@file"))
    var clientCert: String?

    @Option(
        help: ArgumentHelp("Client-Cert-Chain, beside --client-cert.", valueName: "value|@file"))
    var clientCertChain: String?

    @Option(
        help: ArgumentHelp("URL-encoded PEM, as nginx sends it.", valueName: "value|@file"))
    var escapedPem: String?

    @Option(
        help: ArgumentHelp(
            "Base64 of DER, as Caddy, Traefik and HAProxy send it.", valueName: "value|@file"))
    var base64Der: String?

    @Flag(help: "Print as JSON.")
    var json = false

    func validate() throws {
        let forms = [evidence.certificate, xfcc, clientCert, escapedPem, base64Der]
            .compactMap { $0 }
        if forms.count > 1 { throw ValidationError("a certificate may be given in one form only") }
        if clientCertChain != nil, clientCert == nil {
            throw ValidationError("--client-cert-chain needs --client-cert")
        }
        if evidence.token != nil, evidence.introspection != nil {
            throw ValidationError("--token and --introspection exclude each other")
        }
        if forms.isEmpty, evidence.token == nil, evidence.introspection == nil {
            throw ValidationError("a certificate, --token or --introspection is needed")
        }
    }

    func run() async throws {
        let report = try inspect()
        if json {
            printLine(report.json)
        } else {
            report.print()
        }
        guard report.code == nil else { throw ExitCode.denied }
    }

    private func inspect() throws(Failure) -> IdentityInspection {
        guard let identity = try ServiceConfiguration.read(config).identity else {
            throw Failure("`\(config)` has no key `identity`: its service judges no identities")
        }
        // What it has to say of its files are failures, which end the command.
        var log = Logger(label: "writ") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        let watch = try TrustWatch(identity, log: log)
        var form = DecisionPoint.Evidence.CertificateForm.der
        var (certificate, issuers): ([UInt8], [UInt8]) = ([], [])
        var (token, introspection): ([UInt8], [UInt8]) = ([], [])
        if let path = evidence.certificate {
            certificate = try EvidenceOptions.certificates(InputFile(path)).flatMap(\.self)
        }
        let headers: [(String?, DecisionPoint.Evidence.CertificateForm)] = [
            (xfcc, .forwardedClientCert), (clientCert, .clientCert), (escapedPem, .escapedPEM),
            (base64Der, .base64DER),
        ]
        for (value, header) in headers {
            guard let value else { continue }
            certificate = try Self.header(value)
            form = header
        }
        if let clientCertChain { issuers = try Self.header(clientCertChain) }
        if let path = evidence.token {
            token = Array(try EvidenceOptions.text(InputFile(path)).utf8)
        }
        if let path = evidence.introspection {
            introspection = Array(try EvidenceOptions.text(InputFile(path)).utf8)
        }
        let device = Array((evidence.device ?? "").utf8)
        return Self.lend(certificate, issuers, token, device, introspection) { regions in
            var sent = Evidence()
            sent.certificateForm = form
            (sent.certificate, sent.issuers) = (regions[0], regions[1])
            (sent.token, sent.deviceID) = (regions[2], regions[3])
            sent.introspection = regions[4]
            return IdentityInspection(sent, watch.settings)
        }
    }

    private static func header(_ value: String) throws(Failure) -> [UInt8] {
        guard value.hasPrefix("@") else { return Array(value.utf8) }
        return Array(try EvidenceOptions.text(InputFile(String(value.dropFirst()))).utf8)
    }

    private static func lend<Result>(
        _ parts: [UInt8]..., body: ([UntrustedBytes]) -> Result
    ) -> Result {
        var all: [UInt8] = []
        for part in parts { all += part }
        return unsafe all.withUnsafeBytes { bytes in
            var regions: [UntrustedBytes] = []
            var start = 0
            for part in parts {
                regions.append(
                    unsafe UntrustedBytes(
                        UnsafeRawBufferPointer(rebasing: bytes[start..<start + part.count])))
                start += part.count
            }
            return body(regions)
        }
    }
}

extension IdentityInspection {
    /// Whether what was sent is verified, though it may be nobody.
    private var isVerified: Bool { !verified.isEmpty }

    /// Prints the report for people.
    func print() {
        let terminal = Terminal.output
        if isVerified {
            printLine(terminal.styled("VERIFIED", .green))
        } else {
            printLine(terminal.styled("REJECTED", .red) + " " + (code ?? ""))
        }
        if let principal {
            printLine("principal: \(principal)")
        } else if isVerified {
            printLine("principal: nobody, so deny (\(code ?? ""))")
        }
        guard isVerified else { return }
        var writer = JSONWriter()
        writer.write(verified)
        printLine("verified: " + String(decoding: writer.bytes, as: UTF8.self))
    }

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("verdict")
        writer.string(isVerified ? "verified" : "rejected")
        if let code {
            writer.key("code")
            writer.string(code)
        }
        if let principal {
            writer.key("principal")
            writer.write(principal)
        }
        if isVerified {
            writer.key("verified")
            writer.write(verified)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
