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

    /// The bytes of an answer with obligations, digit by digit: what other implementations rely on.
    @Test func obligations() throws {
        let frame = written { buffer in
            let start = buffer.beginDecision(requestID: 7)
            buffer.appendAnswer(limit: 1024) { answer in
                answer.conclude(.allow, cause: .decided)
                answer.addReason("p".utf8Span.span)
                answer.addObligation(
                    .obligation, name: "mask".utf8Span.span, value: "iban".utf8Span.span)
                answer.addObligation(.reason, name: "".utf8Span.span, value: "why".utf8Span.span)
            }
            buffer.finishFrame(startingAt: start)
        }
        #expect(
            frame
                == bytes(
                    """
                    50000000 01 02 0000 0700000000000000
                    01 00 0100 0000 0200 0000000000000000 0000000000000000 0000000000000000 00000000
                    0100 70
                    01 0400 6d61736b 0400 6962616e
                    04 0000 0300 776879 000000 00
                    """))
        for kind: UInt8 in [0, 6, 255] {
            var other = frame
            other[55] = kind
            #expect(responseError(other) == .unknownObligation)
        }
        try withRegion(frame) { region in
            let answer = try AnswerView.parse(region, at: 16)
            var read: [String] = []
            answer.forEachObligation { kind, name, value in
                read.append("\(kind) \(name.text() ?? "?") \(value.text() ?? "?")")
            }
            #expect(read == ["obligation mask iban", "reason  why"])
        }
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
