import CedarSyntax
import Foundation
import Testing
import WritClient

/// A world with a schema: what the service refuses because of it.
enum PaymentWorld {
    static let schema = """
        entity Team;
        entity User in [Team] { level: Long };
        entity Account { owner: User };
        action write;
        action pay in [write] appliesTo {
          principal: User, resource: Account, context: { amount: Long, memo?: { text: String } },
        };

        """

    static let policies = """
        @id("writers")
        permit (principal in Team::"staff", action in Action::"write", resource)
        when { context.amount < 100 };

        @id("owner")
        permit (principal == ?principal, action, resource == ?resource);

        """

    static let entities = """
        [
          {"uid": {"type": "Team", "id": "staff"}, "attrs": {}, "parents": []},
          {"uid": {"type": "User", "id": "alice"}, "attrs": {"level": 3},
           "parents": [{"type": "Team", "id": "staff"}]},
          {"uid": {"type": "User", "id": "bob"}, "attrs": {"level": 1}, "parents": []},
          {"uid": {"type": "Account", "id": "a1"},
           "attrs": {"owner": {"type": "User", "id": "bob"}}, "parents": []}
        ]

        """

    static let configuration = """
        policies: policies
        schema: schema.cedarschema
        store: store
        socket:
          path: run/writ.sock
          threads: 1

        """

    static func link(_ user: String, _ account: String = #"Account::\"a1\""#) -> String {
        """
        [{"template_id": "owner", "link_id": "bob-owns",
          "args": {"?principal": "\(user)", "?resource": "\(account)"}}]
        """
    }

    static func make() throws -> Workplace {
        let workplace = try Workplace()
        try workplace.makeFolder("policies")
        try workplace.write("policies/pay.cedar", policies)
        try workplace.write("schema.cedarschema", schema)
        try workplace.write("entities.json", entities)
        let run = try WritProgram.run(
            [
                "store", "import", "--store", "store", "--schema", "schema.cedarschema",
                "entities.json",
            ], in: workplace)
        try #require(run.status == 0, "\(run.errors)")
        return workplace
    }
}

extension RunningServer {
    func pay(
        _ context: [(key: Text, value: Value)], user: String = #"User::"alice""#,
        action: String = #"Action::"pay""#, account: String = #"Account::"a1""#
    ) throws -> Answer {
        try ask(user, action, account, context: context)
    }

    func isPaid(_ user: String) throws -> Bool {
        try pay([("amount", .long(5))], user: "User::\"\(user)\"").isAllowed
    }
}

@Suite("writ serve: with a schema")
struct SchemaServiceTests {
    struct Refused: CustomTestStringConvertible {
        var context: [(key: Text, value: Value)] = [("amount", .long(5))]
        var user = #"User::"alice""#
        var action = #"Action::"pay""#
        var account = #"Account::"a1""#
        var detail: String
        var testDescription: String { detail }
    }

