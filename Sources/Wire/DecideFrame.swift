/// A well-formed `decide` or `decideBatch` frame.
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
    /// The number of items, at least 1.
    package let itemCount: Int
    /// The first item, which a `decide` has alone.
    package let firstItem: ItemView
    private let frame: ByteRegion

    /// Checks the structure of a whole frame, every item included.
    /// - Parameter frame: exactly the bytes of the frame, header included.
    /// - Throws: an error inside the body; the next frame is still found.
    /// - Complexity: O(items), whatever their size.
    package static func parse(
        _ header: FrameHeader, frame: ByteRegion, limits: FrameLimits
    ) throws(FrameError) -> DecideFrame {
        guard frame.count >= WireLayout.decideHeaderBytes else { throw .bodyTooShort }
        let isBatch = header.kind == .decideBatch
        let countOrReserved = Int(frame.integer(at: 20, as: UInt32.self))
        if isBatch {
            if countOrReserved == 0 { throw .noItems }
            if countOrReserved > limits.maximumBatchItems { throw .tooManyItems }
        } else if countOrReserved != 0 {
            throw .reservedNotZero
        }
        let itemCount = isBatch ? countOrReserved : 1
        let firstItem = try ItemView.parse(frame, at: WireLayout.decideHeaderBytes)
        var offset = WireLayout.decideHeaderBytes + firstItem.totalBytes
        if itemCount > 1 {
            for _ in 1..<itemCount {
                offset += try ItemView.parse(frame, at: offset).totalBytes
            }
        }
        if offset != frame.count { throw .trailingBytes }
        return DecideFrame(
            requestID: header.requestID, isBatch: isBatch,
            deadlineMicroseconds: frame.integer(at: 16, as: UInt32.self),
            atLeastRevision: frame.integer(at: 24, as: UInt64.self),
            itemCount: itemCount, firstItem: firstItem, frame: frame)
    }

    /// A walk over the items after the first, in order.
    package func makeCursor() -> Cursor {
        Cursor(
            frame: frame, offset: WireLayout.decideHeaderBytes + firstItem.totalBytes,
            remaining: itemCount - 1)
    }

    /// A position among the items of a frame.
    package struct Cursor: BitwiseCopyable {
        private let frame: ByteRegion
        private var offset: Int
        /// The number of items not yet returned.
        package private(set) var remaining: Int

        init(frame: ByteRegion, offset: Int, remaining: Int) {
            self.frame = frame
            self.offset = offset
            self.remaining = remaining
        }

        /// The next item; `nil` after the last.
        package mutating func next() -> ItemView? {
            guard remaining > 0, let item = try? ItemView.parse(frame, at: offset) else {
                return nil
            }
            remaining -= 1
            offset += item.totalBytes
            return item
        }
    }
}
