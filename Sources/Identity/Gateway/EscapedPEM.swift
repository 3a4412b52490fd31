extension EncodedChain {
    /// Replaces the certificates by those of URL-encoded PEM, as nginx's `$ssl_client_escaped_cert`.
    ///
    /// A `+` is a plus sign, never a space: base64 has it. Source: RFC 3986, section 2.1.
    ///
    /// - Throws: the first offence, with its offset; the chain is then empty.
    package mutating func parse(
        escapedPEM text: Span<UInt8>
    ) throws(CertificateEncodingError) {
        try checkSize(text)
        try replace { (chain) throws(CertificateEncodingError) in
            try chain.append(escapedPEM: text, in: 0..<text.count)
        }
    }

    /// Replaces the certificates by one leaf in base64 of DER, without line breaks.
    ///
    /// Caddy sends this as `{http.request.tls.client.certificate_der_base64}`, Traefik and HAProxy
    /// likewise.
    /// - Throws: the first offence, with its offset; the chain is then empty.
    package mutating func parse(
        base64DER text: Span<UInt8>
    ) throws(CertificateEncodingError) {
        try checkSize(text)
        try replace { (chain) throws(CertificateEncodingError) in
            try chain.append(base64: text, in: 0..<text.count)
        }
    }

    func checkSize(_ text: Span<UInt8>) throws(CertificateEncodingError) {
        guard text.count <= limits.maximumHeaderBytes else {
            throw CertificateEncodingError(.tooLarge, at: limits.maximumHeaderBytes)
        }
    }

    mutating func append(
        escapedPEM text: Span<UInt8>, in range: Range<Int>
    ) throws(CertificateEncodingError) {
        var reader = PEMReader()
        var index = range.lowerBound
        while index < range.upperBound {
            var byte = text[index]
            let offset = index
            index += 1
            if byte == UInt8(ascii: "%") {
                guard range.upperBound - index >= 2,
                    let high = Hexadecimal.value(text[index]),
                    let low = Hexadecimal.value(text[index + 1])
                else { throw CertificateEncodingError(.badEscape, at: offset) }
                byte = high << 4 | low
                index += 2
            }
            try reader.take(byte, at: offset, into: &self)
        }
        try reader.finish(at: range.upperBound, into: &self)
    }

    mutating func append(
        base64 text: Span<UInt8>, in range: Range<Int>
    ) throws(CertificateEncodingError) {
        var base64 = Base64()
        for index in range {
            guard let decoded = base64.take(text[index]) else {
                throw CertificateEncodingError(.badBase64, at: index)
            }
            if decoded.count > 0 { try append(decoded, at: index) }
        }
        guard base64.isComplete else {
            throw CertificateEncodingError(.badBase64, at: range.upperBound)
        }
        try endCertificate(at: range.lowerBound)
    }
}

/// Hexadecimal digits, both ways.
enum Hexadecimal {
    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit &- UInt8(ascii: "a") &+ 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit &- UInt8(ascii: "A") &+ 10
        default: nil
        }
    }

    /// Two lower-case digits for each byte.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var digits: [UInt8] = []
        for byte in bytes {
            digits.append(digit(byte >> 4))
            digits.append(digit(byte & 0xF))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
