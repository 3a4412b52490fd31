import CAllocationCount
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Gateway
import Routes
import Testing

/// Refusals first: whatever is not an allow of the policies must be a denial in bytes.
@Suite struct DecisionCheckTests {
    private let permit = "permit (principal is Workload, action == Action::\"read\", resource);"

    private func expectDenied(
        _ reply: DecodedReply, _ status: UInt64, cause: String, detail: String? = nil,
        at place: SourceLocation = #_sourceLocation
    ) {
        #expect(reply.size > 0, sourceLocation: place)
        #expect(!reply.isAllowed, sourceLocation: place)
        #expect(!reply.isOK, sourceLocation: place)
        #expect(reply.denial == status, sourceLocation: place)
        #expect(reply.metadata["cause"] == [cause], sourceLocation: place)
        if let detail {
            #expect(reply.metadata["detail"] == [detail], sourceLocation: place)
        }
        #expect((reply.clientHeaders["www-authenticate"] != nil) == (status == 401))
        #expect(reply.clientHeaders["x-decision-id"] == reply.metadata["decision_id"]?.first)
    }

    @Test func nobodyIsDenied() throws {
        let bench = try CheckBench(permit)
        let reply = try bench.ask(CheckMessage())
        expectDenied(reply, 401, cause: "identityRejected", detail: "principal_missing")
        #expect(reply.clientHeaders["www-authenticate"] == "Bearer")
    }

    @Test func aCertificateThatIsNoneIsDenied() throws {
        let bench = try CheckBench(permit)
        var message = CheckMessage()
        for certificate in ["x", "-----BEGIN%20CERTIFICATE-----", "%00", "%zz"] {
            message.certificate = certificate
            expectDenied(try bench.ask(message), 401, cause: "identityRejected")
        }
        message.certificate = try CheckBench.certificate("moneylens")
        expectDenied(try bench.ask(message), 401, cause: "identityRejected")
    }

    @Test(arguments: [
        ("/payments/7%2F8", "escaped-slash"), ("/payments/7%00", "escaped-null"),
        ("/payments/%2e%2e/7", "dot-segment"), ("/payments/../7", "dot-segment"),
        ("//payments/7", "empty-segment"), ("/payments//7", "empty-segment"),
        ("/payments/7;a=1", "semicolon"), ("/payments/7%252F", "escaped-percent"),
        ("/payments/7#a", "fragment"), ("/payments\\7", "backslash"), ("*", "target-not-a-path"),
        ("http://api.example.org/payments/7", "target-not-a-path"), ("", "target-not-a-path"),
    ])
    func pathsThatCouldMeanTwoThingsAreDenied(_ path: String, _ code: String) throws {
        let bench = try CheckBench(permit)
        var message = try CheckBench.ledgerMessage()
        message.path = path
        expectDenied(try bench.ask(message), 403, cause: "malformedRequest", detail: code)
    }

    @Test func whatIsNotRoutedIsDenied() throws {
        let bench = try CheckBench("permit (principal, action, resource);")
        var message = try CheckBench.ledgerMessage()
        message.method = "DELETE"
        expectDenied(
            try bench.ask(message), 403, cause: "routeUnmatched", detail: "route-unmatched")
        message.method = "get"
        expectDenied(
            try bench.ask(message), 403, cause: "malformedRequest", detail: "method-invalid")
        message.method = "GET"
        message.host = ""
        expectDenied(
            try bench.ask(message), 403, cause: "malformedRequest", detail: "host-missing")
    }

    @Test func severalAuthorizationsAreDenied() throws {
        let bench = try CheckBench(permit)
        var message = try CheckBench.ledgerMessage()
        message.headers = [("authorization", "Basic YTpi"), ("authorization", "Basic YTpi")]
        expectDenied(
            try bench.ask(message), 401, cause: "identityRejected",
            detail: "authorization_duplicated")
        let other = try CheckBench(permit) { $0.judgesTokens = false }
        #expect(try other.ask(message).isAllowed)
        // Joined by the gateway, or by somebody before it.
        for (value, isRaw) in [
            ("Basic YTpi,Bearer x", false), ("Basic YTpi,Bearer x", true),
            ("Basic YTpi,Basic x", false),
        ] {
            message.headers = [("authorization", value)]
            message.isRaw = isRaw
            expectDenied(
                try bench.ask(message), 401, cause: "identityRejected",
                detail: "authorization_duplicated")
        }
        message.isRaw = true
        message.headers = [("authorization", "Basic YTpi,Basic x")]
        #expect(try bench.ask(message).isAllowed)
    }

