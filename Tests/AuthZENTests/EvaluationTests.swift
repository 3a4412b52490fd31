import AuthZEN
import CedarSyntax
import Testing

@Suite("AuthZENService, evaluation")
struct EvaluationTests {
    private static let policies = """
        @id("admins") permit (principal, action, resource) when { principal.role == "admin" };
        @id("soft") permit (principal, action == Action::"delete", resource)
        when { context.action.soft };
        @id("mine") permit (principal, action == Action::"edit", resource)
        when { resource.owner == principal };
        """

    private static func workplace() throws -> Workplace {
        try Workplace(
            policies: policies,
            entities: [
                entity("user", "eve", [("role", .string("guest"))]),
                entity("doc", "d", [("owner", .entity(EntityUID(type: "user", id: "bob")))]),
            ])
    }

    private static func body(
        subject: String = "nobody", properties: String = "{}", action: String = #"{"name":"view"}"#,
        resource: String = #"{"type":"doc","id":"d"}"#, type: String = "user"
    ) -> String {
        #"{"subject":{"type":"\#(type)","id":"\#(subject)","properties":\#(properties)},"#
            + #""action":\#(action),"resource":\#(resource)}"#
    }

    private static func decision(_ reply: AuthZENReply) -> Bool? {
        switch reply.text {
        case #"{"decision":true}"#: true
        case #"{"decision":false}"#: false
        default: nil
        }
    }

    @Test("What the store says is not overridden, unless the listener says so")
    func precedence() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service()
        let claim = Self.body(subject: "eve", properties: #"{"role":"admin"}"#)
        #expect(Self.decision(service.answer(.evaluation, claim)) == false)
        var trusting = try workplace.service { $0.mapping.subjectProperties.overridesStore = true }
        #expect(Self.decision(trusting.answer(.evaluation, claim)) == true)
    }

    @Test("Properties fill what the store lacks, for this request only")
    func filling() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service()
        let claim = Self.body(properties: #"{"role":"admin"}"#)
        #expect(Self.decision(service.answer(.evaluation, claim)) == true)
        #expect(Self.decision(service.answer(.evaluation, Self.body())) == false)
        var strict = try workplace.service { $0.mapping.subjectProperties = .none }
        #expect(Self.decision(strict.answer(.evaluation, claim)) == false)
        var named = try workplace.service { $0.mapping.subjectProperties.names = ["department"] }
        #expect(Self.decision(named.answer(.evaluation, claim)) == false)
    }

