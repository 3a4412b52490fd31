import CedarEngine
import CedarSchema
import CedarSyntax

@testable import PolicyTesting

/// A small world: users in nested groups, two documents, three actions of which two are grouped.
enum World {
    static let schemaText = """
        entity Group in [Group];
        entity User in [Group] = { level: Long, mail?: String };
        entity Robot;
        entity Document = { owner: User, open: Bool };
        action change;
        action edit, delete in [change] appliesTo {
          principal: [User], resource: [Document], context: { at: Long, ticket?: String } };
        action read appliesTo {
          principal: [User, Robot], resource: [Document], context: { at: Long, ticket?: String } };
        """

    static func schema() throws -> Schema { try Schema.parse(schemaText) }

    static func uid(_ type: Text, _ id: Text) -> EntityUID { EntityUID(type: type, id: id) }

    static var entities: [Entity] {
        [
            Entity(uid: uid("Group", "all")),
            Entity(uid: uid("Group", "staff"), parents: [uid("Group", "all")]),
            Entity(
                uid: uid("User", "ann"), attributes: [("level", .long(3)), ("mail", .string("a"))],
                parents: [uid("Group", "staff")]),
            Entity(uid: uid("User", "bob"), attributes: [("level", .long(1))]),
            Entity(uid: uid("Robot", "r2")),
            Entity(
                uid: uid("Document", "plan"),
                attributes: [("owner", .entity(uid("User", "ann"))), ("open", .bool(true))]),
            Entity(
                uid: uid("Document", "diary"),
                attributes: [("owner", .entity(uid("User", "bob"))), ("open", .bool(false))]),
            Entity(uid: uid("Action", "change")),
            Entity(uid: uid("Action", "edit"), parents: [uid("Action", "change")]),
            Entity(uid: uid("Action", "delete"), parents: [uid("Action", "change")]),
            Entity(uid: uid("Action", "read")),
        ]
    }

    /// A test; principals are given as `User::"ann"` is, by their id.
    static func test(
        _ principal: Text = "ann", _ action: Text = "read", _ resource: Text = "plan",
        at instant: Int64 = 10, ticket: Text? = nil, allows: Bool = true,
        reasons: Set<Text> = [], errors: Int = 0
    ) throws -> TestCase {
        let type: Text = principal == "r2" ? "Robot" : "User"
        var context: [(key: Text, value: Value)] = [("at", .long(instant))]
        if let ticket { context.append(("ticket", .string(ticket))) }
        return try TestCase(
            name: "\(principal) \(action) \(resource)",
            request: TreeRequest(
                principal: uid(type, principal), action: uid("Action", action),
                resource: uid("Document", resource), context: context),
            entities: try EntityTable(entities), expectsAllow: allows, reasons: reasons,
            errorCount: errors)
    }

    /// A test for every request that the schema allows on the world's entities.
    static func allTests() throws -> [TestCase] {
        var tests: [TestCase] = []
        for (principal, action) in [
            ("ann", "edit"), ("ann", "delete"), ("ann", "read"), ("bob", "edit"),
            ("bob", "delete"), ("bob", "read"), ("r2", "read"),
        ] as [(Text, Text)] {
            for resource in ["plan", "diary"] as [Text] {
                for instant in [9, 10, 11] as [Int64] {
                    for ticket in [nil, "T-1"] as [Text?] {
                        tests.append(
                            try test(principal, action, resource, at: instant, ticket: ticket))
                    }
                }
            }
        }
        return tests
    }

    /// Policies by their `@id`.
    static func policies(_ text: String) throws -> PoliciesUnderTest {
        var taken: [Text: String] = [:]
        return PoliciesUnderTest(
            try PolicySet.parse(text).named(taken: &taken, in: "test.cedar"))
    }

    static func policy(_ text: String) throws -> Policy {
        try PolicySet.parse(text).members[0].policy
    }
}

extension TestCase {
    /// The same request with other expectations; its name tells which it is.
    func expecting(_ allows: Bool, _ reasons: Set<Text>, _ errors: Int) -> TestCase {
        TestCase(self, expectsAllow: allows, reasons: reasons, errorCount: errors)
    }
}
