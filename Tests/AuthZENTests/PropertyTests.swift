import AuthZEN
import CedarSyntax
import Testing

@Suite("AuthZENService, properties and plain JSON")
struct PropertyTests {
    private static let schema = """
        entity user in [group] { role?: String, level?: Long, score?: decimal, since?: datetime,
            color?: Color, boss?: user, address?: { city: String, zip?: Long }, tags?: Set<String> };
        entity group; entity doc; entity Color enum ["red", "blue"];
        action "view" appliesTo { principal: user, resource: doc,
            context: { risk?: decimal, n?: Long, action?: { soft?: Bool } } };
        """
    private static let policies = """
        permit (principal, action, resource) when { principal has role && principal.role == "admin" };
        permit (principal, action, resource) when { principal has level && principal.level == 1000 };
        permit (principal, action, resource)
        when { principal has score && principal.score == decimal("0.5") };
        permit (principal, action, resource)
        when { principal has since && principal.since < datetime("2026-01-01") };
        permit (principal, action, resource)
        when { principal has address && principal.address has zip && principal.address.zip == 3 };
        permit (principal, action, resource)
        when { context has risk && context.risk == decimal("3.0") };
        permit (principal, action, resource) when { context has n && context.n == 3 };
        permit (principal, action, resource)
        when { context has action && context.action has soft && context.action.soft };
        """

    private static func body(
        _ properties: String, context: String = "{}", action: String = "{}"
    ) -> String {
        #"{"subject":{"type":"user","id":"u","properties":\#(properties)},"#
            + #""action":{"name":"view","properties":\#(action)},"#
            + #""resource":{"type":"doc","id":"d"},"context":\#(context)}"#
    }

    private static func workplace() throws -> Workplace {
        try Workplace(policies: policies, schema: schema)
    }

