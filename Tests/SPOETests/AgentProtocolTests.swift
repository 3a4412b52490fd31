import Gateway
import SPOE
import SPOP
import SPOPTestSupport
import Server
import Testing

/// What HAProxy may say and when; refusals first.
@Suite struct AgentProtocolTests {
    private func status(_ said: [AgentSays]) -> UInt64? {
        guard said.count == 1, case .disconnect(let status, _) = said[0] else { return nil }
        return status
    }

    private func question(_ path: String, _ stream: UInt64 = 1) -> [UInt8] {
        ForgedQuestion(path: path).frame(stream: stream)
    }

    @Test func theGreetingComesFirst() {
        var line = Line()
        #expect(line.state == .unfinished)
        #expect(status(line.say(question("/a"))) == 4)
        #expect(line.state == .close)
        #expect(line.script.asked == [])
    }

    @Test func theGreetingComesOnce() {
        var line = Line()
        _ = line.greet()
        #expect(status(line.greet()) == 4)
        #expect(line.state == .close)
    }

    @Test(
        arguments: [
            (Forge.hello(versions: nil), 5), (.hello(size: nil), 6), (.hello(capabilities: nil), 7),
            (.hello(versions: "1.0"), 8), (.hello(size: 255), 9), (Forge(payload: [1]), 4),
        ] as [(Forge, UInt64)])
    func aGreetingThatCannotBeAcceptedSaysWhy(_ forge: Forge, _ code: UInt64) {
        var line = Line()
        #expect(status(line.say(forge.frame(1))) == code)
        #expect(line.state == .close)
    }

