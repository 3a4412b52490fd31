/// Certificates as DER, leaf first, in one buffer that is meant to be reused.
///
/// Every certificate is one DER sequence of exactly its length, so the concatenation tells where
/// each ends, and its digest stands for the chain. A warm chain takes new certificates without
/// allocating.
package struct EncodedChain: Sendable {
    package let limits: IdentityLimits

    private(set) var bytes: [UInt8] = []
    /// One past the last byte of each certificate that is complete.
    private var ends: [Int] = []

    /// Makes a chain without certificates.
    package init(limits: IdentityLimits = IdentityLimits()) {
        self.limits = limits
    }

    /// Makes a chain of certificates in DER, leaf first.
    package init(
        der certificates: [[UInt8]], limits: IdentityLimits = IdentityLimits()
    ) throws(CertificateEncodingError) {
        self.limits = limits
        for certificate in certificates { try append(certificate.span) }
    }

    /// The number of certificates.
    package var count: Int { ends.count }

    /// The number of bytes of all certificates.
    package var sizeBytes: Int { bytes.count }

    /// Where a certificate lies among the chain's bytes.
    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    /// A copy of one certificate.
    package func certificate(_ index: Int) -> [UInt8] { Array(bytes[range(index)]) }

    /// Forgets the certificates and keeps the memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Adds one certificate in DER.
    ///
    /// - Throws: `tooLarge`, `tooManyCertificates`, `badDER` or `trailingBytes`, with the offset in
    ///   the given bytes; the chain keeps what it had.
    package mutating func append(_ der: Span<UInt8>) throws(CertificateEncodingError) {
        guard der.count <= limits.maximumChainBytes - bytes.count else {
            throw CertificateEncodingError(.tooLarge, at: 0)
        }
        let start = bytes.count
        unsafe der.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        do {
            try endCertificate(at: 0)
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
    }

    /// Adds up to three bytes to the certificate that is not complete yet.
    mutating func append(
        _ decoded: (count: Int, bits: UInt32), at offset: Int
    ) throws(CertificateEncodingError) {
        guard decoded.count <= limits.maximumChainBytes - bytes.count else {
            throw CertificateEncodingError(.tooLarge, at: offset)
        }
        for place in stride(from: decoded.count - 1, through: 0, by: -1) {
            bytes.append(UInt8(truncatingIfNeeded: decoded.bits >> UInt32(place * 8)))
        }
    }

    /// Declares the bytes since the last certificate to be one.
    ///
    /// Only the outer length is checked here; the verifier checks the inside of what it has not
    /// seen before.
    mutating func endCertificate(at offset: Int) throws(CertificateEncodingError) {
        guard ends.count < limits.maximumCertificates else {
            throw CertificateEncodingError(.tooManyCertificates, at: offset)
        }
        let start = ends.last ?? 0
        guard start < bytes.count, bytes[start] == 0x30,
            let header = DER.header(bytes.span, at: start, limit: bytes.count)
        else { throw CertificateEncodingError(.badDER, at: offset) }
        guard header.end == bytes.count else {
            throw CertificateEncodingError(.trailingBytes, at: offset)
        }
        ends.append(bytes.count)
    }

    /// Whether two certificates of this chain have the same bytes.
    func areEqual(_ left: Int, _ right: Int) -> Bool {
        bytes[range(left)].elementsEqual(bytes[range(right)])
    }

    /// Takes the first certificate away.
    mutating func removeFirst() {
        guard let first = ends.first else { return }
        bytes.removeSubrange(0..<first)
        ends.removeFirst()
        for index in ends.indices { ends[index] -= first }
    }
}