    @Test(
        "What the schema does not declare of an entity, or otherwise, is refused by its member",
        arguments: [
            (#"{"role":5}"#, "`subject.properties.role`: expected `String`, found a number"),
            (#"{"role":{"__entity":{"type":"user","id":"x"}}}"#, "`subject.properties.role`: "),
            (#"{"level":"5"}"#, "`subject.properties.level`: "),
            (
                #"{"zip":1}"#,
                "`subject.properties.zip`: the schema declares no such attribute of `user`"
            ),
            (#"{"rolle":"x"}"#, "did you mean `role`?"),
            (
                #"{"boss":{"type":"doc","id":"x"}}"#,
                "`subject.properties.boss`: expected an entity of"
            ),
            (
                #"{"color":{"type":"Color","id":"green"}}"#,
                "`subject.properties.color`: \"green\" is no id"
            ),
            (#"{"address":{}}"#, "`subject.properties.address`: the attribute `city` is required"),
            (#"{"address":{"city":1}}"#, "`subject.properties.address.city`: expected `String`"),
            (#"{"address":{"city":null}}"#, "`subject.properties.address`: the attribute `city`"),
            (#"{"address":{"city":"x","street":1}}"#, "`subject.properties.address.street`: "),
            (#"{"tags":["x",1]}"#, "`subject.properties.tags.1`: expected `String`"),
            (#"{"since":"yesterday"}"#, "`subject.properties.since`: "),
            (#"{"score":0.5}"#, "`subject.properties.score`: "),
            (#"{"score":3}"#, "`subject.properties.score`: "),
            (#"{"level":1.5}"#, "`subject.properties.level`: "),
            (#"{"expiresAt":{}}"#, "`subject.properties.expiresAt`: "),
        ])
    func nonconforming(_ properties: String, _ words: String) throws {
        let workplace = try Self.workplace()
        for overrides in [false, true] {
            var service = try workplace.service {
                $0.mapping.subjectProperties.overridesStore = overrides
            }
            let reply = service.answer(.evaluation, Self.body(properties))
            #expect(reply.status == 400)
            #expect(reply.errorCode == "valueInvalid")
            #expect(reply.text.contains(words), "\(reply.text)")
        }
        // What is left out is not looked at.
        var deaf = try workplace.service { $0.mapping.subjectProperties = .none }
        #expect(deaf.answer(.evaluation, Self.body(properties)).text == #"{"decision":false}"#)
    }

    @Test("In a search, and in an item of several, too")
    func everywhere() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service()
        let search = service.answer(
            .resourceSearch,
            #"{"subject":{"type":"user","id":"u","properties":{"role":5}},"action":{"name":"view"},"#
                + #""resource":{"type":"doc"}}"#)
        #expect(search.status == 400)
        #expect(search.errorCode == "valueInvalid")
        let items = service.answer(
            .evaluations,
            #"{"evaluations":[\#(Self.body(#"{"role":5}"#)),\#(Self.body(#"{"role":"admin"}"#))]}"#)
        #expect(
            items.text == #"{"evaluations":[{"decision":false,"context":{"error":{"status":400,"#
                + #""code":"valueInvalid","message":"`subject.properties.role`: expected `String`, "#
                + #"found a number"}}},{"decision":true}]}"#)
    }

    @Test(
        "Numbers count by their value, and a null member is none",
        arguments: [
            (#"{"role":"admin"}"#, "{}", true), (#"{"role":null}"#, "{}", false),
            (#"{"level":1000}"#, "{}", true), (#"{"level":1000.0}"#, "{}", true),
            (#"{"level":1e3}"#, "{}", true), (#"{"level":10.00e2}"#, "{}", true),
            (#"{"level":1000000e-3}"#, "{}", true), (#"{"level":-0}"#, "{}", false),
            (#"{"since":"2025-01-01"}"#, "{}", true), (#"{"since":"2026-01-01"}"#, "{}", false),
            (#"{"address":{"city":"x","zip":3.0}}"#, "{}", true),
            (#"{"address":{"city":"x","zip":null}}"#, "{}", false),
            (#"{}"#, #"{"n":3.0}"#, true), (#"{}"#, #"{"n":null}"#, false),
        ])
    func plain(_ properties: String, _ context: String, _ isAllowed: Bool) throws {
        let workplace = try Self.workplace()
        var service = try workplace.service()
        let reply = service.answer(.evaluation, Self.body(properties, context: context))
        #expect(reply.text == #"{"decision":\#(isAllowed)}"#, "\(properties) \(context)")
    }

    @Test(
        "A null property hides nothing that is stored, whatever goes first",
        arguments: [false, true])
    func nullIsNoValue(_ overrides: Bool) throws {
        let workplace = try Workplace(
            policies: #"forbid (principal, action, resource) when { principal.isBlocked };"#
                + "permit (principal, action, resource);",
            entities: [entity("user", "u", [("isBlocked", .bool(true))])])
        var service = try workplace.service {
            $0.mapping.subjectProperties.overridesStore = overrides
        }
        #expect(
            service.answer(.evaluation, Self.body(#"{"isBlocked":null}"#)).text
                == #"{"decision":false}"#)
    }

    @Test(
        "Where the listener says so, a fraction is a decimal, and whole numbers where one is declared"
    )
    func fractions() throws {
        let workplace = try Self.workplace()
        var service = try workplace.service { $0.mapping.readsFractions = true }
        for (properties, context, isAllowed) in [
            (#"{"score":0.5}"#, "{}", true), (#"{"score":5e-1}"#, "{}", true),
            (#"{"score":0.50000}"#, "{}", true), (#"{"score":"0.5"}"#, "{}", true),
            (#"{"score":1}"#, "{}", false), ("{}", #"{"risk":3}"#, true),
            ("{}", #"{"risk":3.0}"#, true), ("{}", #"{"risk":2.9999}"#, false),
        ] {
            let reply = service.answer(.evaluation, Self.body(properties, context: context))
            #expect(reply.text == #"{"decision":\#(isAllowed)}"#, "\(properties) \(context)")
        }
        for context in [
            #"{"risk":0.00001}"#, #"{"n":1e19}"#, #"{"n":1e-9999999999}"#,
        ] {
            let reply = service.answer(.evaluation, Self.body("{}", context: context))
            #expect(reply.status == 400, "\(context)")
        }
    }

    @Test("The member with an action's properties is not the caller's, whatever is taken of them")
    func actionMember() throws {
        let workplace = try Self.workplace()
        let context = #"{"action":{"soft":true}}"#
        for names: Set<Text>? in [nil, [], ["soft"]] {
            var service = try workplace.service { $0.mapping.actionPropertyNames = names }
            for action in ["{}", #"{"soft":false}"#] {
                let reply = service.answer(
                    .evaluation, Self.body("{}", context: context, action: action))
                #expect(reply.status == 400)
                #expect(reply.errorCode == "memberReserved")
                #expect(reply.text.hasPrefix("`context.action` holds the properties"))
            }
            let reply = service.answer(.evaluation, Self.body("{}", action: #"{"soft":true}"#))
            #expect(reply.text == #"{"decision":\#(names?.isEmpty != true)}"#)
        }
        var other = try workplace.service { $0.mapping.contextNames = ["n"] }
        #expect(
            other.answer(.evaluation, Self.body("{}", context: context)).text
                == #"{"decision":false}"#)
    }
}
