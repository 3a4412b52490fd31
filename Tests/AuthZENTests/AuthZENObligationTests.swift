import AuthZEN
import CedarSyntax
import Testing

@Suite("AuthZENService, what policies ask for")
struct AuthZENObligationTests {
    private static let policies = #"""
        @id("read") @obligation("mask:iban, log") @reason("own account")
        @header("x-tier: gold\nx-empty:")
        permit (principal == user::"alice", action == Action::"read", resource);
        @id("also") @obligation("log")
        permit (principal == user::"alice", action == Action::"read", resource);
        @id("plain") permit (principal == user::"bob", action == Action::"read", resource);
        @id("step-up") @status("401") @challenge("Bearer error=\"x\"") @reason("sign in again")
        @header("retry-after: 0")
        forbid (principal, action == Action::"pay", resource);
        @id("rate") @status("429") forbid (principal == user::"bob", action == Action::"wait", resource);
        @id("why") @reason("closed")
        forbid (principal == user::"bob", action == Action::"close", resource);
        @id("faulty") @obligation("log") @reason("never told")
        forbid (principal == user::"eve", action, resource) when { principal.missing };
        """#

    private static let allowed =
        #""obligations":[{"name":"mask","argument":"iban"},{"name":"log"}],"#
        + #""headers":[{"name":"x-tier","value":"gold"},{"name":"x-empty","value":""}],"#
        + #""reasons":["own account"]"#
    private static let challenged =
        #""headers":[{"name":"retry-after","value":"0"}],"status":401,"#
        + #""challenge":"Bearer error=\"x\"","reasons":["sign in again"]"#

    private static func workplace() throws -> Workplace {
        try Workplace(policies: policies, obligations: ["mask", "log"])
    }

    private static func body(_ subject: String, _ action: String) -> String {
        #"{"subject":{"type":"user","id":"\#(subject)"},"action":{"name":"\#(action)"},"#
            + #""resource":{"type":"doc","id":"d"}}"#
    }

    @Test("An answer says what its policies ask for, and nothing of its own accord")
    func evaluation() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service()
        for (subject, action, expected) in [
            ("alice", "read", #"{"decision":true,"context":{\#(Self.allowed)}}"#),
            ("bob", "read", #"{"decision":true}"#),
            ("bob", "pay", #"{"decision":false,"context":{\#(Self.challenged)}}"#),
            ("bob", "wait", #"{"decision":false,"context":{"status":429}}"#),
            ("bob", "close", #"{"decision":false,"context":{"reasons":["closed"]}}"#),
            ("alice", "nothing", #"{"decision":false}"#),
            ("eve", "read", #"{"decision":false}"#),
        ] {
            let reply = service.answer(.evaluation, Self.body(subject, action))
            #expect(reply.text == expected, "\(subject) \(action)")
            #expect(service.answer(.evaluation, Self.body(subject, action)).body == reply.body)
        }
    }

    @Test("Beside the names of policies, where the listener tells them")
    func withPolicies() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service { $0.namesPolicies = true }
        #expect(
            service.answer(.evaluation, Self.body("alice", "read")).text
                == #"{"decision":true,"context":{\#(Self.allowed),"policies":["policy0","policy1"]}}"#
        )
        #expect(
            service.answer(.evaluation, Self.body("eve", "read")).text
                == #"{"decision":false,"context":{"cause":"policyError","policies":[],"errors":["policy6"]}}"#
        )
    }

    @Test("Each item of several has its own, also after one that is unknown or wrong")
    func evaluations() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service {
            $0.mapping.allowsOtherTypes = false
            $0.mapping.types = ["user": "user", "doc": "doc"]
        }
        let reply = service.answer(
            .evaluations,
            #"""
            {"subject":{"type":"user","id":"alice"},"action":{"name":"read"},
             "resource":{"type":"doc","id":"d"},
             "evaluations":[{},{"subject":{"type":"robot","id":"r"}},{"subject":{"type":"user","id":"bob"}},
             {"resource":7},{"action":{"name":"pay"}}]}
            """#)
        #expect(
            reply.text == #"{"evaluations":[{"decision":true,"context":{\#(Self.allowed)}},"#
                + #"{"decision":false},{"decision":true},"#
                + #"{"decision":false,"context":{"error":{"status":400,"code":"requestInvalid","message":"`resource` must be an object"}}},"#
                + #"{"decision":false,"context":{\#(Self.challenged)}}]}"#)
    }

    @Test("A search finds what is permitted and tells no obligations: the evaluation does")
    func search() throws {
        let workplace = try Workplace(
            policies: Self.policies, entities: [entity("user", "alice"), entity("user", "bob")],
            obligations: ["mask", "log"])
        var service = try workplace.service()
        let reply = service.answer(
            .subjectSearch,
            #"{"subject":{"type":"user"},"action":{"name":"read"},"resource":{"type":"doc","id":"d"}}"#
        )
        #expect(
            reply.text
                == #"{"results":[{"type":"user","id":"alice"},{"type":"user","id":"bob"}]}"#
                || reply.text
                    == #"{"results":[{"type":"user","id":"bob"},{"type":"user","id":"alice"}]}"#
        )
    }
}
