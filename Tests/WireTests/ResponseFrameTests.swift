import Testing
import Wire

/// Malformed responses, and what an answer may never become.
@Suite struct ResponseFrameTests {
    private static let answered = written { buffer in
        let start = buffer.beginDecision(requestID: 7)
        buffer.appendAnswer(limit: 1024) { answer in
            answer.conclude(.allow, cause: .decided)
            answer.addReason("policy0".utf8Span.span)
            answer.addError(fault: 1, "p1".utf8Span.span)
        }
        buffer.finishFrame(startingAt: start)
    }

    @Test(arguments: [
        (16, 0, FrameError.unknownDecision), (16, 3, .unknownDecision), (17, 200, .unknownCause),
        (17, 3, .allowWithCause), (22, 1, .unknownObligation), (18, 2, .answerTooLong),
        (20, 5, .answerTooLong), (48, 200, .answerTooLong), (52, 255, .answerTooLong),
        (71, 1, .paddingNotZero),
    ])
    func malformed(_ offset: Int, _ byte: UInt8, _ error: FrameError) {
        var frame = Self.answered
        frame[offset] = byte
        #expect(responseError(frame) == error)
    }

    @Test func truncatedAtEachMultipleOfEight() {
        for count in stride(from: 16, to: Self.answered.count, by: 8) {
            var frame = Array(Self.answered[..<count])
            frame[0] = UInt8(count)
            #expect(responseError(frame) != nil, "\(count) bytes")
        }
    }

    @Test func trailingBytes() {
        var frame = Self.answered + [UInt8](repeating: 0, count: 8)
        frame[0] = UInt8(frame.count)
        #expect(responseError(frame) == .trailingBytes)
    }

    @Test func batchCounts() {
        var frame = written { buffer in
            let start = buffer.beginDecisionBatch(requestID: 7, answerCount: 2)
            buffer.appendDeny(.internalError)
            buffer.appendDeny(.internalError)
            buffer.finishFrame(startingAt: start)
        }
        #expect(responseError(frame) == nil)
        #expect(responseError(frame, limits: FrameLimits(maximumBatchItems: 1)) == .tooManyItems)
        frame[16] = 3
        #expect(responseError(frame) == .bodyTooShort)
        frame[16] = 1
        #expect(responseError(frame) == .trailingBytes)
        frame[16] = 0
        #expect(responseError(frame) == .noItems)
        frame[20] = 1
        #expect(responseError(frame) == .reservedNotZero)
    }

    @Test(arguments: [
        (16, 0, FrameError.unknownRefusal), (17, 1, .reservedNotZero),
        (18, 5, .answerTooLong), (23, 1, nil), (18, 3, .paddingNotZero),
    ])
    func malformedRefusal(_ offset: Int, _ byte: UInt8, _ error: FrameError?) {
        var frame = written { $0.appendRefusal(requestID: 3, .overloaded, text: "full") }
        frame[offset] = byte
        #expect(responseError(frame) == error)
    }

    @Test func everyAnswerPartIsReadBack() throws {
        try withRegion(Self.answered) { region in
            let answer = try AnswerView.parse(region, at: 16)
            #expect(answer.decision == .allow && answer.cause == .decided)
            var reasons: [String?] = []
            answer.forEachReason { reasons.append($0.text()) }
            #expect(reasons == ["policy0"])
            var errors: [UInt8: String?] = [:]
            answer.forEachError { errors[$0] = $1.text() }
            #expect(errors == [1: "p1"])
            #expect(answer.detail.count == 0)
        }
    }
}
