/// The evidence of a request frame: its parts lie where they were received.
///
/// Wire checks their order and bounds and does not look into them; each begins at a multiple of 8
/// bytes from the frame's start. Valid only during the call it is passed to.
package struct EvidenceView: BitwiseCopyable {
    private let parts: ByteRegion
    /// The bytes the evidence takes in its frame, its length included; 0 when there is none.
    package let totalBytes: Int

    private init(parts: ByteRegion, totalBytes: Int) {
        self.parts = parts
        self.totalBytes = totalBytes
    }

    /// Whether the frame is one that carries evidence, if only of no parts.
    package var isPresent: Bool { totalBytes > 0 }

    @inline(__always)
    static func none(in frame: ByteRegion) -> EvidenceView {
        EvidenceView(parts: frame.region(from: 0, count: 0), totalBytes: 0)
    }

    /// Reads the evidence at `offset`.
    /// - Throws: `bodyTooShort`, `reservedNotZero`, `paddingNotZero` or an error of evidence.
    static func parse(_ frame: ByteRegion, at offset: Int) throws(FrameError) -> EvidenceView {
        let header = WireLayout.evidenceHeaderBytes
        guard frame.count - offset >= header else { throw .bodyTooShort }
        let length = Int(frame.integer(at: offset, as: UInt32.self))
        if frame.integer(at: offset + 4, as: UInt32.self) != 0 { throw .reservedNotZero }
        if length % WireLayout.alignment != 0 { throw .evidenceNotAligned }
        guard length <= frame.count - offset - header else { throw .evidenceTooLong }
        let parts = frame.region(from: offset + header, count: length)
        var position = 0
        var last: UInt8 = 0
        var certificate: EvidencePart?
        var hasToken = false
        while position < parts.count {
            let (kind, part) = try part(parts, at: position)
            guard kind.rawValue > last else { throw .evidenceOrder }
            last = kind.rawValue
            if kind.isCertificate {
                guard certificate == nil else { throw .evidenceConflict }
                certificate = kind
            } else if kind == .clientCertChain, certificate != .clientCert {
                throw .evidenceConflict
            } else if kind == .token {
                hasToken = true
            } else if kind == .introspection, hasToken {
                throw .evidenceConflict
            }
            position += EvidencePart.encodedBytes(part.count)
        }
        return EvidenceView(parts: parts, totalBytes: header + length)
    }

    /// The part at a multiple of 8.
    private static func part(
        _ parts: ByteRegion, at offset: Int
    ) throws(FrameError) -> (kind: EvidencePart, bytes: ByteRegion) {
        // The parts together are a multiple of 8, so that a header always fits.
        let word = parts.integer(at: offset, as: UInt32.self)
        guard word <= UInt32(UInt8.max), let kind = EvidencePart(rawValue: UInt8(word)) else {
            throw .unknownEvidence
        }
        let count = Int(parts.integer(at: offset + 4, as: UInt32.self))
        if count == 0 { throw .emptyEvidence }
        let start = offset + WireLayout.evidencePartHeaderBytes
        let padded = WireLayout.padded(count)
        guard padded <= parts.count - start else { throw .evidenceTooLong }
        guard parts.region(from: start + count, count: padded - count).isZero(from: 0) else {
            throw .paddingNotZero
        }
        return (kind, parts.region(from: start, count: count))
    }

    /// Calls `body` with each part, in the order of their kinds.
    package func forEachPart(_ body: (EvidencePart, ByteRegion) -> Void) {
        var position = 0
        while position < parts.count {
            guard let (kind, bytes) = try? Self.part(parts, at: position) else { return }
            body(kind, bytes)
            position += EvidencePart.encodedBytes(bytes.count)
        }
    }
}
