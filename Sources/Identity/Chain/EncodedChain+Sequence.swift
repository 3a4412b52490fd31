extension EncodedChain {
    /// Replaces the certificates by DER certificates that follow each other, leaf first.
    ///
    /// - Throws: the first offence, with its offset; the chain is then empty.
    package mutating func parse(
        concatenatedDER bytes: Span<UInt8>
    ) throws(CertificateEncodingError) {
        removeAll()
        guard bytes.count > 0 else { throw CertificateEncodingError(.noCertificate, at: 0) }
        guard bytes.count <= limits.maximumChainBytes else {
            throw CertificateEncodingError(.tooLarge, at: limits.maximumChainBytes)
        }
        var start = 0
        while start < bytes.count {
            guard bytes[start] == 0x30,
                let header = DER.header(bytes, at: start, limit: bytes.count)
            else {
                removeAll()
                throw CertificateEncodingError(.badDER, at: start)
            }
            do throws(CertificateEncodingError) {
                try append(bytes.extracting(start..<header.end))
            } catch {
                removeAll()
                throw CertificateEncodingError(error.kind, at: start)
            }
            start = header.end
        }
    }
}
