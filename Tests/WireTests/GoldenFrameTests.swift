import Testing
import Wire

/// The bytes of each kind of frame, digit by digit: what other implementations rely on.
@Suite struct GoldenFrameTests {
    private let principal: [UInt8] = .init(repeating: 0x11, count: 8)
    private let action: [UInt8] = .init(repeating: 0x22, count: 8)
    private let resource: [UInt8] = .init(repeating: 0x33, count: 8)

    private func appendItem(_ buffer: inout FrameBuffer, context: [UInt8]) {
        unsafe buffer.appendItem(
            principal: principal.span.bytes, action: action.span.bytes,
            resource: resource.span.bytes, context: context.span.bytes)
    }

    @Test func decide() {
        let frame = written { buffer in
            let start = buffer.beginDecide(
                requestID: 0x0102_0304_0506_0708, deadlineMicroseconds: 10_000, atLeastRevision: 42)
            appendItem(&buffer, context: [])
            buffer.finishFrame(startingAt: start)
        }
        #expect(frame == smallestDecide)
        #expect(requestError(frame) == nil)
    }

    @Test func decideBatch() {
        let frame = written { buffer in
            let start = buffer.beginDecideBatch(requestID: 9, itemCount: 2)
            appendItem(&buffer, context: [])
            appendItem(&buffer, context: [UInt8](repeating: 0x44, count: 16))
            buffer.finishFrame(startingAt: start)
        }
        #expect(
            frame
                == bytes(
                    """
                    80000000 01 03 0000 0900000000000000
                    00000000 02000000 0000000000000000
                    08000000 08000000 08000000 00000000
                    1111111111111111 2222222222222222 3333333333333333
                    08000000 08000000 08000000 10000000
                    1111111111111111 2222222222222222 3333333333333333
                    44444444444444444444444444444444
                    """))
        #expect(requestError(frame) == nil)
    }

    @Test func decision() {
        let frame = written { buffer in
            let start = buffer.beginDecision(requestID: 7)
            buffer.appendAnswer(limit: 1024) { answer in
                answer.conclude(.deny, cause: .policyError)
                answer.setSnapshot(policyVersion: 3, revision: 4)
                answer.setDecisionID(5)
                answer.addReason("p0".utf8Span.span)
                answer.addReason("é".utf8Span.span)
                answer.addError(fault: 9, "p1".utf8Span.span)
                answer.setDetail("why".utf8Span.span)
            }
            buffer.finishFrame(startingAt: start)
        }
        #expect(
            frame
                == bytes(
                    """
                    48000000 01 02 0000 0700000000000000
                    02 06 0200 0100 0000 0300000000000000 0400000000000000 0500000000000000
                    03000000 0200 7030 0200 c3a9 09 0200 7031 776879 00000000
                    """))
        #expect(responseError(frame) == nil)
    }

    @Test func decisionBatch() {
        let frame = written { buffer in
            let start = buffer.beginDecisionBatch(requestID: 7, answerCount: 2)
            buffer.appendAnswer(limit: 40) { $0.conclude(.allow, cause: .decided) }
            buffer.appendDeny(.deadlineExceeded)
            buffer.finishFrame(startingAt: start)
        }
        let zeros = String(repeating: "00", count: 38)
        #expect(
            frame
                == bytes(
                    """
                    68000000 01 04 0000 0700000000000000 02000000 00000000
                    01 00 \(zeros) 02 03 \(zeros)
                    """))
        #expect(responseError(frame) == nil)
    }

    @Test func pingAndPong() {
        #expect(
            written { $0.appendPing(requestID: 1) }
                == bytes("10000000 01 05 0000 0100000000000000"))
        #expect(
            written { $0.appendPong(requestID: 1) }
                == bytes("10000000 01 06 0000 0100000000000000"))
    }

    @Test func refusal() {
        let frame = written { $0.appendRefusal(requestID: 3, .overloaded, text: "full") }
        #expect(
            frame
                == bytes(
                    "18000000 01 07 0000 0300000000000000 05 00 0400 66756c6c"))
        #expect(responseError(frame) == nil)
    }

    @Test func numbersNeverChange() {
        #expect(Cause.allCases.map(\.rawValue) == Array(0...14))
        #expect(RefusalReason.allCases.map(\.rawValue) == Array(1...8))
        #expect(FrameKind.allCases.map(\.rawValue) == Array(1...9))
        #expect(Decision.allow.rawValue == 1 && Decision.deny.rawValue == 2)
        #expect(Decision(rawValue: 0) == nil)
    }
}
