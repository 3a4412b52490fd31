import CedarSyntax
import DecisionPoint
import EntityStore
import ForwardAuth
import Gateway
import Identity
import Routes
import Testing

@Suite struct ForwardAuthDeciderTests {
    private func answer(
        _ decider: inout ForwardAuthDecider, _ method: String, _ others: [(String, String)] = [],
        from peer: AuthenticatedPeer = .anonymous
    ) throws -> ForwardAuthReply {
        var call = HeaderList()
        let fields =
            [
                ("X-Original-Method", method), ("X-Original-URI", "/payments/7"),
                ("X-Original-Host", "api.example.org"), ("X-Forwarded-For", "192.0.2.7"),
                ("X-Forwarded-Proto", "https"), ("X-Client-Verify", "SUCCESS"),
                ("X-Client-Cert", try CheckBench.certificate("ledger")),
            ] + others
        for (name, value) in fields { try call.append(name: name, value: value) }
        var reply = ForwardAuthReply()
        decider.answer(call, from: peer, at: 0, into: &reply)
        return reply
    }

    private func decider(
        _ bench: CheckBench, tellsCause: Bool = false
    ) throws -> ForwardAuthDecider {
        var settings = ForwardAuthSettings(ForwardAuthReader(.nginx, certificate: .escapedPEM))
        settings.tellsCause = tellsCause
        return ForwardAuthDecider(settings, try bench.decider())
    }

    private func value(_ reply: ForwardAuthReply, _ name: StaticString) -> String? {
        guard case .one(let range) = reply.fields.find(name) else { return nil }
        return reply.fields.withValue(range) { span in
            var bytes: [UInt8] = []
            for index in span.indices { bytes.append(span[index]) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private let policies = """
        permit (principal is Workload, action == Action::"read", resource);
        @header("x-tier: gold\\nx-roles: payer\\nx-principal: root\\nx_principal: root")
        @obligation("log, mask:iban")
        permit (principal is Workload, action == Action::"pay", resource);
        """

    @Test(arguments: ["x_purpose", "X.Purpose"])
    func aFieldThatReadsLikeOneOfTheRoutesIsDenied(_ name: String) throws {
        var decider = try decider(try CheckBench(policies, obligations: ["log", "mask"]))
        #expect(try answer(&decider, "GET", [("X-Purpose", "a")]).status == .allowed)
        #expect(try answer(&decider, "GET", [("X-Purpose", "a"), (name, "b")]).status == .denied)
        #expect(decider.record().code == "member-duplicated")
    }

    @Test(arguments: ["X_Principal", "X.Tier", "Writ_Obligations", "writ-obligation~s"])
    func aFieldThatReadsLikeOneThatIsSetHereIsDenied(_ name: String) throws {
        let bench = try CheckBench(policies, obligations: ["log", "mask"]) {
            $0.identityFields = [GatewaySettings.IdentityField("x-principal", .principalId)]
                .compactMap { $0 }
        }
        var decider = try decider(bench)
        // The names themselves are replaced by the gateway.
        let own = [("X-Principal", "root"), ("x-tier", "gold"), ("Writ-Obligations", "none")]
        #expect(try answer(&decider, "GET", own).status == .allowed)
        let isLike = name != "writ-obligation~s"
        let reply = try answer(&decider, "GET", own + [(name, "root")])
        #expect(reply.status == (isLike ? .denied : .allowed))
        if isLike { #expect(decider.record().code == "forged-field") }
    }

    @Test func aGatewayInQuarantineGetsNothingAllowed() throws {
        let bench = try CheckBench(policies, obligations: ["log", "mask"])
        var decider = try decider(bench)
        let gateway = AuthenticatedPeer(
            .identified("gateway"), certificate: try CheckBench.judged("statements"))
        func status(_ peer: AuthenticatedPeer) throws -> ForwardAuthReply.Status {
            try answer(&decider, "GET", from: peer).status
        }
        #expect(try status(gateway) == .allowed)
        let id = try #require(gateway.certificate?.certificate.facts.spiffeID)
        let names: [RestrictionSubject] = [
            .spiffeID(Text(id.description)),
            .entity(EntityUID(type: "Workload", id: Text(id.description))),
        ]
        for subject in names {
            try bench.store.restrict([
                Restriction(
                    subject, .revoked, reason: "stolen", since: DateTime(milliseconds: 0))
            ])
            #expect(try status(gateway) == .denied)
            #expect(decider.record().code == "stolen")
            // Facts of one gateway are not those of the next.
            #expect(try status(.anonymous) == .allowed)
            #expect(try status(AuthenticatedPeer(.identified("gateway"))) == .allowed)
            #expect(try status(gateway) == .denied)
            try bench.store.release([subject])
            #expect(try status(gateway) == .allowed)
        }
    }

    @Test func whatPoliciesMaySetIsAlwaysThere() throws {
        let bench = try CheckBench(policies, obligations: ["log", "mask"])
        var decider = try decider(bench)
        let read = try answer(&decider, "GET")
        #expect(read.status == .allowed)
        for name: StaticString in ["x-tier", "x-roles", "writ-obligations", "x-device"] {
            #expect(value(read, name) == "", "\(name)")
        }
        #expect(value(read, "x-principal") == CheckBench.ledger)
        let paid = try answer(&decider, "POST")
        #expect(value(paid, "x-tier") == "gold")
        // A field that is only taken away may be a policy's; one that says who asks may not.
        #expect(value(paid, "x-roles") == "payer")
        #expect(value(paid, "x-principal") == CheckBench.ledger)
        // It is there for the permits' sake, and without what they say.
        #expect(value(paid, "x_principal") == "")
        #expect(value(paid, "writ-obligations") == "log, mask:iban")
    }

    /// Caddy and Traefik give all of a denial to their client.
    @Test func aDenialTellsNoMoreThanItsName() throws {
        let bench = try CheckBench(
            policies + """
                @id("closed") @obligation("log")
                forbid (principal, action == Action::"pay", resource);
                """, obligations: ["log", "mask"])
        let inner: [StaticString] = [
            "writ-policy-version", "writ-revision", "writ-obligations", "writ-cause",
            "writ-policies",
        ]
        var terse = try decider(bench)
        for method in ["POST", "DELETE"] {
            let reply = try answer(&terse, method)
            #expect(reply.status == .denied)
            #expect(value(reply, "x-decision-id")?.count == 16)
            for name in inner { #expect(value(reply, name) == nil, "\(name)") }
        }
        #expect(value(try answer(&terse, "GET"), "writ-revision") != nil)
        var telling = try decider(bench, tellsCause: true)
        let reply = try answer(&telling, "POST")
        for name in inner { #expect(value(reply, name) != nil, "\(name)") }
        #expect(value(reply, "writ-obligations") == "log")
    }

    @Test(arguments: ["Bearer\ta.b.c", "Bearer:a.b.c", "Basic a,Bearer b", "bearer"])
    func whatSomebodyMayReadAsATokenIsJudged(_ field: String) throws {
        let bench = try CheckBench(policies, obligations: ["log", "mask"])
        var decider = try decider(bench)
        #expect(try answer(&decider, "GET").status == .allowed)
        let reply = try answer(&decider, "GET", [("Authorization", field)])
        #expect(reply.status == .unauthenticated)
        #expect(try answer(&decider, "GET", [("Authorization", "Basic YTpi")]).status == .allowed)
    }
}
