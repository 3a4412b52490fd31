/// Envoy's `x-forwarded-client-cert`, read for its certificates only.
///
/// Envoy writes `URI` and `DNS` as they stand in the certificate, without quotes, so a subject
/// alternative name with `;` or `,` forges further keys and elements. Therefore nothing but the
/// certificate says who the client is, and the certificate must be the connection's: the header
/// has exactly one element, no key twice, a `Hash` that is the SHA-256 of the leaf, and neither
/// that nor the certificate stands after a `URI` or `DNS`. So nothing that a name forges is read.
struct ForwardedClientCert {
    /// The keys that Envoy writes. Source: Envoy, "HTTP header manipulation", XFCC.
    enum Key: UInt8 {
        case by, hash, cert, chain, subject, uri, dns

        init?(_ text: Span<UInt8>, _ range: Range<Int>) {
            func isNamed(_ name: StaticString) -> Bool {
                guard name.utf8CodeUnitCount == range.count else { return false }
                return name.withUTF8Buffer { name in
                    for place in 0..<name.count {
                        guard unsafe text[range.lowerBound + place] | 0x20 == name[place] else {
                            return false
                        }
                    }
                    return true
                }
            }
            if isNamed("by") {
                self = .by
            } else if isNamed("hash") {
                self = .hash
            } else if isNamed("cert") {
                self = .cert
            } else if isNamed("chain") {
                self = .chain
            } else if isNamed("subject") {
                self = .subject
            } else if isNamed("uri") {
                self = .uri
            } else if isNamed("dns") {
                self = .dns
            } else {
                return nil
            }
        }

        /// Whether a certificate can have several, so that Envoy repeats the key.
        var mayRepeat: Bool { self == .by || self == .uri || self == .dns }

        /// Whether the certificate is read from it or bound by it.
        var bindsCertificate: Bool { self == .hash || self == .cert || self == .chain }

        /// The bits of the keys whose values stand without quotes as the client's certificate has
        /// them. Envoy writes them last.
        static let writtenByClient: UInt8 = 1 << Key.uri.rawValue | 1 << Key.dns.rawValue
    }

    private(set) var hash: Range<Int>?
    private(set) var cert: Range<Int>?
    private(set) var chain: Range<Int>?

    /// Splits the header into its values without decoding them.
    init(parsing text: Span<UInt8>) throws(CertificateEncodingError) {
        var seen: UInt8 = 0
        var index = 0
        while true {
            let keyStart = index
            while index < text.count, Self.isLetter(text[index]) { index += 1 }
            guard index > keyStart, index < text.count, text[index] == UInt8(ascii: "=") else {
                throw CertificateEncodingError(.badHeader, at: index)
            }
            guard let key = Key(text, keyStart..<index) else {
                throw CertificateEncodingError(.unknownKey, at: keyStart)
            }
            let bit = UInt8(1) << key.rawValue
            guard key.mayRepeat || seen & bit == 0 else {
                throw CertificateEncodingError(.duplicateKey, at: keyStart)
            }
            guard !key.bindsCertificate || seen & Key.writtenByClient == 0 else {
                throw CertificateEncodingError(.misplacedKey, at: keyStart)
            }
            seen |= bit
            let isQuoted = index + 1 < text.count && text[index + 1] == UInt8(ascii: "\"")
            let value = try Self.value(text, from: index + 1, isQuoted: isQuoted)
            try keep(key, value, isQuoted: isQuoted)
            index = isQuoted ? value.upperBound + 1 : value.upperBound
            if index == text.count { break }
            guard text[index] == UInt8(ascii: ";") else {
                let isSecond = text[index] == UInt8(ascii: ",")
                throw CertificateEncodingError(
                    isSecond ? .severalElements : .badHeader, at: index)
            }
            index += 1
        }
    }

    private mutating func keep(
        _ key: Key, _ value: Range<Int>, isQuoted: Bool
    ) throws(CertificateEncodingError) {
        switch key {
        case .hash:
            guard !isQuoted, value.count == 64 else {
                throw CertificateEncodingError(.badHeader, at: value.lowerBound)
            }
            hash = value
        case .cert, .chain:
            guard isQuoted else {
                throw CertificateEncodingError(.badHeader, at: value.lowerBound)
            }
            if key == .cert { cert = value } else { chain = value }
        case .by, .subject, .uri, .dns: break
        }
    }

    /// Where a value lies, without its quotes.
    private static func value(
        _ text: Span<UInt8>, from start: Int, isQuoted: Bool
    ) throws(CertificateEncodingError) -> Range<Int> {
        var index = isQuoted ? start + 1 : start
        let first = index
        while index < text.count {
            let byte = text[index]
            guard byte >= 0x20, byte != 0x7F else {
                throw CertificateEncodingError(.badHeader, at: index)
            }
            if byte == UInt8(ascii: "\"") {
                if isQuoted { return first..<index }
                throw CertificateEncodingError(.badHeader, at: index)
            }
            if isQuoted, byte == UInt8(ascii: "\\") {
                index += 1
            } else if !isQuoted, byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") {
                return first..<index
            }
            index += 1
        }
        if isQuoted { throw CertificateEncodingError(.badHeader, at: text.count) }
        return first..<index
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }
}

extension EncodedChain {
    /// Replaces the certificates by those of Envoy's `x-forwarded-client-cert`.
    ///
    /// The header must have one element with `Hash` and with `Cert` or `Chain`; with both, the chain
    /// must start with the certificate. ``ForwardedClientCert`` says why so strictly.
    ///
    /// - Throws: the first offence, with its offset; the chain is then empty.
    package mutating func parse(
        forwardedClientCert text: Span<UInt8>
    ) throws(CertificateEncodingError) {
        try checkSize(text)
        if text.count == 0 {
            removeAll()
            throw CertificateEncodingError(.noCertificate, at: 0)
        }
        removeAll()
        let element = try ForwardedClientCert(parsing: text)
        try replace { (chain) throws(CertificateEncodingError) in
            if let cert = element.cert {
                try chain.append(escapedPEM: text, in: cert)
                guard chain.count == 1 else {
                    throw CertificateEncodingError(
                        chain.count == 0 ? .noCertificate : .badHeader, at: cert.lowerBound)
                }
            }
            guard let issuers = element.chain else { return }
            let hasCert = chain.count == 1
            try chain.append(escapedPEM: text, in: issuers)
            if hasCert {
                guard chain.count > 1, chain.areEqual(0, 1) else {
                    throw CertificateEncodingError(.chainMismatch, at: issuers.lowerBound)
                }
                chain.removeFirst()
            }
        }
        do throws(CertificateEncodingError) {
            guard let hash = element.hash else {
                throw CertificateEncodingError(.missingHash, at: text.count)
            }
            try check(hash, text)
        } catch {
            removeAll()
            throw error
        }
    }

    /// Compares the leaf's digest with the digits of a `Hash`.
    private func check(
        _ hash: Range<Int>, _ text: Span<UInt8>
    ) throws(CertificateEncodingError) {
        guard let digest = Fingerprint.sha256(bytes.span.extracting(range(0))) else {
            throw CertificateEncodingError(.hashMismatch, at: hash.lowerBound)
        }
        var index = hash.lowerBound
        while index < hash.upperBound {
            guard let high = Hexadecimal.value(text[index]),
                let low = Hexadecimal.value(text[index + 1])
            else { throw CertificateEncodingError(.badHeader, at: index) }
            guard high << 4 | low == digest.byte((index - hash.lowerBound) / 2) else {
                throw CertificateEncodingError(.hashMismatch, at: hash.lowerBound)
            }
            index += 2
        }
    }
}
