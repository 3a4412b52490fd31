import AuthZEN
import CedarEngine
import CedarSyntax
import DecisionPoint
import Identity
import Testing

/// What policies learn of the decision point's own knowledge when AuthZEN asks.
@Suite("AuthZENService, context.verified")
struct VerifiedTests {
    private static let noon: Int64 = 1_760_443_200_000  // 2025-10-14T12:00:00Z

    private static let policies = """
        permit (principal, action == Action::"read", resource)
          when { context.verified.now.toTime() >= duration("9h")
              && context.verified.now.toTime() < duration("17h") };
        permit (principal, action == Action::"list", resource)
          when { context.verified.gateway.listener == "services"
              && context.verified.gateway has identity
              && context.verified.gateway.identity == "shop" };
        permit (principal, action == Action::"list", resource)
          when { context.verified.gateway has userId && context.verified.gateway.userId == 33 };
        permit (principal, action == Action::"enter", resource)
          when { context.verified has sourceIp
              && context.verified.sourceIp.isInRange(ip("10.0.0.0/8"))
              && context.verified.http.method == "GET" };
        """

    private static func service(
        at milliseconds: Int64, schema: String? = nil, evidence: Text? = "evidence"
    ) throws -> AuthZENService {
        let workplace = try Workplace(
            policies: policies, schema: schema, reserved: "verified",
            entities: [
                entity("User", "alice"), entity("User", "bob"), entity("Door", "front"),
                entity("Door", "back"),
            ])
        var configuration = AuthZENConfiguration()
        configuration.listener = "services"
        configuration.namesPolicies = true
        configuration.mapping.evidenceName = evidence
        let identity = IdentitySettings(
            trust: TrustState(), clock: DecisionClock { milliseconds })
        return AuthZENService(
            try Decider(
                publisher: workplace.publisher, store: workplace.store, errors: .strict,
                identity: identity), configuration)
    }

    private static func question(_ action: String, _ context: String = "{}") -> String {
        #"{"subject":{"type":"User","id":"alice"},"action":{"name":"\#(action)"},"resource":{"type":"Door","id":"front"},"context":\#(context)}"#
    }

    @Test("Policies see the decision point's time, without any evidence")
    func time() throws {
        for (hours, decision) in [(0, true), (-3, true), (-4, false), (5, false)] {
            var service = try Self.service(at: Self.noon + Int64(hours) * 3_600_000)
            let reply = service.answer(.evaluation, Self.question("read"))
            #expect(reply.text.hasPrefix(#"{"decision":\#(decision)"#), "\(hours): \(reply.text)")
        }
    }

