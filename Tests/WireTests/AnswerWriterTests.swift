import Testing
import Wire

/// What the writer makes of a handler's mistakes: never an allow.
@Suite struct AnswerWriterTests {
    private func outcome(
        limit: Int = 1024, _ body: (inout AnswerWriter) -> Void
    ) throws -> (Decision, Cause, reasons: Int, errors: Int) {
        let frame = written { buffer in
            let start = buffer.beginDecision(requestID: 1)
            buffer.appendAnswer(limit: limit, body)
            buffer.finishFrame(startingAt: start)
        }
        #expect(responseError(frame) == nil)
        return try withRegion(frame) { region in
            let answer = try AnswerView.parse(region, at: 16)
            return (answer.decision, answer.cause, answer.reasonCount, answer.errorCount)
        }
    }

    @Test func nothingWrittenIsADeny() throws {
        #expect(try outcome { _ in } == (.deny, .internalError, 0, 0))
    }

    @Test(arguments: Cause.allCases) func onlyDecidedCanAllow(_ cause: Cause) throws {
        let result = try outcome { $0.conclude(.allow, cause: cause) }
        #expect(result.0 == (cause == .decided ? .allow : .deny))
        #expect(result.1 == cause)
    }

    @Test func partsOutOfOrderAreADeny() throws {
        let result = try outcome { answer in
            answer.conclude(.allow, cause: .decided)
            answer.addError(fault: 0, "p".utf8Span.span)
            answer.addReason("p".utf8Span.span)
        }
        #expect(result == (.deny, .internalError, 0, 0))
    }

    @Test func detailTwiceIsADeny() throws {
        let result = try outcome { answer in
            answer.conclude(.allow, cause: .decided)
            answer.setDetail("a".utf8Span.span)
            answer.setDetail("b".utf8Span.span)
        }
        #expect(result == (.deny, .internalError, 0, 0))
    }

    @Test func limitAndOneMore() throws {
        // 36 bytes, then 2 + 2 of the first reason: 40, the limit.
        let fits = try outcome(limit: 40) { answer in
            answer.conclude(.allow, cause: .decided)
            answer.addReason("p0".utf8Span.span)
        }
        #expect(fits == (.allow, .decided, 1, 0))
        let over = try outcome(limit: 40) { answer in
            answer.conclude(.allow, cause: .decided)
            answer.addReason("p00".utf8Span.span)
        }
        #expect(over == (.deny, .tooLarge, 0, 0))
    }

    @Test func policyIDLimitAndOneMore() throws {
        for count in 65_535...65_536 {
            let id = [UInt8](repeating: 0x61, count: count)
            let result = try outcome(limit: 1 << 17) { answer in
                answer.conclude(.allow, cause: .decided)
                answer.addReason(id.span)
            }
            #expect(result.0 == (count == 65_535 ? .allow : .deny))
            #expect(result.1 == (count == 65_535 ? .decided : .tooLarge))
        }
    }

    @Test func reasonCountLimitAndOneMore() throws {
        for count in 65_535...65_536 {
            let result = try outcome(limit: 1 << 20) { answer in
                answer.conclude(.allow, cause: .decided)
                for _ in 0..<count { answer.addReason("".utf8Span.span) }
            }
            #expect(result.0 == (count == 65_535 ? .allow : .deny))
        }
    }

    /// An answer with one obligation of two bytes of text, of 43 bytes, padded 48.
    private func obliged(_ kind: ObligationKind, limit: Int) throws -> (Decision, Int) {
        let frame = written { buffer in
            let start = buffer.beginDecision(requestID: 1)
            buffer.appendAnswer(limit: limit) { answer in
                answer.conclude(.allow, cause: .decided)
                answer.addObligation(kind, name: "a".utf8Span.span, value: "b".utf8Span.span)
            }
            buffer.finishFrame(startingAt: start)
        }
        return try withRegion(frame) { region in
            let answer = try AnswerView.parse(region, at: 16)
            return (answer.decision, answer.obligationCount)
        }
    }

    @Test(arguments: ObligationKind.allCases) func anObligationFitsOrTheAnswerIsADeny(
        _ kind: ObligationKind
    ) throws {
        #expect(try obliged(kind, limit: 48) == (.allow, 1))
        // Only text for people may be missing from an allow.
        #expect(try obliged(kind, limit: 40) == (kind == .reason ? .allow : .deny, 0))
    }

    @Test func obligationsOutOfOrderAreADeny() throws {
        let result = try outcome { answer in
            answer.conclude(.allow, cause: .decided)
            answer.addObligation(
                .obligation, name: "mask".utf8Span.span, value: "iban".utf8Span.span)
            answer.addReason("p".utf8Span.span)
        }
        #expect(result == (.deny, .internalError, 0, 0))
    }

    @Test func removedListsLeaveTheOutcome() throws {
        let result = try outcome { answer in
            answer.conclude(.allow, cause: .decided)
            answer.addReason("p".utf8Span.span)
            answer.removeLists()
            answer.addReason("q".utf8Span.span)
        }
        #expect(result == (.allow, .decided, 1, 0))
    }
}
