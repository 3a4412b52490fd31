/// A well-formed `decide`, `decideBatch`, `decideEvidence` or `decideBatchEvidence` frame.
///
/// Valid only while the bytes it was parsed from are.
package struct DecideFrame: BitwiseCopyable {
    /// The number to echo.
    package let requestID: UInt64
    /// Whether the answer is a `decisionBatch`.
    package let isBatch: Bool
    /// Microseconds from receipt to the deadline; 0 means the server's default.
    package let deadlineMicroseconds: UInt32
    /// The revision that the store must have reached; 0 means any.
    package let atLeastRevision: UInt64
    /// What came as proof of who asks; without parts when the frame carries none.
    package let evidence: EvidenceView
    /// The number of items, at least 1.
    package let itemCount: Int
    /// The first item, which a `decide` has alone.
    package let firstItem: ItemView
    private let frame: ByteRegion
    private let hasEvidence: Bool
    private let secondItem: Int

    /// Checks the structure of a whole frame, every item included.
    /// - Parameter frame: exactly the bytes of the frame, header included.
    /// - Throws: an error inside the body; the next frame is still found.
    /// - Complexity: O(items), whatever their size.
    package static func parse(
        _ header: FrameHeader, frame: ByteRegion, limits: FrameLimits
    ) throws(FrameError) -> DecideFrame {
        guard frame.count >= WireLayout.decideHeaderBytes else { throw .bodyTooShort }
        let hasEvidence = header.kind.carriesEvidence
        let isBatch = header.kind == .decideBatch || header.kind == .decideBatchEvidence
        let countOrReserved = Int(frame.integer(at: 20, as: UInt32.self))
        if isBatch {
            if countOrReserved == 0 { throw .noItems }
            if countOrReserved > limits.maximumBatchItems { throw .tooManyItems }
        } else if countOrReserved != 0 {
            throw .reservedNotZero
        }
        let itemCount = isBatch ? countOrReserved : 1
        var evidence = EvidenceView.none(in: frame)
        var offset = WireLayout.decideHeaderBytes
        if hasEvidence {
            evidence = try EvidenceView.parse(frame, at: offset)
            offset += evidence.totalBytes
        }
        let firstItem = try ItemView.parse(frame, at: offset, mayOmitPrincipal: hasEvidence)
        offset += firstItem.totalBytes
        let secondItem = offset
        if itemCount > 1 {
            for _ in 1..<itemCount {
                offset += try ItemView.parse(
                    frame, at: offset, mayOmitPrincipal: hasEvidence
                ).totalBytes
            }
        }
        if offset != frame.count { throw .trailingBytes }
        return DecideFrame(
            requestID: header.requestID, isBatch: isBatch,
            deadlineMicroseconds: frame.integer(at: 16, as: UInt32.self),
            atLeastRevision: frame.integer(at: 24, as: UInt64.self), evidence: evidence,
            itemCount: itemCount, firstItem: firstItem, frame: frame, hasEvidence: hasEvidence,
            secondItem: secondItem)
    }

    /// A walk over the items after the first, in order.
    package func makeCursor() -> Cursor {
        Cursor(
            frame: frame, hasEvidence: hasEvidence, offset: secondItem, remaining: itemCount - 1)
    }

    /// A position among the items of a frame.
    package struct Cursor: BitwiseCopyable {
        private let frame: ByteRegion
        private let hasEvidence: Bool
        private var offset: Int
        /// The number of items not yet returned.
        package private(set) var remaining: Int

        init(frame: ByteRegion, hasEvidence: Bool, offset: Int, remaining: Int) {
            self.frame = frame
            self.hasEvidence = hasEvidence
            self.offset = offset
            self.remaining = remaining
        }

        /// The next item; `nil` after the last.
        package mutating func next() -> ItemView? {
            guard remaining > 0,
                let item = try? ItemView.parse(
                    frame, at: offset, mayOmitPrincipal: hasEvidence)
            else { return nil }
            remaining -= 1
            offset += item.totalBytes
            return item
        }
    }
}