    @Test(
        "What the store holds back as expired is neither filled nor overridden by a caller",
        arguments: [false, true])
    func expired(_ overrides: Bool) throws {
        func ends(_ name: Text, _ milliseconds: Int64) -> (key: Text, value: Value) {
            ("expiresAt", .record([(name, .datetime(DateTime(milliseconds: milliseconds)))]))
        }
        let workplace = try Workplace(
            policies: """
                permit (principal, action, resource) when { principal.isCompliant };
                forbid (principal, action, resource)
                when { principal has isBlocked && principal.isBlocked };
                """,
            entities: [
                entity("user", "old", [("isCompliant", .bool(true)), ends("isCompliant", 1)]),
                entity("user", "gone", [ends("isCompliant", 1)]),
                entity(
                    "user", "new",
                    [("isCompliant", .bool(false)), ends("isCompliant", 9_000_000_000_000)]),
                entity(
                    "user", "blocked", [("isCompliant", .bool(true)), ("isBlocked", .bool(true))]),
                entity("user", "good", [("isCompliant", .bool(true))]),
                entity("user", "plain"),
            ])
        var service = try workplace.service {
            $0.mapping.subjectProperties.overridesStore = overrides
        }
        let past = #"{"__extn":{"fn":"datetime","arg":"2000-01-01"}}"#
        for (user, properties, isAllowed) in [
            ("old", #"{"isCompliant":true}"#, false), ("gone", #"{"isCompliant":true}"#, false),
            ("new", #"{"isCompliant":true}"#, false),
            // The instants are not the caller's to say either, in any shape.
            ("old", #"{"isCompliant":true,"expiresAt":"never"}"#, false),
            ("old", #"{"isCompliant":true,"expiresAt":{}}"#, false),
            ("blocked", #"{"expiresAt":{"isBlocked":\#(past)}}"#, false),
            ("good", #"{"expiresAt":{"isCompliant":\#(past)}}"#, true),
            ("plain", #"{"isCompliant":true,"expiresAt":"2030"}"#, true),
            ("nobody", #"{"isCompliant":true}"#, true),
        ] {
            let reply = service.answer(
                .evaluation, Self.body(subject: user, properties: properties))
            #expect(Self.decision(reply) == isAllowed, "\(user) \(properties) \(reply.text)")
        }
    }

    @Test("A resource's stored owner is not overridden, a missing one is filled")
    func resources() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service()
        let owner = #"{"owner":{"__entity":{"type":"user","id":"nobody"}}}"#
        func answer(_ id: String) -> Bool? {
            Self.decision(
                service.answer(
                    .evaluation,
                    Self.body(
                        action: #"{"name":"edit"}"#,
                        resource: #"{"type":"doc","id":"\#(id)","properties":\#(owner)}"#)))
        }
        #expect(answer("d") == false)
        #expect(answer("new") == true)
    }

    @Test("One entity in both roles has the properties of both")
    func sameEntity() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service()
        let body = #"""
            {"subject":{"type":"user","id":"x","properties":{"role":"guest"}},
             "action":{"name":"edit"},
             "resource":{"type":"user","id":"x","properties":{"role":"admin",
              "owner":{"__entity":{"type":"user","id":"x"}}}}}
            """#
        #expect(Self.decision(service.answer(.evaluation, body)) == true)
    }

    @Test("An action's properties stand in the context")
    func actionProperties() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service()
        for (soft, expected) in [("true", true), ("false", false)] {
            let action = #"{"name":"delete","properties":{"soft":\#(soft)}}"#
            #expect(
                Self.decision(service.answer(.evaluation, Self.body(action: action))) == expected)
        }
    }

    @Test("Types and actions are mapped; what is unknown is denied")
    func mapping() throws {
        let workplace = try Workplace(
            policies: #"permit (principal is App::User, action == Action::"read", resource);"#)
        func answer(
            _ type: String, _ action: String, _ change: (inout AuthZENMapping) -> Void
        ) throws -> Bool? {
            var service = try workplace.service { change(&$0.mapping) }
            return Self.decision(
                service.answer(
                    .evaluation, Self.body(action: #"{"name":"\#(action)"}"#, type: type)))
        }
        #expect(try answer("App::User", "read") { _ in } == true)
        #expect(try answer("person", "read") { $0.types = ["person": "App::User"] } == true)
        #expect(try answer("person", "GET") { _ in } == false)
        #expect(
            try answer("App::User", "GET") { $0.actions = ["GET": "read"] } == true)
        #expect(try answer("App::User", "read") { $0.allowsOtherTypes = false } == false)
        #expect(try answer("App::User", "read") { $0.allowsOtherActions = false } == false)
        for type in ["", "a b", "App::Action", "Action", "if", "App::", "__cedar"] {
            #expect(try answer(type, "read") { _ in } == false, "\(type)")
        }
    }

    @Test("Unknown members are ignored at every level")
    func unknownMembers() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service()
        let body = #"""
            {"foo":null,"subject":{"type":"user","id":"x","n":1.5,"properties":{"role":"admin"}},
             "action":{"name":"view","x":[]},"resource":{"type":"doc","id":"d","y":null},
             "options":7,"evaluations":8}
            """#
        #expect(Self.decision(service.answer(.evaluation, body)) == true)
    }

    @Test(
        "Answers name policies only when they should, and nothing that differs between repetitions")
    func policies() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service { $0.namesPolicies = true }
        let claim = Self.body(properties: #"{"role":"admin"}"#)
        let first = service.answer(.evaluation, claim)
        #expect(first.text == #"{"decision":true,"context":{"policies":["policy0"]}}"#)
        #expect(service.answer(.evaluation, claim).body == first.body)
        let failing = service.answer(.evaluation, Self.body())
        #expect(
            failing.text == #"{"decision":false,"context":{"policies":[],"errors":["policy0"]}}"#)
    }
}

@Suite("AuthZENService, evaluations")
struct EvaluationsTests {
    private static let s = #""subject":{"type":"user","id":"alice"}"#
    private static let a = #""action":{"name":"write"}"#
    private static let t = #"{"resource":{"type":"record","id":"record-1"}}"#
    private static let f = #"{"resource":{"type":"record","id":"record-2"}}"#
    private static let bad = "{}"

    private static func decisions(_ reply: AuthZENReply) -> String {
        var text = ""
        var rest = reply.text[...]
        while let range = rest.firstRange(of: #""decision":"#) {
            rest = rest[range.upperBound...]
            text += rest.hasPrefix("true") ? "T" : "F"
        }
        return text
    }

    @Test(
        "A semantic ends the list right after its trigger",
        arguments: [
            ("execute_all", [t, f, t, bad, f], "TFTFF"),
            ("deny_on_first_deny", [t, t, f, t], "TTF"),
            ("deny_on_first_deny", [t, bad, t], "TF"),
            ("deny_on_first_deny", [t, t], "TT"),
            ("permit_on_first_permit", [f, bad, t, f], "FFT"),
            ("permit_on_first_permit", [f, f], "FF"),
        ])
    func semantics(_ semantic: String, _ items: [String], _ expected: String) throws {
        let workplace = try Workplace(scenario: "certification")
        var service = try workplace.service()
        let reply = service.answer(
            .evaluations,
            #"{\#(Self.s),\#(Self.a),"options":{"evaluations_semantic":"\#(semantic)"},"#
                + #""evaluations":[\#(items.joined(separator: ","))]}"#)
        #expect(reply.status == 200)
        #expect(reply.text.hasPrefix(#"{"evaluations":["#))
        #expect(Self.decisions(reply) == expected, "\(reply.text)")
    }

    @Test("An item that lacks something is a deny that says so, even when all do")
    func itemErrors() throws {
        let workplace = try Workplace(scenario: "certification")
        var service = try workplace.service()
        let reply = service.answer(
            .evaluations, #"{\#(Self.s),"resource":{},"evaluations":[{},7,{"action":"x"}]}"#)
        #expect(reply.status == 200)
        #expect(
            reply.text == #"{"evaluations":["#
                + #"{"decision":false,"context":{"error":{"status":400,"code":"requestInvalid","message":"`action` is missing"}}},"#
                + #"{"decision":false,"context":{"error":{"status":400,"code":"requestInvalid","message":"an item of `evaluations` must be an object"}}},"#
                + #"{"decision":false,"context":{"error":{"status":400,"code":"requestInvalid","message":"`action` must be an object"}}}]}"#
        )
        #expect(reply.refused == 3)
    }

    @Test("An item replaces a default whole; merging fills what it lacks")
    func defaults() throws {
        let workplace = try Workplace(scenario: "certification")
        let body =
            #"{\#(Self.s),\#(Self.a),"resource":{"type":"record"},"#
            + #""evaluations":[{"resource":{"id":"record-1"}},{"resource":{"type":"record","id":"record-1"}}]}"#
        var strict = try workplace.service()
        #expect(Self.decisions(strict.answer(.evaluations, body)) == "FT")
        var lenient = try workplace.service { $0.defaults = .merging }
        #expect(Self.decisions(lenient.answer(.evaluations, body)) == "TT")
    }

    @Test("Merging gives nobody the properties of somebody else whom the defaults name")
    func propertiesOfOthers() throws {
        let workplace = try Workplace(
            policies: "permit (principal, action, resource) when { principal.role == \"admin\" };")
        var service = try workplace.service { $0.defaults = .merging }
        func decisions(_ subject: String, _ items: String...) -> String {
            let listed = items.map { "{\"subject\":\($0)}" }.joined(separator: ",")
            return Self.decisions(
                service.answer(
                    .evaluations,
                    #"{"subject":\#(subject),\#(Self.a),"resource":{"type":"doc","id":"d"},"#
                        + "\"evaluations\":[\(listed)]}"))
        }
        #expect(
            decisions(
                #"{"type":"user","id":"alice","properties":{"role":"admin"}}"#,
                #"{"id":"bob"}"#, #"{"type":"group"}"#, #"{"id":"alice"}"#, #"{"type":"user"}"#,
                "{}")
                == "FFTTT")
        // A default without an id is what all items have in common.
        #expect(
            decisions(
                #"{"type":"user","properties":{"role":"admin"}}"#,
                #"{"id":"bob"}"#, #"{"id":"bob","properties":{}}"#) == "TF")
    }

    @Test("Without items it is a single question", arguments: ["", #","evaluations":[]"#])
    func single(_ items: String) throws {
        let workplace = try Workplace(scenario: "certification")
        var service = try workplace.service()
        let reply = service.answer(
            .evaluations,
            #"{\#(Self.s),\#(Self.a),"resource":{"type":"record","id":"record-1"}\#(items)}"#)
        #expect(reply.text == #"{"decision":true}"#)
    }
}