    @Test("Policies see which enforcement point asks, and by which listener")
    func enforcementPoint() throws {
        var service = try Self.service(at: Self.noon)
        let body = Array(Self.question("list").utf8)
        for (peer, policies) in [
            (ListenerFacts.Peer.identified("shop"), #"["policy1"]"#), (.identified("bank"), "[]"),
            (.local(userID: 33, groupID: 0), #"["policy2"]"#),
            (.local(userID: 34, groupID: 33), "[]"),
            (.anonymous, "[]"), (.identified("shop"), #"["policy1"]"#),
        ] {
            let reply = service.answer(.evaluation, body.span, from: AuthenticatedPeer(peer))
            #expect(reply.text.contains(#""policies":\#(policies)"#), "\(peer): \(reply.text)")
        }
    }

    @Test("More enforcement points than are remembered are told apart")
    func manyEnforcementPoints() throws {
        var service = try Self.service(at: Self.noon)
        let body = Array(Self.question("list").utf8)
        for round in 0..<3 {
            for number in 0..<20 {
                let name = number == 7 ? "shop" : "shop\(number)"
                let reply = service.answer(
                    .evaluation, body.span, from: AuthenticatedPeer(.identified(name)))
                #expect(
                    reply.text.hasPrefix(#"{"decision":\#(number == 7)"#), "\(round): \(name)")
            }
        }
    }

    @Test("Address and HTTP request come as evidence, and do not stay for the next question")
    func situation() throws {
        var service = try Self.service(at: Self.noon)
        func ask(_ context: String) -> String {
            service.answer(.evaluation, Self.question("enter", context)).text
        }
        let inside = #"{"evidence":{"sourceIp":"10.1.2.3","http":{"method":"GET"}}}"#
        #expect(ask(inside).hasPrefix(#"{"decision":true"#))
        #expect(ask("{}").hasPrefix(#"{"decision":false"#))
        #expect(
            ask(#"{"evidence":{"sourceIp":"11.1.2.3","http":{"method":"GET"}}}"#)
                .hasPrefix(#"{"decision":false"#))
        // One question after the other of one request, each with its own.
        let text = service.answer(
            .evaluations,
            #"{"subject":{"type":"User","id":"alice"},"action":{"name":"enter"},"resource":{"type":"Door","id":"front"},"evaluations":[{"context":\#(inside)},{},{"context":\#(inside)},{"context":{"evidence":{"sourceIP":"10.1.2.3"}}}]}"#
        ).text
        #expect(
            text.ranges(of: #""decision":true"#).count == 2
                && text.ranges(of: #""decision":false"#).count == 2, "\(text)")
        #expect(text.contains("`context.evidence.sourceIP` is unknown"))
        // There is nobody who would believe tokens, so one that comes is no token.
        let refused = ask(#"{"evidence":{"token":"a.b.c"}}"#)
        #expect(refused.contains(#""cause":"identityRejected","detail":"token_not_configured""#))
    }

    @Test("Where no evidence is taken, a member of its name is the caller's own")
    func notTaken() throws {
        var service = try Self.service(at: Self.noon, evidence: nil)
        let reply = service.answer(
            .evaluation, Self.question("read", #"{"evidence":{"anything":[1]}}"#))
        #expect(reply.status == 200)
        #expect(reply.text.hasPrefix(#"{"decision":true"#))
    }

    @Test("Searches are decided with what is verified")
    func search() throws {
        let page = #""page":{"limit":1}"#
        for (hours, isOpen) in [(0, true), (8, false)] {
            var service = try Self.service(at: Self.noon + Int64(hours) * 3_600_000)
            let doors = service.answer(
                .resourceSearch,
                #"{"subject":{"type":"User","id":"alice"},"action":{"name":"read"},"resource":{"type":"Door"}}"#
            ).text
            #expect(doors.ranges(of: #""type":"Door""#).count == (isOpen ? 2 : 0), "\(doors)")
            let users = service.answer(
                .subjectSearch,
                #"{"subject":{"type":"User"},"action":{"name":"read"},"resource":{"type":"Door","id":"back"},\#(page)}"#
            ).text
            #expect(users.ranges(of: #""type":"User""#).count == (isOpen ? 1 : 0), "\(users)")
            let actions = service.answer(
                .actionSearch,
                #"{"subject":{"type":"User","id":"alice"},"resource":{"type":"Door","id":"back"}}"#
            ).text
            #expect(actions.contains(#"{"name":"read"}"#) == isOpen, "\(actions)")
        }
        var service = try Self.service(at: Self.noon)
        let situation = #""context":{"evidence":{"sourceIp":"10.0.0.1","http":{"method":"GET"}}}"#
        for (operation, members) in [
            (
                AuthZENOperation.resourceSearch,
                #""subject":{"type":"User","id":"alice"},"resource":{"type":"Door"}"#
            ),
            (.subjectSearch, #""subject":{"type":"User"},"resource":{"type":"Door","id":"back"}"#),
        ] {
            let start = #"{"action":{"name":"enter"},\#(members)"#
            #expect(
                service.answer(operation, start + "," + situation + "}").text
                    .ranges(of: #""id":"#).count == 2)
            #expect(service.answer(operation, start + "}").text.contains(#""results":[]"#))
            #expect(
                service.answer(operation, start + #","context":{"evidence":{"token":"a.b.c"}}}"#)
                    .text.contains(#""results":[]"#))
        }
    }

    @Test("A page goes on only for the same evidence")
    func pages() throws {
        var service = try Self.service(at: Self.noon)
        func search(_ address: String, _ page: String) -> AuthZENReply {
            service.answer(
                .resourceSearch,
                #"{"subject":{"type":"User","id":"alice"},"action":{"name":"enter"},"resource":{"type":"Door"},"context":{"evidence":{"sourceIp":"\#(address)","http":{"method":"GET"}}},"page":{\#(page)}}"#
            )
        }
        let first = search("10.0.0.1", #""limit":1"#).text
        let token = try #require(first.firstMatch(of: #/"next_token":"([^"]+)"/#)).output.1
        #expect(search("10.0.0.1", #""token":"\#(token)""#).status == 200)
        #expect(search("10.0.0.2", #""token":"\#(token)""#).status == 400)
    }

    @Test("A schema judges what the caller sends, in searches too")
    func schema() throws {
        let schema = """
            entity User; entity Door;
            type Verified = { now: datetime, gateway?: { listener?: String, identity?: String, userId?: Long },
                              sourceIp?: ipaddr, http?: { method?: String } };
            action read, list, enter appliesTo { principal: User, resource: Door,
                              context: { verified: Verified, floor?: Long } };
            """
        var service = try Self.service(at: Self.noon, schema: schema)
        for (context, isRight) in [
            ("{}", true), (#"{"floor":2}"#, true), (#"{"floor":"x"}"#, false),
        ] {
            let decision = service.answer(.evaluation, Self.question("read", context)).text
            #expect(decision.hasPrefix(#"{"decision":\#(isRight)"#), "\(decision)")
            #expect(decision.contains(#""cause":"schemaViolation""#) != isRight)
            let search = service.answer(
                .resourceSearch,
                #"{"subject":{"type":"User","id":"alice"},"action":{"name":"read"},"resource":{"type":"Door"},"context":\#(context)}"#
            ).text
            #expect(search.ranges(of: #""type":"Door""#).count == (isRight ? 2 : 0), "\(search)")
        }
    }
}