    @Test(arguments: [
        "Bearer", "bearer ", "Bearer  ", "BEARER a.b.c", "Bearer a.b.c",
        "Bearer\ta.b.c", "bearer\t", "Bearer:a.b.c",
    ])
    func aTokenThatCannotBeJudgedDeniesWhateverTheCertificateIs(_ value: String) throws {
        let bench = try CheckBench(permit)
        var message = try CheckBench.ledgerMessage()
        message.headers = [("authorization", value)]
        for isRaw in [true, false] {
            message.isRaw = isRaw
            expectDenied(
                try bench.ask(message), 401, cause: "identityRejected",
                detail: "token_not_configured")
        }
        message.headers = [("authorization", "Bearers are a.b.c")]
        #expect(try bench.ask(message).isAllowed)
    }

    @Test func aFieldThatTheRouteReadsStandsOnce() throws {
        let bench = try CheckBench(permit)
        var message = try CheckBench.ledgerMessage()
        message.headers = [("x-purpose", "a"), ("x-other", "b"), ("x-purpose", "a")]
        expectDenied(
            try bench.ask(message), 403, cause: "malformedRequest", detail: "member-duplicated")
        message.headers.removeLast()
        #expect(try bench.ask(message).isAllowed)
    }

    @Test(arguments: ["x_purpose", "x.purpose", "X-Purpose"])
    func aFieldThatReadsLikeOneOfTheRoutesIsDenied(_ name: String) throws {
        let bench = try CheckBench(permit)
        var message = try CheckBench.ledgerMessage()
        message.headers = [("x-purpose", "a"), (name, "b")]
        for isRaw in [true, false] {
            message.isRaw = isRaw
            expectDenied(
                try bench.ask(message), 403, cause: "malformedRequest", detail: "member-duplicated")
        }
        message.headers = [("x_other", "b"), ("x-purpose", "a"), ("y-purpose", "a")]
        #expect(try bench.ask(message).isAllowed)
    }

    @Test func theReservedMemberIsDenied() throws {
        let bench = try CheckBench("permit (principal, action, resource);")
        var message = try CheckBench.ledgerMessage()
        message.method = "PUT"
        #expect(try bench.ask(message).isAllowed)
        message.headers = [("x-purpose", "spoofed")]
        expectDenied(try bench.ask(message), 403, cause: "reservedMember")
    }

    @Test func withoutPoliciesOrAStoreNobodyIsAllowed() throws {
        let bench = try CheckBench("")
        let message = try CheckBench.ledgerMessage()
        expectDenied(try bench.ask(message), 503, cause: "noPolicies")
        let other = try CheckBench(permit)
        expectDenied(try other.askWithoutBatch(message), 503, cause: "storeUnavailable")
        #expect(try other.ask(message).isAllowed)
        expectDenied(try other.askWithoutBatch(message), 503, cause: "storeUnavailable")
    }

    @Test func aForbidThatErrorsDeniesWhereItIsStrict() throws {
        let policies =
            permit
            + "@id(\"bad\") forbid (principal, action, resource) when { 1 + 9223372036854775807 > 0 };"
        let bench = try CheckBench(policies)
        let message = try CheckBench.ledgerMessage()
        let reply = try bench.ask(message)
        expectDenied(reply, 403, cause: "policyError")
        #expect(reply.metadata["policy_errors"] == ["bad"])
        let lenient = try CheckBench(policies, errors: .cedar)
        #expect(try lenient.ask(message).isAllowed)
    }

