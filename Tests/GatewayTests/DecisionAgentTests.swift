import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Gateway
import SPOE
import SPOPTestSupport
import Server
import Testing

/// Refusals first: whatever is not an allow of the policies must be a denial to HAProxy.
@Suite struct DecisionAgentTests {
    private let permit = "permit (principal is Workload, action == Action::\"read\", resource);"

    private func expectDenied(
        _ variables: [String: AgentSays.Value], _ status: UInt64, cause: String,
        detail: String? = nil, at place: SourceLocation = #_sourceLocation
    ) {
        #expect(variables["allow"] == .flag(false), sourceLocation: place)
        #expect(variables["status"] == .number(status), sourceLocation: place)
        #expect(variables["cause"] == .text(cause), sourceLocation: place)
        if let detail { #expect(variables["detail"] == .text(detail), sourceLocation: place) }
        #expect((variables["challenge"] != nil) == (status == 401), sourceLocation: place)
        guard case .text(let id) = variables["decision_id"] else {
            Issue.record("no decision id", sourceLocation: place)
            return
        }
        #expect(id.utf8.count == 16, sourceLocation: place)
        for name in variables.keys where name.hasPrefix("header.x-principal") {
            Issue.record("a denial with an identity", sourceLocation: place)
        }
    }

    @Test func nobodyIsDenied() throws {
        let bench = try AgentBench(permit)
        let variables = bench.ask(ForgedQuestion())
        expectDenied(variables, 401, cause: "identityRejected", detail: "principal_missing")
        #expect(variables["challenge"] == .text("Bearer"))
        #expect(bench.statistics.questions == 1 && bench.statistics.allowed == 0)
        #expect(bench.answers.refused(.identityRejected) == 1)
        #expect(bench.statistics.malformed == 0)
    }

    @Test func aCertificateThatIsNoneIsDenied() throws {
        let bench = try AgentBench(permit)
        let whole = try AgentBench.certificate("ledger")
        for bytes in [[0x30], Array(whole.dropLast()), whole + [0], [0] + whole] {
            let variables = bench.ask(ForgedQuestion(certificate: bytes))
            #expect(variables["allow"] == .flag(false))
            #expect(variables["status"] == .number(401))
        }
        let stranger = ForgedQuestion(certificate: try AgentBench.certificate("moneylens"))
        expectDenied(bench.ask(stranger), 401, cause: "identityRejected")
    }

    @Test func issuersAreJudgedWithTheCertificate() throws {
        let bench = try AgentBench(permit)
        var question = try AgentBench.ledgerQuestion()
        question["issuers"] = .binary([0x30])
        expectDenied(bench.ask(question), 401, cause: "identityRejected")
        // The first certificate is the client's, whatever follows.
        question["issuers"] = .binary(try AgentBench.certificate("moneylens"))
        #expect(bench.ask(question)["header.x_principal"] == .text(CheckBench.ledger))
        question["certificate"] = .binary(try AgentBench.certificate("moneylens"))
        question["issuers"] = .binary(try AgentBench.certificate("ledger"))
        expectDenied(bench.ask(question), 401, cause: "identityRejected")
    }

    @Test(arguments: [
        ("/payments/7%2F8", "escaped-slash"), ("/payments/%2e%2e/7", "dot-segment"),
        ("//payments/7", "empty-segment"), ("/payments/7;a=1", "semicolon"),
        ("*", "target-not-a-path"), ("http://api.example.org/payments/7", "target-not-a-path"),
        ("", "target-not-a-path"), ("/payments/7#a", "fragment"),
        ("/payments/7 8", "control-character"),
    ])
    func pathsThatCouldMeanTwoThingsAreDenied(_ path: String, _ code: String) throws {
        let bench = try AgentBench(permit)
        let question = try AgentBench.ledgerQuestion(path: path)
        expectDenied(bench.ask(question), 403, cause: "malformedRequest", detail: code)
    }

    @Test func whatIsNotRoutedIsDenied() throws {
        let bench = try AgentBench("permit (principal, action, resource);")
        expectDenied(
            bench.ask(try AgentBench.ledgerQuestion(method: "DELETE")), 403,
            cause: "routeUnmatched", detail: "route-unmatched")
        expectDenied(
            bench.ask(try AgentBench.ledgerQuestion(method: "get")), 403,
            cause: "malformedRequest", detail: "method-invalid")
    }

    @Test func oneHostIsNamed() throws {
        let bench = try AgentBench(permit)
        var question = try AgentBench.ledgerQuestion(headers: [("host", "api.example.org")])
        expectDenied(
            bench.ask(question), 403, cause: "malformedRequest", detail: "host-duplicated")
        question = try AgentBench.ledgerQuestion(headers: [("Host", "other.example.org")])
        expectDenied(
            bench.ask(question), 403, cause: "malformedRequest", detail: "host-duplicated")
        for (headers, code) in [
            ([], "host-missing"), ([("host", "")], "host-missing"),
            ([("host", "a b")], "host-invalid"),
        ] as [([(String, String)], String)] {
            question["headers"] = .binary(ForgedQuestion.block(headers))
            expectDenied(bench.ask(question), 403, cause: "malformedRequest", detail: code)
        }
        #expect(bench.statistics.malformed == 0)
    }

    @Test func headerFieldsThatDoNotEndAreDenied() throws {
        let bench = try AgentBench(permit)
        var question = try AgentBench.ledgerQuestion()
        let block = ForgedQuestion.block([("host", "api.example.org"), ("x-purpose", "a")])
        for count in 0..<block.count {
            question["headers"] = .binary(Array(block[..<count]))
            expectDenied(
                bench.ask(question), 403, cause: "malformedRequest", detail: "headers-invalid")
        }
        question["headers"] = .binary(block + [0])
        expectDenied(
            bench.ask(question), 403, cause: "malformedRequest", detail: "headers-invalid")
        question["headers"] = .binary(block)
        #expect(bench.ask(question)["allow"] == .flag(true))
    }

    @Test func severalAuthorizationsAreDenied() throws {
        let bench = try AgentBench(permit)
        let fields = [("authorization", "Basic YTpi"), ("Authorization", "Basic YTpi")]
        let question = try AgentBench.ledgerQuestion(headers: fields)
        expectDenied(
            bench.ask(question), 401, cause: "identityRejected",
            detail: "authorization-duplicated")
        let other = try AgentBench(permit) { $0.judgesTokens = false }
        #expect(other.ask(question)["allow"] == .flag(true))
    }

    @Test(arguments: ["Bearer", "bearer ", "Bearer  ", "BEARER a.b.c", "Bearer a.b.c"])
    func aTokenThatCannotBeJudgedDeniesWhateverTheCertificateIs(_ value: String) throws {
        let bench = try AgentBench(permit)
        let question = try AgentBench.ledgerQuestion(headers: [("authorization", value)])
        expectDenied(
            bench.ask(question), 401, cause: "identityRejected", detail: "token_not_configured")
        let other = try AgentBench.ledgerQuestion(headers: [("authorization", "Bearers are a")])
        #expect(bench.ask(other)["allow"] == .flag(true))
    }

    @Test func aFieldThatTheRouteReadsStandsOnce() throws {
        let bench = try AgentBench(permit)
        var fields = [("x-purpose", "a"), ("x-other", "b"), ("X-Purpose", "a")]
        expectDenied(
            bench.ask(try AgentBench.ledgerQuestion(headers: fields)), 403,
            cause: "malformedRequest", detail: "member-duplicated")
        fields.removeLast()
        #expect(
            bench.ask(try AgentBench.ledgerQuestion(headers: fields))["allow"] == .flag(true))
    }