    static let refused = [
        Refused(
            context: [("amount", .string("5"))],
            detail: "context.amount: expected `Long`, found a `String`"),
        Refused(context: [], detail: "context.amount: required and missing"),
        Refused(
            context: [("amount", .long(5)), ("note", .long(1))],
            detail: "context.note: the schema declares no such attribute"),
        Refused(
            context: [("amount", .long(5)), ("memo", .record([("text", .bool(true))]))],
            detail: "context.memo.text: expected `String`, found a `Bool`"),
        Refused(
            user: #"Account::"a1""#,
            detail: #"principal: the action `Action::"pay"` does not apply to the principal "#
                + #"`Account::"a1"`, only to `User`"#),
        Refused(
            account: #"User::"bob""#,
            detail: #"resource: the action `Action::"pay"` does not apply to the resource "#
                + #"`User::"bob"`, only to `Account`"#),
        Refused(
            action: #"Action::"steal""#,
            detail: #"action: the schema declares no action `Action::"steal"`"#),
        Refused(
            action: #"Action::"write""#,
            detail: #"action: the action `Action::"write"` does not apply to the principal "#
                + #"`User::"alice"`, it is only a group"#),
    ]

    @Test("Requests that do not conform are denied, and the member is named")
    func refusesRequests() throws {
        let server = try RunningServer(
            PaymentWorld.make(), configuration: PaymentWorld.configuration)
        for row in Self.refused {
            let answer = try server.pay(
                row.context, user: row.user, action: row.action, account: row.account)
            #expect(!answer.isAllowed && answer.cause == .schemaViolation)
            #expect(answer.detail == row.detail)
        }
        // The group of the action is the schema's: no action is in the store.
        #expect(try server.isPaid("alice"))
        #expect(try !server.isPaid("bob"))
        let dear = try server.pay([("amount", .long(100))])
        #expect(!dear.isAllowed && dear.cause == .decided && dear.detail.isEmpty)
        #expect(server.stop() == 0)
    }

    @Test("A long name in a refused request does not outgrow the answer")
    func longDetail() throws {
        let server = try RunningServer(
            PaymentWorld.make(), configuration: PaymentWorld.configuration)
        let name = Text(String(repeating: "é", count: 100_000))
        let answer = try server.pay([("amount", .long(5)), (name, .long(1))])
        #expect(!answer.isAllowed && answer.cause == .schemaViolation)
        #expect(answer.detail.utf8.count <= 512 && answer.detail.hasSuffix("…"))
        #expect(server.stop() == 0)
    }

    @Test("Without a schema requests are not checked")
    func withoutSchema() throws {
        let configuration = PaymentWorld.configuration.replacing(
            "schema: schema.cedarschema\n", with: "")
        let server = try RunningServer(PaymentWorld.make(), configuration: configuration)
        let answer = try server.pay([], action: #"Action::"steal""#)
        #expect(!answer.isAllowed && answer.cause == .decided)
        #expect(server.stop() == 0)
    }

    static let badStarts: [(links: String, part: String)] = [
        (PaymentWorld.link(#"Usr::\"bob\""#), "the schema declares no entity type `Usr`"),
        (PaymentWorld.link(#"Team::\"staff\""#), "the scope matches no request"),
        (PaymentWorld.link(#"User::\"bob\""#).replacing("owner", with: "own"), "links.json:1:2"),
        ("[{}]", "the link has no"), ("[", "links.json:1:2"),
    ]

    @Test("Links that are not valid keep the service from starting", arguments: badStarts)
    func refusesLinks(_ row: (links: String, part: String)) throws {
        let workplace = try PaymentWorld.make()
        try workplace.write("links.json", row.links)
        try workplace.write("writ.yaml", PaymentWorld.configuration + "links: links.json\n")
        let run = try WritProgram.run(["serve", "--config", "writ.yaml"], in: workplace)
        #expect(run.status == 1)
        #expect(run.errors.contains(row.part), "\(run.errors)")
    }

    @Test("Links, policies and schema are reloaded together, all or nothing")
    func reloadsTogether() throws {
        let workplace = try PaymentWorld.make()
        try workplace.write("links.json", "[]")
        let server = try RunningServer(
            workplace,
            configuration: PaymentWorld.configuration + "links: links.json\nreload: signal\n")
        #expect(server.log.contains("templates decide nothing until they are linked"))
        func reload(_ text: String) -> Bool {
            let count = server.log.components(separatedBy: text).count
            server.process.signal(SIGHUP)
            return eventually { server.log.components(separatedBy: text).count > count }
        }
        // A bad link beside a good change of the policies: neither takes effect.
        try workplace.write("links.json", PaymentWorld.link(#"Team::\"staff\""#))
        try workplace.write(
            "policies/more.cedar", "@id(\"all\") permit (principal, action, resource);")
        #expect(reload("POLICIES NOT RELOADED"))
        #expect(server.log.contains("link `bob-owns` of the template `owner`"))
        #expect(try !server.isPaid("bob"))
        try workplace.remove("policies/more.cedar")
        try workplace.write("links.json", PaymentWorld.link(#"User::\"bob\""#))
        #expect(reload("policies reloaded"))
        let answer = try server.pay([("amount", .long(500))], user: #"User::"bob""#)
        #expect(answer.isAllowed && answer.reasons == ["bob-owns"])
        // A schema that the policies do not fit changes nothing; one that they fit is used.
        try workplace.write(
            "schema.cedarschema", PaymentWorld.schema.replacing("amount: Long, ", with: ""))
        #expect(reload("POLICIES NOT RELOADED"))
        #expect(try server.isPaid("bob"))
        try workplace.write(
            "schema.cedarschema",
            PaymentWorld.schema.replacing("amount: Long, ", with: "amount: Long, day: String, "))
        #expect(reload("policies reloaded"))
        #expect(
            try server.pay([("amount", .long(5))]).detail == "context.day: required and missing")
        #expect(server.stop() == 0)
    }

    static let policySet = """
        {"templates": {"own": {"effect": "permit", "principal": {"op": "==", "slot": "?principal"},
           "action": {"op": "All"}, "resource": {"op": "All"}, "conditions": []}},
         "staticPolicies": {"never": {"effect": "forbid", "principal": {"op": "All"},
           "action": {"op": "All"}, "resource": {"op": "All"},
           "conditions": [{"kind": "when", "body": {"<": {
             "left": {".": {"left": {"Var": "context"}, "attr": "amount"}},
             "right": {"Value": 0}}}}]}},
         "templateLinks": [{"templateId": "own", "newId": "bob-link",
           "values": {"?principal": {"type": "User", "id": "bob"}}}]}
        """

    @Test("JSON policy sets are served beside Cedar files, with their links")
    func jsonSets() throws {
        let workplace = try PaymentWorld.make()
        try workplace.write("policies/set.cedar.json", Self.policySet)
        // JSON of another kind beside policies is none of the service's business.
        try workplace.write("policies/tests.json", "[]")
        try workplace.write(
            "one.json",
            Self.policySet.replacing("\"own\"", with: "\"own2\"")
                .replacing("never", with: "never2").replacing("bob-link", with: "alice-link")
                .replacing("\"bob\"", with: "\"alice\""))
        let server = try RunningServer(
            workplace,
            configuration: PaymentWorld.configuration.replacing(
                "policies: policies", with: "policies: [policies, one.json]"))
        let many = try server.pay([("amount", .long(500))])
        #expect(many.isAllowed && many.reasons == ["alice-link"])
        let bob = try server.pay([("amount", .long(5))], user: #"User::"bob""#)
        #expect(bob.isAllowed && bob.reasons == ["bob-link"])
        let never = try server.pay([("amount", .long(-1))])
        #expect(!never.isAllowed && Set(never.reasons) == ["never", "never2"])
        #expect(server.stop() == 0)
    }

    @Test(
        "JSON policy sets that are not valid keep the service from starting",
        arguments: [
            ("{", "set.cedar.json:1:2"), ("[]", "neither a policy nor a policy set"),
            (policySet.replacing("amount", with: "price"), "set.cedar.json:6:"),
            (policySet.replacing("\"never\"", with: "\"writers\""), "is used twice"),
            (policySet.replacing("bob-link", with: "writers"), "is in use already"),
            (
                policySet.replacing("\"User\"", with: "\"Account\""),
                "link `bob-link` of the template `own`"
            ),
        ])
    func refusesSets(_ text: String, _ part: String) throws {
        let workplace = try PaymentWorld.make()
        try workplace.write("policies/set.cedar.json", text)
        try workplace.write("writ.yaml", PaymentWorld.configuration)
        let run = try WritProgram.run(["serve", "--config", "writ.yaml"], in: workplace)
        #expect(run.status == 1)
        #expect(run.errors.contains(part), "\(run.errors)")
    }
}
