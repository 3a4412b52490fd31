import CedarSyntax
import CedarTestSupport
import Testing

@Suite struct TreeEvaluatorPolicyTests {
    private static let request = TreeRequest(
        principal: EntityUID(type: "User", id: "a"), action: EntityUID(type: "Action", id: "view"),
        resource: EntityUID(type: "Doc", id: "d"))

    private static let entities = PlainEntities([
        EntityUID(type: "User", id: "a"): PlainEntity(parents: [EntityUID(type: "G", id: "g")]),
        EntityUID(type: "Action", id: "view"): PlainEntity(
            parents: [EntityUID(type: "Action", id: "read")]),
    ])

    private func answer(_ policies: String) throws -> TreeAnswer {
        TreeEvaluator.authorize(try PolicySet.parse(policies), Self.request, Self.entities)
    }

    @Test(arguments: [
        "principal == User::\"b\", action, resource", "principal == G::\"g\", action, resource",
        "principal in User::\"b\", action, resource", "principal is G, action, resource",
        "principal is G in G::\"g\", action, resource",
        "principal is User in G::\"h\", action, resource",
        "principal, action == Action::\"read\", resource", "principal, action in [], resource",
        "principal, action in Action::\"write\", resource",
        "principal, action in [Action::\"write\"], resource",
        "principal, action, resource == Doc::\"e\"", "principal, action, resource in G::\"g\"",
        "principal, action, resource is User", "principal, action, resource is Doc in G::\"g\"",
        "principal == ?principal, action, resource", "principal, action, resource in ?resource",
    ])
    func scopeDoesNotMatch(scope: String) throws {
        // The condition would fail, but is not reached.
        #expect(try answer("permit(\(scope)) when { context.x };") == TreeAnswer(isAllowed: false))
    }

    @Test(arguments: [
        "principal, action, resource", "principal == User::\"a\", action, resource",
        "principal in User::\"a\", action, resource", "principal in G::\"g\", action, resource",
        "principal is User, action, resource", "principal is User in G::\"g\", action, resource",
        "principal, action == Action::\"view\", resource",
        "principal, action in Action::\"view\", resource",
        "principal, action in Action::\"read\", resource",
        "principal, action in [Action::\"write\", Action::\"read\"], resource",
        "principal, action, resource == Doc::\"d\"", "principal, action, resource in Doc::\"d\"",
        "principal, action, resource is Doc", "principal, action, resource is Doc in Doc::\"d\"",
    ])
    func scopeMatches(scope: String) throws {
        let answer = try answer("permit(\(scope));")
        #expect(answer == TreeAnswer(isAllowed: true, reasons: ["policy0"]))
    }

    @Test(arguments: [
        ("when { 1 }", true), ("unless { 1 }", true), ("when { true } when { context.x }", true),
        ("unless { false } unless { \"a\" }", true), ("when { false }", false),
        ("unless { true }", false), ("when { false } when { context.x }", false),
        ("unless { true } when { 1 }", false), ("when { true } unless { true } when { 1 }", false),
    ])
    func conditionsDoNotHold(conditions: String, fails: Bool) throws {
        let answer = try answer("permit(principal, action, resource) \(conditions);")
        #expect(answer == TreeAnswer(isAllowed: false, errors: fails ? ["policy0"] : []))
    }

    @Test(arguments: [
        "when { true }", "unless { false }", "when { true } unless { false } when { true }",
    ])
    func conditionsHold(conditions: String) throws {
        #expect(try answer("permit(principal, action, resource) \(conditions);").isAllowed)
    }

    @Test func nothingSatisfiedDenies() throws {
        #expect(try answer("") == TreeAnswer(isAllowed: false))
        let answer = try answer("forbid(principal, action, resource) when { false };")
        #expect(answer == TreeAnswer(isAllowed: false))
    }

    @Test func forbidWins() throws {
        let answer = try answer(
            """
            permit(principal, action, resource);
            forbid(principal, action, resource);
            forbid(principal, action, resource) unless { false };
            forbid(principal, action, resource) when { 1 };
            """)
        #expect(
            answer
                == TreeAnswer(
                    isAllowed: false, reasons: ["policy1", "policy2"], errors: ["policy3"]))
    }

    @Test func aFailingForbidIsLeftOut() throws {
        let answer = try answer(
            """
            forbid(principal, action, resource) when { resource.x };
            permit(principal == ?principal, action, resource);
            permit(principal, action, resource);
            permit(principal, action, resource) when { true };
            """)
        #expect(
            answer
                == TreeAnswer(
                    isAllowed: true, reasons: ["policy2", "policy3"], errors: ["policy0"]))
    }

    @Test func walksDiamondsAndCycles() {
        let names = ["a", "b", "c", "d"].map { EntityUID(type: "T", id: Text($0)) }
        let diamond = PlainEntities([
            names[0]: PlainEntity(parents: [names[1], names[2]]),
            names[1]: PlainEntity(parents: [names[3]]), names[2]: PlainEntity(parents: [names[3]]),
        ])
        #expect(diamond.ancestors(of: names[0]) == Set(names[1...]))
        #expect(diamond.ancestors(of: names[3]).isEmpty)
        let cycle = PlainEntities([
            names[0]: PlainEntity(parents: [names[1]]), names[1]: PlainEntity(parents: [names[0]]),
        ])
        #expect(cycle.ancestors(of: names[0]) == Set(names[...1]))
    }
}