    @Test(arguments: ["x_purpose", "X.Purpose"])
    func aFieldThatReadsLikeOneOfTheRoutesIsDenied(_ name: String) throws {
        let bench = try AgentBench(permit)
        expectDenied(
            bench.ask(try AgentBench.ledgerQuestion(headers: [("X-Purpose", "a"), (name, "b")])),
            403, cause: "malformedRequest", detail: "member-duplicated")
    }

    @Test func withADeadlineTheBeginningIsSaid() throws {
        let bench = try AgentBench(permit, deadlineMilliseconds: 500)
        var question = try AgentBench.ledgerQuestion()
        expectDenied(bench.ask(question), 403, cause: "malformedRequest", detail: "start-missing")
        for start in [0, -1, 1_001_001, Int64.max, Int64.min] {
            question["start"] = .signed(start)
            expectDenied(
                bench.ask(question), 403, cause: "malformedRequest", detail: "start-invalid")
        }
        for start in [999_499, 1] as [Int64] {
            question["start"] = .signed(start)
            expectDenied(
                bench.ask(question), 503, cause: "deadlineExceeded", detail: "request-too-old")
        }
        for start in [999_500, 1_000_000, 1_001_000] as [Int64] {
            question["start"] = .signed(start)
            #expect(bench.ask(question)["allow"] == .flag(true))
        }
    }

    @Test func withoutPoliciesNobodyIsAllowed() throws {
        let bench = try AgentBench("")
        expectDenied(bench.ask(try AgentBench.ledgerQuestion()), 503, cause: "noPolicies")
    }

    @Test func aForbidThatErrorsDeniesWhereItIsStrict() throws {
        let policies =
            permit
            + "@id(\"bad\") forbid (principal, action, resource) when { 1 + 9223372036854775807 > 0 };"
        let question = try AgentBench.ledgerQuestion()
        expectDenied(try AgentBench(policies).ask(question), 403, cause: "policyError")
        let lenient = try AgentBench(policies, errors: .cedar)
        #expect(lenient.ask(question)["allow"] == .flag(true))
    }

    @Test func whoIsInQuarantineIsDenied() throws {
        let bench = try AgentBench(permit)
        let question = try AgentBench.ledgerQuestion()
        #expect(bench.ask(question)["allow"] == .flag(true))
        try bench.store.restrict([
            Restriction(
                .spiffeID(Text(CheckBench.ledger)), .revoked, reason: "compromised",
                since: DateTime(milliseconds: 0))
        ])
        expectDenied(bench.ask(question), 403, cause: "quarantined")
    }

