/// The header fields of RFC 9440, by which a TLS terminator passes on the client's certificate.
extension EncodedChain {
    /// Replaces the certificates by `Client-Cert` (the leaf) and `Client-Cert-Chain` (the issuers).
    ///
    /// Byte sequences must be padded; parameters and empty members are refused. An absent or empty
    /// chain field means that there are no issuers. Sources: RFC 9440, sections 2.2 and 2.3;
    /// RFC 8941, sections 3.1 and 3.3.5.
    ///
    /// - Throws: the first offence, with its offset in the field that has it; the chain is then
    ///   empty.
    package mutating func parse(
        clientCert leaf: Span<UInt8>, clientCertChain issuers: Span<UInt8>? = nil
    ) throws(CertificateEncodingError) {
        try checkSize(leaf)
        if let issuers { try checkSize(issuers) }
        removeAll()
        do {
            try appendLeaf(leaf)
            if let issuers { try appendIssuers(issuers) }
        } catch {
            removeAll()
            throw error
        }
    }

    private mutating func appendLeaf(_ field: Span<UInt8>) throws(CertificateEncodingError) {
        var index = Self.afterSpaces(field, from: 0)
        if index == field.count { throw CertificateEncodingError(.noCertificate, at: index) }
        index = try appendByteSequence(field, at: index)
        index = Self.afterSpaces(field, from: index)
        guard index == field.count else {
            let isSecond = field[index] == UInt8(ascii: ",")
            throw CertificateEncodingError(isSecond ? .severalElements : .badHeader, at: index)
        }
    }

    private mutating func appendIssuers(_ field: Span<UInt8>) throws(CertificateEncodingError) {
        var index = Self.afterSpaces(field, from: 0)
        if index == field.count { return }
        while true {
            index = try appendByteSequence(field, at: index)
            index = Self.afterWhitespace(field, from: index)
            if index == field.count { return }
            guard field[index] == UInt8(ascii: ",") else {
                throw CertificateEncodingError(.badHeader, at: index)
            }
            index = Self.afterWhitespace(field, from: index + 1)
        }
    }

    /// Reads `:base64:`; the index after it.
    private mutating func appendByteSequence(
        _ field: Span<UInt8>, at start: Int
    ) throws(CertificateEncodingError) -> Int {
        guard start < field.count, field[start] == UInt8(ascii: ":") else {
            throw CertificateEncodingError(.badHeader, at: start)
        }
        var end = start + 1
        while end < field.count, field[end] != UInt8(ascii: ":") { end += 1 }
        guard end < field.count else { throw CertificateEncodingError(.badHeader, at: end) }
        try append(base64: field, in: start + 1..<end)
        return end + 1
    }

    private static func afterSpaces(_ field: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < field.count, field[index] == 0x20 { index += 1 }
        return index
    }

    private static func afterWhitespace(_ field: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < field.count, field[index] == 0x20 || field[index] == 0x09 { index += 1 }
        return index
    }
}