    @Test func whoIsInQuarantineIsDenied() throws {
        let bench = try CheckBench(permit)
        let message = try CheckBench.ledgerMessage()
        #expect(try bench.ask(message).isAllowed)
        try bench.store.restrict([
            Restriction(
                .spiffeID(Text(CheckBench.ledger)), .revoked, reason: "compromised",
                since: DateTime(milliseconds: 0))
        ])
        expectDenied(try bench.ask(message), 403, cause: "quarantined")
    }

    @Test func policiesDenyWithWhatTheySay() throws {
        let bench = try CheckBench(
            """
            @id("slow") @status("429") @header("retry-after: 60") @reason("Later.")
            @obligation("alert:desk")
            forbid (principal, action == Action::"read", resource);
            @id("again") @status("401") @challenge("Bearer error=\\"old\\"") @reason("Sign in.")
            forbid (principal, action == Action::"pay", resource);
            """, obligations: ["alert"])
        var message = try CheckBench.ledgerMessage()
        let slow = try bench.ask(message)
        expectDenied(slow, 429, cause: "decided")
        #expect(slow.code == 8)
        #expect(slow.body == "Later.")
        #expect(slow.clientHeaders["retry-after"] == "60")
        #expect(slow.metadata["policies"] == ["slow"])
        #expect(slow.metadata["obligations"] == ["alert:desk"])
        message.method = "POST"
        let again = try bench.ask(message)
        expectDenied(again, 401, cause: "decided")
        #expect(again.code == 16)
        #expect(again.clientHeaders["www-authenticate"] == "Bearer error=\"old\"")
        #expect(again.metadata["obligations"] == nil)
    }

    @Test func nothingOfADecisionIsSaidInTheNextRefusal() throws {
        let bench = try CheckBench(
            permit
                + "@id(\"no\") @reason(\"No.\") @header(\"x-why: no\") forbid (principal, action == Action::\"pay\", resource);"
        )
        var message = try CheckBench.ledgerMessage()
        message.method = "POST"
        #expect(try bench.ask(message).body == "No.")
        message.path = "/nowhere"
        let refused = try bench.ask(message)
        expectDenied(refused, 403, cause: "routeUnmatched")
        #expect(refused.body.isEmpty)
        #expect(refused.clientHeaders["x-why"] == nil)
        #expect(refused.metadata["policies"] == [])
    }

    // MARK: Allows