    @Test func policiesDenyWithWhatTheySay() throws {
        let bench = try AgentBench(
            """
            @id("slow") @status("429") @header("retry-after: 60") @reason("Later.")
            @obligation("alert:desk")
            forbid (principal, action == Action::"read", resource);
            @id("again") @status("401") @challenge("Bearer error=\\"old\\"") @reason("Sign in.")
            forbid (principal, action == Action::"pay", resource);
            """, obligations: ["alert"])
        let slow = bench.ask(try AgentBench.ledgerQuestion())
        expectDenied(slow, 429, cause: "decided")
        #expect(slow["reason"] == .text("Later."))
        #expect(slow["header.retry_after"] == .text("60"))
        #expect(slow["policies"] == .text("slow"))
        #expect(slow["obligations"] == .text("alert:desk"))
        let again = bench.ask(try AgentBench.ledgerQuestion(method: "POST"))
        expectDenied(again, 401, cause: "decided")
        #expect(again["challenge"] == .text("Bearer error=\"old\""))
        #expect(again["obligations"] == nil)
        // Nothing of it is said in the next answer.
        let refused = bench.ask(try AgentBench.ledgerQuestion(path: "/nowhere"))
        expectDenied(refused, 403, cause: "routeUnmatched")
        #expect(
            Set(refused.keys) == [
                "allow", "status", "decision_id", "cause", "detail", "policy_version", "revision",
            ])
        #expect(bench.answers.denied == 2 && bench.answers.refused(.routeUnmatched) == 1)
    }

    // MARK: Allows

    @Test func whatPoliciesAllowPassesOnWithTheIdentityAlone() throws {
        let bench = try AgentBench(
            """
            @id("reading") @header("x-view: masked\\nx-principal: root\\nx-roles: admin")
            @obligation("mask:iban")
            permit (principal == Workload::"\(CheckBench.ledger)", action == Action::"read", resource)
            when {
                context.verified.gateway.listener == "spoe" &&
                context.verified.gateway.userId == 33 &&
                context.verified.http.path like "*/7" &&
                context.verified.sourceIp == ip("127.0.0.1")
            };
            """, obligations: ["mask"])
        let fields = [("x-principal", "root"), ("x-roles", "admin"), ("x-device", "safe")]
        let question = try AgentBench.ledgerQuestion(headers: fields)
        expectDenied(bench.ask(question), 403, cause: "decided")
        bench.peer = PeerCredentials(processID: 1, userID: 33, groupID: 33)
        let variables = bench.ask(question)
        #expect(variables["allow"] == .flag(true))
        #expect(variables["status"] == .number(200))
        #expect(variables["header.x_principal"] == .text(CheckBench.ledger))
        #expect(variables["header.x_principal_type"] == .text("Workload"))
        #expect(variables["header.x_view"] == .text("masked"))
        #expect(variables["header.x_decision"] == variables["decision_id"])
        // A field that is only taken away may be a policy's.
        #expect(variables["header.x_roles"] == .text("admin"))
        #expect(variables.keys.filter { $0.hasPrefix("header.") }.count == 5)
        #expect(variables["policies"] == .text("reading"))
        #expect(variables["obligations"] == .text("mask:iban"))
        #expect(bench.statistics.allowed == 1 && bench.answers.allowed == 1)
    }

    @Test(
        arguments: [
            ([192, 0, 2, 7], "192.0.2.7"), ([255, 100, 10, 0], "255.100.10.0"),
            (
                [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0xAB, 0xCD, 0, 1],
                "2001:db8::abcd:1"
            ),
            ([UInt8](repeating: 0, count: 15) + [1], "::1"),
            ([UInt8](repeating: 0xFF, count: 16), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            // IPv4 in the clothes of IPv6.
            ([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2, 7], "192.0.2.7"),
        ] as [([UInt8], String)])
    func theSourceIsWhatHAProxySays(_ bytes: [UInt8], _ text: String) throws {
        let bench = try AgentBench(
            "permit (principal, action, resource) when { context.verified.sourceIp == ip(\"\(text)\") };"
        )
        var question = try AgentBench.ledgerQuestion()
        expectDenied(bench.ask(question), 403, cause: "decided")
        question["source"] = bytes.count == 4 ? .ipv4(bytes) : .ipv6(bytes)
        #expect(bench.ask(question)["allow"] == .flag(true))
    }

    @Test func newRoutesAndPoliciesCountFromTheNextBatch() throws {
        let bench = try AgentBench("permit (principal, action, resource);")
        let pay = try AgentBench.ledgerQuestion(method: "POST")
        #expect(bench.ask(pay)["allow"] == .flag(true))
        bench.routes.publish(try CheckBench.routes(isShort: true))
        expectDenied(bench.ask(pay), 403, cause: "routeUnmatched")
        bench.publisher.publish(
            try CheckBench.ruleset(
                "@reason(\"Closed.\") forbid (principal, action, resource);", version: 2))
        #expect(
            bench.ask(try AgentBench.ledgerQuestion())["reason"] == .text("Closed."))
    }
}