    @Test func theSmallerFrameSizeIsAgreed() {
        for (theirs, ours, agreed) in [
            (16_380, 65_532, 16_380), (65_532, 16_380, 16_380), (256, 16_380, 256),
        ] as [(UInt64, Int, UInt64)] {
            var line = Line(maximumFrameBytes: ours)
            #expect(
                line.greet(size: theirs) == [
                    .hello([
                        "version": .text("2.0"), "max-frame-size": .number(agreed),
                        "capabilities": .text("pipelining"),
                    ])
                ])
            #expect(line.state == .idle)
        }
    }

    @Test func whatIsAgreedIsTheLimit() {
        var payload = ForgedQuestion(path: "/")
        let rest = 256 - (payload.frame().count - 4)
        payload["path"] = .text("/" + String(repeating: "a", count: rest))
        var line = Line()
        _ = line.greet(size: 256)
        #expect(line.say(payload.frame()).count == 1)
        #expect(line.state == .idle)
        payload["path"] = .text("/" + String(repeating: "a", count: rest + 1))
        #expect(status(line.say(payload.frame())) == 3)
        #expect(line.state == .close)
        #expect(line.script.asked.count == 1)
    }

    @Test func fragmentsAreNotTaken() {
        var line = Line()
        _ = line.greet()
        let forge = Forge(payload: ForgedQuestion().payload)
        #expect(status(line.say(forge.frame(3, flags: 0, stream: 1, frame: 1))) == 10)
        #expect(line.state == .close)
        #expect(line.script.asked == [])
    }

    @Test func brokenMessagesEndTheConnection() {
        let whole = ForgedQuestion().payload
        for count in 1..<whole.count {
            var line = Line()
            _ = line.greet()
            let forge = Forge(payload: Array(whole[..<count]))
            #expect(status(line.say(forge.frame(3, stream: 1))) == 4)
            #expect(line.script.asked == [])
        }
        var line = Line()
        _ = line.greet()
        // A second message that breaks, behind one that is whole.
        #expect(status(line.say(Forge(payload: whole + [1]).frame(3, stream: 1))) == 4)
        #expect(line.script.asked == [])
    }

    @Test func whatFollowsTheLastWordIsNotLookedAt() {
        var line = Line()
        _ = line.greet()
        let said = line.say(Forge().frame(9) + question("/a"))
        #expect(status(said) == 4)
        #expect(line.script.asked == [])
        #expect(line.kept == [])
        #expect(line.say(question("/b")) == [])
        #expect(line.state == .close)
    }

    @Test func questionsBeforeABrokenFrameAreAnswered() {
        var line = Line()
        _ = line.greet()
        let said = line.say(question("/a") + Forge().frame(9))
        #expect(said.count == 2)
        #expect(line.script.asked == ["/a"])
        #expect(line.board.figures.allowed == 1)
        #expect(line.board.figures.invalidFrames == 1)
    }

    @Test func aFarewellIsAnswered() {
        var farewell = Forge()
        farewell.item("status-code", number: 2)
        farewell.item("message", text: "timeout")
        var line = Line()
        _ = line.greet()
        #expect(status(line.say(farewell.frame(2))) == 0)
        #expect(line.state == .close)
        var early = Line()
        #expect(status(early.say(farewell.frame(2))) == 0)
        #expect(early.state == .close)
    }

    @Test func aHealthCheckIsGreetedAndLeft() {
        var forge = Forge.hello(capabilities: "")
        forge.item("healthcheck", flag: true)
        var line = Line()
        #expect(
            line.say(forge.frame(1)) == [
                .hello([
                    "version": .text("2.0"), "max-frame-size": .number(16_380),
                    "capabilities": .text(""),
                ])
            ])
        #expect(line.state == .close)
        line.agent.endBatch()
        #expect(line.board.figures.healthChecks == 1)
        #expect(line.board.figures.invalidFrames == 0)
    }

    @Test func framesComeInAnyPieces() {
        var line = Line()
        let all = Forge.hello().frame(1) + question("/a", 7) + question("/b", 300)
        var said: [AgentSays] = []
        for (index, byte) in all.enumerated() {
            said += line.say([byte])
            let isBetween = index + 1 == all.count
            if isBetween { #expect(line.state == .idle) }
        }
        #expect(said.count == 3)
        #expect(line.script.asked == ["/a", "/b"])
        guard case .answer(300, 1, let variables) = said[2] else {
            Issue.record("another answer: \(said[2])")
            return
        }
        #expect(variables["allow"] == .flag(true))
        #expect(variables["status"] == .number(200))
    }

    @Test func unfinishedFramesHaveATimeLimit() {
        var line = Line()
        _ = line.greet()
        _ = line.say(Array(question("/a").dropLast()))
        #expect(line.state == .unfinished)
    }

    @Test func theShareAndTheRoomAreKept() {
        var line = Line()
        _ = line.greet()
        let three = question("/a") + question("/b") + question("/c")
        #expect(line.say(three, share: 2).count == 2)
        #expect(line.state == .yield)
        #expect(line.say([], share: 0).count == 0)
        #expect(line.state == .yield)
        #expect(line.say([]).count == 1)
        #expect(line.state == .idle)
        #expect(line.say(three, room: 1).count == 1)
        #expect(line.state == .full)
        #expect(line.script.asked == ["/a", "/b", "/c", "/a"])
    }

    @Test func whatComesTogetherIsOneBatch() {
        var line = Line()
        _ = line.greet()
        line.agent.endBatch()
        #expect(line.script.batches == 0)
        _ = line.say(question("/a") + question("/b"))
        #expect(line.script.isInBatch)
        line.agent.endBatch()
        #expect(!line.script.isInBatch)
        #expect(line.script.batches == 1)
        _ = line.say(question("/c"))
        line.agent.endBatch()
        #expect(line.script.batches == 2)
    }

    @Test func theEndIsSaid() {
        var line = Line()
        _ = line.greet()
        #expect(status(line.drain()) == 0)
        #expect(line.state == .close)
        #expect(line.drain() == [])
        #expect(line.refuse(.shuttingDown) == [])
    }

    @Test(
        arguments: [
            (.incompleteTimeout, 2), (.endedInside, 1), (.noMemory, 13), (.shuttingDown, 0),
            (.tooManyConnections, 13), (.unauthorizedPeer, 99),
        ] as [(StreamRefusal, UInt64)])
    func whatTheLoopHasAgainstAConnectionIsSaid(_ reason: StreamRefusal, _ code: UInt64) {
        var line = Line()
        #expect(status(line.refuse(reason)) == code)
        let said = AgentSays.read(AgentProtocol<ScriptedHandler>.farewell(reason))
        #expect(status(said) == code)
    }

    @Test func aSlotBeginsAnew() {
        var line = Line()
        _ = line.greet()
        _ = line.drain()
        line.agent.end(0)
        #expect(line.agent.begin(0, peer: nil, now: 0) == .unfinished)
        #expect(status(line.say(question("/a"))) == 4)
        _ = line.agent.begin(5, peer: nil, now: 0)
        #expect(line.say(Forge.hello().frame(1), slot: 5).count == 1)
    }
}
