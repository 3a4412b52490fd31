import Foundation
import Testing
import WritClient

@Suite("writ serve: revisions that are waited for")
struct RevisionWaitTests {
    private let server: RunningServer
    private let question: EncodedRequest

    init() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        // One worker, so that those who wait and those who do not share it.
        server = try RunningServer(
            workplace,
            configuration: RunningServer.configuration.replacingOccurrences(
                of: "threads: 2", with: "threads: 1"))
        question = try PhotoWorld.question(#"User::"alice""#)
    }

    private func put() throws {
        try server.workplace.write(
            "new.json", #"{"uid": {"type": "User", "id": "new"}, "attrs": {}, "parents": []}"#)
        let run = try WritProgram.run(
            ["store", "put", "--store", "store", "new.json"], in: server.workplace)
        try #require(run.output == "revision 2\n", "\(run.errors)")
    }

    @Test func isDeniedAtItsDeadlineWhileOthersGoOn() throws {
        var waiting = try server.connect()
        let start = ContinuousClock.now
        try waiting.enqueue(question, deadline: .milliseconds(600), atLeastRevision: 2)
        // Behind it on the same connection: answers keep their order.
        try waiting.enqueue(question)
        try waiting.flush()
        var others = 0
        while ContinuousClock.now - start < .milliseconds(400) {
            let other = try server.ask(#"User::"alice""#, #"Action::"view""#, #"Photo::"beach""#)
            #expect(other.isAllowed)
            others += 1
        }
        #expect(others > 10)
        guard case .answers(_, let stale) = try waiting.receive() else {
            Issue.record("no answers")
            return
        }
        let waited = ContinuousClock.now - start
        #expect(stale.first?.cause == .staleRevision)
        #expect(stale.first?.isAllowed == false)
        #expect(waited >= .milliseconds(600))
        #expect(waited < .seconds(3))
        guard case .answers(_, let next) = try waiting.receive() else {
            Issue.record("no answers")
            return
        }
        #expect(next.first?.isAllowed == true)
    }

    @Test func isDecidedAsSoonAsItIsReached() throws {
        var waiting = try server.connect { $0.responseTimeout = .seconds(30) }
        let start = ContinuousClock.now
        try waiting.enqueue(question, deadline: .seconds(20), atLeastRevision: 2)
        try waiting.flush()
        try put()
        guard case .answers(_, let answers) = try waiting.receive() else {
            Issue.record("no answers")
            return
        }
        #expect(answers.first?.isAllowed == true)
        #expect(answers.first?.revision == 2)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func whatIsThereIsNotWaitedFor() throws {
        var connection = try server.connect()
        let start = ContinuousClock.now
        for revision in [0, 1] as [UInt64] {
            let answer = try connection.decide(
                question, deadline: .seconds(20), atLeastRevision: revision)
            #expect(answer.isAllowed && answer.revision == 1)
        }
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test(arguments: [2, UInt64.max])
    func whatNeverComesIsRefused(_ revision: UInt64) throws {
        var connection = try server.connect()
        let answer = try connection.decide(
            question, deadline: .milliseconds(50), atLeastRevision: revision)
        #expect(answer.cause == .staleRevision && !answer.isAllowed && answer.reasons.isEmpty)
        // The connection goes on.
        #expect(try connection.decide(question).isAllowed)
    }

    @Test func aWriteThatIsOneShortIsNotEnough() throws {
        var waiting = try server.connect { $0.responseTimeout = .seconds(30) }
        try waiting.enqueue(question, deadline: .seconds(3), atLeastRevision: 3)
        try waiting.flush()
        try put()
        guard case .answers(_, let answers) = try waiting.receive() else {
            Issue.record("no answers")
            return
        }
        #expect(answers.first?.cause == .staleRevision)
        #expect(try waiting.decide(question, atLeastRevision: 2).isAllowed)
    }

    @Test func aRestrictionThatIsWaitedForCounts() throws {
        var waiting = try server.connect { $0.responseTimeout = .seconds(30) }
        try waiting.enqueue(question, deadline: .seconds(20), atLeastRevision: 2)
        try waiting.flush()
        let run = try WritProgram.run(
            [
                "quarantine", "--store", "store", "--entity", #"User::"alice""#, "--reason", "x",
            ], in: server.workplace)
        try #require(run.output == "revision 2\n", "\(run.errors)")
        guard case .answers(_, let answers) = try waiting.receive() else {
            Issue.record("no answers")
            return
        }
        #expect(answers.first?.cause == .quarantined)
    }

    @Test func aBatchWaitsAsOne() throws {
        var waiting = try server.connect { $0.responseTimeout = .seconds(30) }
        let stale = try waiting.decideBatch(
            [question, question], deadline: .milliseconds(50), atLeastRevision: 2)
        #expect(stale.map(\.cause) == [.staleRevision, .staleRevision])
        try waiting.enqueueBatch(
            [question, question], deadline: .seconds(20), atLeastRevision: 2)
        try waiting.flush()
        try put()
        guard case .answers(_, let answers) = try waiting.receive() else {
            Issue.record("no answers")
            return
        }
        #expect(answers.map(\.isAllowed) == [true, true])
    }

    @Test func whoGoesAwayWhileWaitingDisturbsNobody() throws {
        do {
            var gone = try server.connect()
            try gone.enqueue(question, deadline: .seconds(20), atLeastRevision: 2)
            try gone.flush()
            usleep(20_000)
        }
        #expect(try server.ask(#"User::"alice""#, #"Action::"view""#, #"Photo::"beach""#).isAllowed)
    }

    @Test func aStoppingServerWaitsForNobody() throws {
        var waiting = try server.connect { $0.responseTimeout = .seconds(20) }
        try waiting.enqueue(question, deadline: .seconds(25), atLeastRevision: 2)
        try waiting.flush()
        usleep(100_000)
        let start = ContinuousClock.now
        server.process.signal(SIGTERM)
        guard case .answers(_, let answers) = try waiting.receive() else {
            Issue.record("no answers")
            return
        }
        #expect(answers.first?.cause == .staleRevision)
        #expect(server.process.waitForEnd(seconds: 10) == 0)
        #expect(ContinuousClock.now - start < .seconds(8))
    }
}
