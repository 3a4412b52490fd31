/// One answer inside a response frame, checked to its last byte.
///
/// Valid only while the bytes it was parsed from are.
package struct AnswerView: BitwiseCopyable {
    /// The outcome.
    package let decision: Decision
    /// Why.
    package let cause: Cause
    /// The number of determining policies.
    package let reasonCount: Int
    /// The number of erroring policies.
    package let errorCount: Int
    /// The number of obligations.
    package let obligationCount: Int
    /// The version of the policy set; 0 when no policy was consulted.
    package let policyVersion: UInt64
    /// The store's revision; 0 when the store was not consulted.
    package let revision: UInt64
    /// The decision's number in the decision log; 0 when it has none.
    package let decisionID: UInt64
    /// Text for people, usually empty.
    package let detail: ByteRegion
    /// The bytes the answer takes in its frame, padding included.
    package let totalBytes: Int
    private let lists: ByteRegion

    /// Reads the answer at `offset`, which must be a multiple of 8.
    /// - Throws: an error of a response body.
    /// - Complexity: O(reasons + errors + obligations).
    package static func parse(_ frame: ByteRegion, at offset: Int) throws(FrameError) -> AnswerView
    {
        guard frame.count - offset >= WireLayout.answerMinimumBytes else { throw .bodyTooShort }
        guard let decision = Decision(rawValue: frame.byte(at: offset)) else {
            throw .unknownDecision
        }
        guard let cause = Cause(rawValue: frame.byte(at: offset + 1)) else { throw .unknownCause }
        if decision == .allow && cause != .decided { throw .allowWithCause }
        let reasonCount = Int(frame.integer(at: offset + 2, as: UInt16.self))
        let errorCount = Int(frame.integer(at: offset + 4, as: UInt16.self))
        let obligationCount = Int(frame.integer(at: offset + 6, as: UInt16.self))
        let detailBytes = Int(frame.integer(at: offset + 32, as: UInt32.self))

        let listStart = offset + WireLayout.answerHeaderBytes
        var end = listStart
        for _ in 0..<reasonCount { end = try skipText(frame, at: end) }
        for _ in 0..<errorCount { end = try skipText(frame, at: end + 1) }
        for _ in 0..<obligationCount {
            // What cannot be understood cannot be fulfilled.
            guard end < frame.count, ObligationKind(rawValue: frame.byte(at: end)) != nil else {
                throw .unknownObligation
            }
            end = try skipText(frame, at: try skipText(frame, at: end + 1))
        }
        guard detailBytes <= frame.count - end else { throw .answerTooLong }
        let detail = frame.region(from: end, count: detailBytes)
        let lists = frame.region(from: listStart, count: end - listStart)
        end += detailBytes
        let padded = WireLayout.padded(end)
        guard padded <= frame.count else { throw .answerTooLong }
        guard frame.region(from: end, count: padded - end).isZero(from: 0) else {
            throw .paddingNotZero
        }
        return AnswerView(
            decision: decision, cause: cause, reasonCount: reasonCount, errorCount: errorCount,
            obligationCount: obligationCount,
            policyVersion: frame.integer(at: offset + 8, as: UInt64.self),
            revision: frame.integer(at: offset + 16, as: UInt64.self),
            decisionID: frame.integer(at: offset + 24, as: UInt64.self),
            detail: detail, totalBytes: padded - offset, lists: lists)
    }

    /// Calls `body` with the id of each determining policy, in order.
    package func forEachReason<Failure: Error>(
        _ body: (ByteRegion) throws(Failure) -> Void
    ) throws(Failure) {
        var offset = 0
        for _ in 0..<reasonCount {
            let text = Self.text(lists, at: offset)
            try body(text)
            offset += 2 + text.count
        }
    }

    /// Calls `body` with the fault and the id of each erroring policy, in order.
    package func forEachError<Failure: Error>(
        _ body: (UInt8, ByteRegion) throws(Failure) -> Void
    ) throws(Failure) {
        var offset = 0
        for _ in 0..<reasonCount { offset += 2 + Self.text(lists, at: offset).count }
        for _ in 0..<errorCount {
            let text = Self.text(lists, at: offset + 1)
            try body(lists.byte(at: offset), text)
            offset += 3 + text.count
        }
    }

    /// Calls `body` with the kind, the name and the value of each obligation, in order.
    package func forEachObligation<Failure: Error>(
        _ body: (ObligationKind, ByteRegion, ByteRegion) throws(Failure) -> Void
    ) throws(Failure) {
        var offset = 0
        for _ in 0..<reasonCount { offset += 2 + Self.text(lists, at: offset).count }
        for _ in 0..<errorCount { offset += 3 + Self.text(lists, at: offset + 1).count }
        for _ in 0..<obligationCount {
            guard let kind = ObligationKind(rawValue: lists.byte(at: offset)) else { return }
            let name = Self.text(lists, at: offset + 1)
            let value = Self.text(lists, at: offset + 3 + name.count)
            try body(kind, name, value)
            offset += 5 + name.count + value.count
        }
    }

    /// The offset after the length-prefixed text at `offset`.
    private static func skipText(_ frame: ByteRegion, at offset: Int) throws(FrameError) -> Int {
        guard frame.count - offset >= 2 else { throw .answerTooLong }
        let length = Int(frame.integer(at: offset, as: UInt16.self))
        guard length <= frame.count - offset - 2 else { throw .answerTooLong }
        return offset + 2 + length
    }

    private static func text(_ region: ByteRegion, at offset: Int) -> ByteRegion {
        let length = Int(region.integer(at: offset, as: UInt16.self))
        return region.region(from: offset + 2, count: length)
    }
}
