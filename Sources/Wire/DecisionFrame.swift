/// A well-formed `decision` or `decisionBatch` frame.
///
/// Valid only while the bytes it was parsed from are.
package struct DecisionFrame: BitwiseCopyable {
    /// The number of the request it answers.
    package let requestID: UInt64
    /// Whether the frame is a `decisionBatch`.
    package let isBatch: Bool
    /// The number of answers, at least 1.
    package let answerCount: Int
    private let frame: ByteRegion

    /// Checks a whole frame, every answer included, except that text is UTF-8.
    /// - Parameter frame: exactly the bytes of the frame, header included.
    /// - Throws: an error of a response body.
    package static func parse(
        _ header: FrameHeader, frame: ByteRegion, limits: FrameLimits
    ) throws(FrameError) -> DecisionFrame {
        let isBatch = header.kind == .decisionBatch
        var answerCount = 1
        if isBatch {
            guard frame.count >= WireLayout.batchAnswerHeaderBytes else { throw .bodyTooShort }
            answerCount = Int(frame.integer(at: 16, as: UInt32.self))
            if frame.integer(at: 20, as: UInt32.self) != 0 { throw .reservedNotZero }
            if answerCount == 0 { throw .noItems }
            if answerCount > limits.maximumBatchItems { throw .tooManyItems }
        }
        let result = DecisionFrame(
            requestID: header.requestID, isBatch: isBatch, answerCount: answerCount, frame: frame)
        var offset = result.firstAnswer
        for _ in 0..<answerCount {
            offset += try AnswerView.parse(frame, at: offset).totalBytes
        }
        if offset != frame.count { throw .trailingBytes }
        return result
    }

    /// Calls `body` with each answer, in order.
    package func forEachAnswer<Failure: Error>(
        _ body: (AnswerView) throws(Failure) -> Void
    ) throws(Failure) {
        var offset = firstAnswer
        for _ in 0..<answerCount {
            guard let answer = try? AnswerView.parse(frame, at: offset) else { return }
            try body(answer)
            offset += answer.totalBytes
        }
    }

    private var firstAnswer: Int {
        isBatch ? WireLayout.batchAnswerHeaderBytes : WireLayout.headerBytes
    }
}
