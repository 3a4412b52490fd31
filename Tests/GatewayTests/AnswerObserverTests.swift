import Gateway
import SPOPTestSupport
import Testing

/// What is counted and logged of answers, whatever protocol a gateway asks in.
@Suite struct AnswerObserverTests {
    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    /// What a log says of an answer that is the same for the same question.
    private struct Said: Equatable {
        var principal: String?
        var action: String?
        var resource: String?
        var cause: String
        var status: Int
        var code: String?
        var policies: [String]
        var errors: [String]
        var versions: [UInt64]
        var method: String?
        var host: String?
        var target: String?
        var requestID: String?
        var trace: String?

        init(_ answer: LoggedAnswer) {
            let (record, asked) = (answer.record, answer.asked)
            (principal, action, resource) = (record.principal, record.action, record.resource)
            cause =
                switch record.verdict {
                case .allowed: "allowed"
                case .denied(let code): "denied \(code.rawValue)"
                case .refused(let denial): "refused \(denial.code.rawValue) \(denial.cause)"
                }
            status = answer.status
            (code, policies, errors) = (record.code, record.policies, record.errors)
            versions = [record.policyVersion, record.revision]
            (method, host, target) = (asked?.method, asked?.host, asked?.target)
            (requestID, trace) = (asked?.requestID, asked?.traceParent)
        }
    }

    private static let policies = """
        @id("reading") permit (principal is Workload, action == Action::"read", resource);
        @id("never") @reason("No.") forbid (principal, action == Action::"pay", resource);
        @id("broken") permit (principal, action, resource) when { context.nothing > 1 };
        """

    @Test(
        "Envoy's checks and HAProxy's questions leave the same in the log",
        arguments: [
            ("GET", "/payments/7?secret=1", true, "allowed"),
            ("POST", "/payments/7", true, "denied 403"),
            ("GET", "/payments/7", false, "refused 401 identityRejected"),
            ("GET", "/nowhere", true, "refused 403 routeUnmatched"),
            ("GET", "/payments/%2e%2e/7", true, "refused 403 malformedRequest"),
        ])
    func sameRecord(_ method: String, _ path: String, _ isKnown: Bool, _ cause: String) throws {
        let headers = [("x-request-id", "r-1"), ("traceparent", Self.trace), ("cookie", "secret")]
        let envoy = try CheckBench(Self.policies) { $0.listener = "edge" }
        var message = isKnown ? try CheckBench.ledgerMessage() : CheckMessage()
        (message.method, message.path, message.host) = (method, path, "api.example.org")
        message.headers += headers
        _ = try envoy.ask(message)
        let haproxy = try AgentBench(Self.policies) { $0.listener = "edge" }
        var question = try AgentBench.ledgerQuestion(method: method, path: path, headers: headers)
        if !isKnown { question["certificate"] = .null }
        _ = haproxy.ask(question)
        #expect(envoy.log.all.count == 1 && haproxy.log.all.count == 1)
        let logged = try #require(haproxy.log.last)
        let said = Said(logged)
        #expect(said == Said(try #require(envoy.log.last)))
        #expect(said.cause == cause)
        #expect(said.requestID == "r-1" && said.trace == Self.trace)
        #expect(said.method == method && said.target == path && said.host == "api.example.org")
        #expect(
            said.policies == ["allowed": ["reading"], "denied 403": ["never"]][cause, default: []])
        #expect(logged.record.decisionID.utf8.count == 16 && logged.nanoseconds > 0)
    }

    @Test func theIDInTheLogIsThatOfTheAnswer() throws {
        let bench = try AgentBench(Self.policies)
        let variables = bench.ask(try AgentBench.ledgerQuestion())
        let logged = try #require(bench.log.last)
        #expect(variables["decision_id"] == .text(logged.record.decisionID))
    }

    @Test func whatIsNoQuestionIsLoggedWithoutARequest() throws {
        let bench = try AgentBench(Self.policies)
        var question = try AgentBench.ledgerQuestion()
        question["certificat"] = .null
        _ = bench.ask(question)
        let logged = try #require(bench.log.last)
        #expect(logged.asked == nil)
        #expect(logged.record.code == "argument-unknown")
        guard case .refused(let denial) = logged.record.verdict else {
            Issue.record("not refused")
            return
        }
        #expect(denial.reason == .malformedRequest)
        #expect(bench.answers.refused(.malformedRequest) == 1)
    }

    @Test func anAllowThatCannotBeSentIsLoggedAsADenial() throws {
        // Five such fields are more than a frame of 16,380 bytes.
        let long = String(repeating: "a", count: 4_000)
        let bench = try AgentBench(
            (0..<5).map { number in
                """
                @header("x-\(number): \(long)")
                permit (principal, action == Action::"read", resource);

                """
            }.joined())
        let variables = bench.ask(try AgentBench.ledgerQuestion())
        #expect(variables["detail"] == .text("answer-not-sendable"))
        guard case .refused(let denial)? = bench.log.last?.record.verdict else {
            Issue.record("not refused")
            return
        }
        #expect(denial.reason == .answerInvalid && bench.log.last?.status == 403)
        #expect(bench.answers.allowed == 0 && bench.answers.refused(.answerInvalid) == 1)
    }

    @Test func aFieldThatIsThereTwiceCountsAsNone() {
        var asked = AskedRequest()
        for (name, value) in [("X-Request-Id", "a"), ("TraceParent", "b"), ("traceparent", "b")] {
            asked.take(field: Array(name.utf8).span, Array(value.utf8).span)
        }
        asked.take(field: Array("x-request-ids".utf8).span, Array("c".utf8).span)
        #expect(asked.requestID == "a")
        #expect(asked.traceParent == nil)
    }

    @Test func whatIsNotTakenIsCountedAndNotGathered() throws {
        let board = GatewayBoard()
        let closed = AnswerObserver(board, log: RecordingLog(isOpen: false))
        #expect(!closed.count(.allowed, nanoseconds: 1))
        #expect(!AnswerObserver(board).count(.denied(.forbidden), nanoseconds: 1))
        #expect(AnswerObserver(board, log: RecordingLog()).count(.allowed, nanoseconds: 1))
        #expect(board.allowed == 2 && board.denied == 1)
    }

    @Test func onlyAnAllowCanBeSpoiled() {
        guard case .refused(let denial) = Verdict.allowed.sent(isSpoiled: true),
            case .allowed = Verdict.allowed.sent(isSpoiled: false),
            case .denied(.tooMany) = Verdict.denied(.tooMany).sent(isSpoiled: true)
        else {
            Issue.record("another verdict")
            return
        }
        #expect(denial.reason == .answerInvalid)
    }
}