    @Test func whatPoliciesAllowPassesOnWithTheIdentityAlone() throws {
        let bench = try CheckBench(
            """
            @id("reading") @header("x-view: masked\\nx-principal: root\\nx_principal: root\\nx-roles: admin")
            @obligation("mask:iban")
            permit (principal == Workload::"\(CheckBench.ledger)", action == Action::"read", resource)
            when { context.verified.gateway.listener == "envoy" && context.verified.http.path like "*/7" };
            """, obligations: ["mask"])
        var message = try CheckBench.ledgerMessage()
        message.headers = [("x-principal", "root"), ("x-roles", "admin"), ("x-device", "safe")]
        let reply = try bench.ask(message)
        #expect(reply.isAllowed && reply.isOK && reply.denial == nil)
        #expect(reply.headers["x-principal"] == CheckBench.ledger)
        #expect(reply.headers["x-principal-type"] == "Workload")
        #expect(reply.headers["x-view"] == "masked")
        #expect(reply.headers["x-decision"] == reply.metadata["decision_id"]?.first)
        // A field that is only taken away may be a policy's.
        #expect(reply.headers["x-roles"] == "admin")
        #expect(reply.headers["writ-obligations"] == "mask:iban")
        #expect(reply.headers.count == 6)
        #expect(
            Set(reply.removed)
                == ["x-device", "x_principal", "x-envoy-auth-failure-mode-allowed"])
        #expect(reply.metadata["policies"] == ["reading"])
        #expect(reply.metadata["obligations"] == ["mask:iban"])
        message.path = "/payments/8"
        expectDenied(try bench.ask(message), 403, cause: "decided")
    }

    @Test func whatPoliciesMaySetIsNotTheClientsToSend() throws {
        let bench = try CheckBench(
            permit
                + """
                @header("x-tier: gold\\nx-view: full") @obligation("log, mask:iban")
                permit (principal, action == Action::"pay", resource);
                @header("x-why: closed") forbid (principal, action == Action::"close", resource);
                """, obligations: ["log", "mask"])
        var message = try CheckBench.ledgerMessage()
        message.headers = [
            ("x-tier", "gold"), ("x-tier", "gold"), ("writ-obligations", "none"), ("x-why", "mine"),
        ]
        let always = ["x-device", "x-roles", "x-envoy-auth-failure-mode-allowed"]
        let plain = try bench.ask(message)
        #expect(plain.isAllowed)
        #expect(plain.headers["x-tier"] == nil && plain.headers["writ-obligations"] == nil)
        #expect(Set(plain.removed) == Set(always + ["x-tier", "x-view", "writ-obligations"]))
        message.method = "POST"
        let paid = try bench.ask(message)
        #expect(paid.headers["x-tier"] == "gold" && paid.headers["x-view"] == "full")
        #expect(paid.headers["writ-obligations"] == "log, mask:iban")
        #expect(Set(paid.removed) == Set(always))
        // The names are those of the policies in force.
        bench.publisher.publish(
            try CheckBench.ruleset(
                permit
                    + "@header(\"x-new: 1\") permit (principal, action == Action::\"pay\", resource);",
                version: 2))
        message.method = "GET"
        #expect(Set(try bench.ask(message).removed) == Set(always + ["x-new", "writ-obligations"]))
    }

    @Test(arguments: [true, false])
    func whatReadsLikeAProtectedNameIsRemoved(_ isRaw: Bool) throws {
        let bench = try CheckBench(
            permit
                + "@header(\"x-tier: gold\") permit (principal, action == Action::\"pay\", resource);"
        )
        var message = try CheckBench.ledgerMessage()
        message.isRaw = isRaw
        let forged = [
            "x_principal", "x.principal", "X-Principal", "x!principal", "writ_obligations",
            "Writ.Obligations", "x_roles", "x-principal_type", "x.tier", "X_Device",
        ]
        let others = [
            "y_principal", "x_principals", "x_princip", "xx-roles", "x_role", "accept",
            "x-request-id",
            "x1roles", "_-roles", "referer",
        ]
        message.headers = (forged + others).map { ($0, "x") }
        let reply = try bench.ask(message)
        #expect(reply.isAllowed)
        #expect(
            Set(reply.removed)
                == Set(
                    forged + ["x-device", "x-roles", "x-tier", "writ-obligations"]
                        + ["x-envoy-auth-failure-mode-allowed"]))
        #expect(reply.headers["x-principal"] == CheckBench.ledger)
        message.method = "POST"
        let paid = try bench.ask(message)
        #expect(paid.headers["x-tier"] == "gold")
        #expect(paid.removed.contains("x.tier") && !paid.removed.contains("x-tier"))
    }

    @Test func nothingIsAllocatedForWhatIsRemoved() throws {
        let bench = try CheckBench(
            permit
                + "@header(\"x-tier: gold\") permit (principal, action == Action::\"pay\", resource);",
            log: RecordingLog(isOpen: false))
        var plain = try CheckBench.ledgerMessage()
        plain.headers = [("accept", "*/*"), ("x-request-id", "1")]
        var forged = plain
        forged.headers += [
            ("x_principal", "root"), ("x.tier", "gold"), ("writ_obligations", "none"),
        ]
        func allocations(_ message: Message) throws -> UInt64 {
            for _ in 0..<3 { try bench.answer(message) }
            let before = allocation_count()
            for _ in 0..<100 { try bench.answer(message) }
            return allocation_count() - before
        }
        let usual = try allocations(Message(plain.bytes))
        #expect(try allocations(Message(forged.bytes)) == usual)
    }

    @Test func tooManyForgedNamesAreDenied() throws {
        let bench = try CheckBench(permit) {
            $0.identityFields += [
                GatewaySettings.IdentityField(String(repeating: "a", count: 128), .removed)
            ].compactMap { $0 }
        }
        var message = try CheckBench.ledgerMessage()
        let name = String(repeating: "A", count: 128)
        message.headers = (0..<450).map { _ in (name, "") }
        #expect(try bench.ask(message).isAllowed)
        message.headers = (0..<500).map { _ in (name, "") }
        let reply = try bench.ask(message)
        #expect(!reply.isAllowed && reply.denial == 503)
    }

    @Test func newRoutesAndPoliciesCountFromTheNextBatch() throws {
        let bench = try CheckBench("permit (principal, action, resource);")
        var message = try CheckBench.ledgerMessage()
        message.method = "POST"
        #expect(try bench.ask(message).isAllowed)
        bench.routes.publish(try CheckBench.routes(isShort: true))
        expectDenied(try bench.ask(message), 403, cause: "routeUnmatched")
        message.method = "GET"
        #expect(try bench.ask(message).isAllowed)
        bench.publisher.publish(
            try CheckBench.ruleset(
                "@reason(\"Closed.\") forbid (principal, action, resource);", version: 2))
        #expect(try bench.ask(message).body == "Closed.")
    }

    @Test func routesCountTogetherWithTheirPolicies() throws {
        let bench = try CheckBench("permit (principal, action, resource);")
        var message = try CheckBench.ledgerMessage()
        message.method = "POST"
        // Of a reload that has come half the way: nothing of it counts.
        bench.routes.publish(try CheckBench.routes(isShort: true), since: bench.publisher.epoch + 1)
        #expect(try bench.ask(message).isAllowed)
        #expect(try bench.ask(message).isAllowed)
        let closed = "@reason(\"Closed.\") forbid (principal, action, resource);"
        bench.publisher.publish(try CheckBench.ruleset(closed, version: 2))
        // Of the next one, which began before anybody asked.
        bench.routes.publish(try CheckBench.routes(), since: bench.publisher.epoch + 1)
        expectDenied(try bench.ask(message), 403, cause: "routeUnmatched")
        message.method = "GET"
        #expect(try bench.ask(message).body == "Closed.")
        message.method = "POST"
        bench.publisher.publish(
            try CheckBench.ruleset("permit (principal, action, resource);", version: 3))
        #expect(try bench.ask(message).isAllowed)
    }

    // MARK: What only Envoy tells

    private func bodyBench() throws -> CheckBench {
        let bench = try CheckBench(
            """
            permit (principal is Workload, action == Action::"pay", resource)
            when { context.tenant == "acme" };
            forbid (principal, action, resource)
            when { context has amount && context.amount.greaterThan(decimal("100.0")) };
            """)
        bench.routes.publish(
            try CheckBench.routes(context: [
                ("tenant", [("extension", "tenant")]),
                ("amount", [("body", "/amount"), ("type", "decimal"), ("optional", "true")]),
            ]))
        return bench
    }

    @Test func bodiesThatAreNotWholeOrNotJSONAreDenied() throws {
        let bench = try bodyBench()
        var message = try CheckBench.ledgerMessage()
        message.method = "POST"
        message.extensions = [("tenant", "acme")]
        // A gateway that knows of a body and does not show it.
        message.size = 20
        expectDenied(try bench.ask(message), 403, cause: "tooLarge", detail: "body-partial")
        message.body = "{\"amount\": 5}"
        message.headers = [("content-type", "application/json")]
        // It came without the header that says whether it is whole.
        message.size = -1
        expectDenied(try bench.ask(message), 403, cause: "tooLarge", detail: "body-partial")
        message.headers.append(("x-envoy-auth-partial-body", "true"))
        expectDenied(try bench.ask(message), 403, cause: "tooLarge", detail: "body-partial")
        message.headers[1].1 = "false"
        #expect(try bench.ask(message).isAllowed)
        // There is more than came, whatever the header says.
        message.size = 100
        expectDenied(try bench.ask(message), 403, cause: "tooLarge", detail: "body-partial")
        message.size = 13
        #expect(try bench.ask(message).isAllowed)
        for (body, detail) in [
            ("amount=5", "body-invalid"),
            ("{\"amount\": 5, \"Amount\": 5000}", "member-duplicated"),
            ("{\"amount\": \"much\"}", "member-invalid"),
        ] {
            message.body = body
            message.size = body.utf8.count
            expectDenied(try bench.ask(message), 403, cause: "malformedRequest", detail: detail)
        }
        message.headers[0].1 = "text/plain"
        expectDenied(try bench.ask(message), 403, cause: "malformedRequest", detail: "body-invalid")
    }

    /// Envoy says the same of no body and of one that it hides, and its own header may be a client's.
    @Test func onlyTheLengthSaysThatThereIsNoBody() throws {
        let bench = try bodyBench()
        var message = try CheckBench.ledgerMessage()
        message.method = "POST"
        message.extensions = [("tenant", "acme")]
        message.size = 0
        let whole = ("x-envoy-auth-partial-body", "false")
        for headers in [
            [], [("content-length", "14")], [("transfer-encoding", "chunked")], [whole],
            [whole, ("content-length", "14")], [("content-length", "00")],
            [("content-length", "0"), ("content-length", "0")], [("content-length", "0, 0")],
            [("content-length", "")], [("x-content-length", "0")],
        ] {
            message.headers = headers
            expectDenied(
                try bench.ask(message), 403, cause: "malformedRequest", detail: "body-unknown")
        }
        for headers in [[("content-length", "0")], [("content-length", "0"), whole]] {
            message.headers = headers
            #expect(try bench.ask(message).isAllowed)
        }
        message.headers = [("content-length", "0"), ("x-envoy-auth-partial-body", "true")]
        expectDenied(try bench.ask(message), 403, cause: "tooLarge", detail: "body-partial")
    }

    @Test func policiesDecideOnTheBodyAndTheGatewaysConfiguration() throws {
        let bench = try bodyBench()
        var message = try CheckBench.ledgerMessage()
        message.method = "POST"
        message.headers = [
            ("content-type", "application/json"), ("x-envoy-auth-partial-body", "false"),
            ("tenant", "acme"),
        ]
        message.body = "{\"amount\": 100}"
        message.size = 15
        // A header of the client is no extension.
        expectDenied(
            try bench.ask(message), 403, cause: "malformedRequest", detail: "member-missing")
        message.extensions = [("tenant", "acme"), ("tenant", "other")]
        expectDenied(
            try bench.ask(message), 403, cause: "malformedRequest", detail: "member-duplicated")
        message.extensions = [("tenant", "other"), ("resource_type", "order")]
        expectDenied(try bench.ask(message), 403, cause: "decided")
        message.extensions = [("resource_type", "order"), ("tenant", "acme")]
        #expect(try bench.ask(message).isAllowed)
        message.body = "{\"amount\": 100.01}"
        message.size = 18
        expectDenied(try bench.ask(message), 403, cause: "decided")
        // Nothing of one body is left for the next request.
        message.body = ""
        message.size = 0
        expectDenied(
            try bench.ask(message), 403, cause: "malformedRequest", detail: "body-unknown")
        message.headers.append(("content-length", "0"))
        #expect(try bench.ask(message).isAllowed)
    }

    @Test func idsOfTwoWorkersDiffer() throws {
        var ids: Set<String> = []
        for worker in 0..<2 {
            let bench = try CheckBench(permit, worker: worker)
            for _ in 0..<100 {
                let id = try bench.ask(CheckMessage()).metadata["decision_id"]?.first ?? ""
                #expect(id.count == 16)
                ids.insert(id)
            }
        }
        #expect(ids.count == 200)
    }

    @Test(arguments: Refusal.allCases)
    func noRefusalBecomesAnEmptyMessage(_ refusal: Refusal) throws {
        let bench = try CheckBench(permit)
        let reply = try bench.refuse(refusal)
        #expect(reply.size > 0 && !reply.isAllowed && !reply.isOK)
        #expect(reply.denial == UInt64(Denial(refusal).code.rawValue))
        #expect(reply.code != nil && reply.code != 0)
    }
}
