import DecisionPoint
import Gateway
import Testing

@Suite struct GatewayRecordTests {
    private let permit =
        "@id(\"read\") permit (principal is Workload, action == Action::\"read\", resource);"

    @Test func aDecisionSaysWhoAskedForWhat() throws {
        let bench = try CheckBench(permit)
        let reply = try bench.ask(CheckBench.ledgerMessage())
        let record = try #require(bench.log.last).record
        #expect(record.principal == "Workload::\"\(CheckBench.ledger)\"")
        #expect(record.action == "Action::\"read\"")
        #expect(record.resource?.hasPrefix("Payment::\"") == true, "\(record)")
        #expect(record.policies == ["read"] && record.errors.isEmpty)
        #expect(record.code == nil)
        #expect([record.decisionID] == reply.metadata["decision_id"])
        guard case .allowed = record.verdict else {
            Issue.record("not allowed")
            return
        }
    }

    @Test func nothingIsLeftOfTheDecisionBefore() throws {
        let bench = try CheckBench(permit)
        _ = try bench.ask(CheckBench.ledgerMessage())
        // Nobody asks for something known.
        _ = try bench.ask(CheckMessage())
        var record = try #require(bench.log.last).record
        #expect(record.principal == nil && record.action == "Action::\"read\"")
        #expect(record.code == "principal_missing" && record.policies.isEmpty)
        // Somebody asks for what no route knows.
        var message = try CheckBench.ledgerMessage()
        _ = try bench.ask(message)
        message.path = "/other"
        _ = try bench.ask(message)
        record = try #require(bench.log.last).record
        #expect(record.principal == nil && record.action == nil && record.resource == nil)
        #expect(record.code == "route-unmatched")
        guard case .refused(let denial) = record.verdict else {
            Issue.record("not refused")
            return
        }
        #expect(denial.reason == .routeUnmatched)
    }
}

@Suite struct GatewayBoardTests {
    @Test func everyAnswerIsCountedOnceUnderItsOwnName() {
        let board = GatewayBoard()
        board.count(.allowed, nanoseconds: 2_500)
        board.count(.denied(.forbidden), nanoseconds: 2_501)
        for refusal in Refusal.allCases {
            board.count(.refused(Denial(refusal)), nanoseconds: 1_000_000_000)
        }
        board.count(.refused(.answerInvalid), nanoseconds: 0)
        #expect(board.allowed == 1 && board.denied == 1)
        let refused = Denial.Reason.allCases.reduce(0) { $0 + board.refused($1) }
        #expect(refused == UInt64(Refusal.allCases.count) + 1)
        #expect(board.refused(.answerInvalid) == 1)
        #expect(board.durations.bucket(0) == 2 && board.durations.bucket(1) == 1)
        #expect(
            board.durations.bucket(DurationHistogram.bounds.count) == UInt64(Refusal.allCases.count)
        )
        #expect(
            board.durations.nanoseconds == 5_001 + UInt64(Refusal.allCases.count) * 1_000_000_000)
    }

    @Test func listenersAreToldApart() {
        let boards = GatewayBoards()
        let first = boards.add("envoy")
        _ = boards.add("edge")
        let second = boards.add("envoy")
        #expect(boards.all.map(\.listener) == ["envoy", "edge"])
        #expect(
            boards.all[0].boards.map { ObjectIdentifier($0) }
                == [first, second].map { ObjectIdentifier($0) })
    }
}
