import Gateway
import SPOE
import SPOP
import SPOPTestSupport
import Testing

/// What cannot be sent as it is becomes a denial.
@Suite struct AgentReplyTests {
    private func answer(
        size: UInt64 = 16_380, _ fill: @escaping (inout AgentReply) -> Void
    ) -> [String: AgentSays.Value] {
        var line = Line()
        _ = line.greet(size: size)
        line.script.answer = { _, reply in fill(&reply) }
        let said = line.say(ForgedQuestion().frame())
        line.agent.endBatch()
        guard said.count == 1, case .answer(1, 1, let variables) = said[0] else { return [:] }
        let isAllowed = variables["allow"] == .flag(true)
        #expect(line.board.figures.allowed == (isAllowed ? 1 : 0))
        #expect(line.board.figures.questions == 1)
        // The handler learns what was sent, not what it meant to be.
        #expect(line.script.sent.map { .number(UInt64($0)) } == [variables["status"]])
        return variables
    }

    private let spoiled: [String: AgentSays.Value] = [
        "allow": .flag(false), "status": .number(403),
        "decision_id": .text("0123456789abcdef"), "detail": .text("answer-not-sendable"),
    ]

    @Test(arguments: [
        "", " a", "a ", "\ta", "a\t", "a\nb", "a\r\nx-roles: admin", "a\u{0}b", "a\u{7F}",
        "\u{1B}[0m",
    ])
    func valuesThatAFieldCannotCarrySpoilTheAnswer(_ value: String) {
        let variables = answer { reply in
            reply.conclude(nil)
            reply.set("cause", Array("decided".utf8).span)
            reply.add(Array("x-principal".utf8).span, Array(value.utf8).span)
            reply.add(Array("x-other".utf8).span, Array("a".utf8).span)
        }
        #expect(variables == spoiled)
        let obligations = answer { reply in
            reply.conclude(nil)
            reply.setValue("obligations", Array(value.utf8).span)
        }
        #expect(obligations == spoiled)
    }

    @Test(arguments: [
        "", "x_principal", "X-Principal", "x.principal", "x principal", ":path", "host",
        "connection",
        "content-length", "x-é", String(repeating: "a", count: 129),
    ])
    func namesThatHaveNoVariableSpoilTheAnswer(_ name: String) {
        let variables = answer { reply in
            reply.conclude(nil)
            reply.add(Array(name.utf8).span, [0x61].span)
        }
        #expect(variables == spoiled)
    }

    @Test func aSpoiledAnswerStaysOne() {
        let variables = answer { reply in
            reply.conclude(nil)
            reply.add(Array("x-a".utf8).span, [0x0A].span)
            reply.conclude(nil)
            reply.add(Array("x-b".utf8).span, [0x61].span)
        }
        #expect(variables == spoiled)
    }

    @Test func anAnswerLargerThanAFrameIsADenial() {
        for (count, isAllowed) in [(100, true), (3000, false)] {
            let variables = answer(size: 256) { reply in
                reply.conclude(nil)
                reply.set("reason", [UInt8](repeating: 0x61, count: count).span)
            }
            #expect((variables["allow"] == .flag(true)) == isAllowed)
            if !isAllowed { #expect(variables == spoiled) }
        }
    }

    @Test func theLargestAnswerIsExactlyAFrame() {
        // Head, and the actions without the text.
        let fixed = 7 + (3 + 7 + 1 + 1) + (3 + 12 + 1 + 17) + (3 + 7 + 1 + 1) + (3 + 6 + 1)
        let room = 256 - fixed
        for (count, isAllowed) in [(room, true), (room + 1, false)] {
            let variables = answer(size: 256) { reply in
                reply.conclude(nil)
                reply.set("reason", [UInt8](repeating: 0x61, count: count).span)
            }
            #expect((variables["allow"] == .flag(true)) == isAllowed)
        }
    }

    @Test func nothingOfADenialGetsIntoAnAllow() {
        let variables = answer { reply in
            reply.conclude(.tooMany)
            reply.set("reason", [0x61].span)
            reply.add(Array("retry-after".utf8).span, [0x31].span)
            reply.conclude(nil)
        }
        #expect(
            variables == [
                "allow": .flag(true), "status": .number(200),
                "decision_id": .text("0123456789abcdef"),
            ])
    }

    @Test func withoutAnAllowThereIsNone() {
        #expect(answer { _ in }["allow"] == .flag(false))
        for code in DenialCode.allCases {
            let variables = answer { $0.conclude(code) }
            #expect(variables["allow"] == .flag(false))
            #expect(variables["status"] == .number(UInt64(code.rawValue)))
        }
    }

    @Test func fieldsAreVariablesOfTheirOwn() {
        let variables = answer { reply in
            reply.conclude(nil)
            reply.add(Array("x-principal".utf8).span, Array("amélia, \"a\"".utf8).span)
            reply.add(Array("x-principal".utf8).span, Array("root".utf8).span)
            reply.add(Array("allow".utf8).span, Array("x".utf8).span)
        }
        #expect(variables["header.x_principal"] == .text("amélia, \"a\""))
        #expect(variables["header.allow"] == .text("x"))
        #expect(variables["allow"] == .flag(true))
    }
}
