@testable import CedarEngine
import CedarSyntax
import Testing

@Suite struct AttributeIndexTests {
    private func equality(_ condition: String) throws -> AttributeEquality? {
        let set = try PolicySet.parse("permit(principal, action, resource) \(condition);")
        return AttributeEquality(try #require(set.members.first).policy)
    }

    @Test(arguments: [
        "", "unless { context.a == 1 }", "when { context.a != 1 }", "when { context == {} }",
        "when { context.a == context.b }", "when { User::\"a\".b == 1 }",
        "when { context.a == 1 || true }", "when { true && context.a == 1 }",
        "when { resource has a && context.a == 1 }", "when { context has a.b && context.a == 1 }",
        "when { context has b && context.a == 1 }", "when { context has a }",
        "when { context.a == 1 + 1 }", "when { context.a == ip(\"no\") }",
        "when { context.a.isEmpty() == true }", "when { {a: 1}.a == 1 }",
        "when { context has a } when { context.a == 1 }",
    ])
    func refuses(_ condition: String) throws {
        #expect(try equality(condition) == nil)
    }

    @Test(arguments: [
        ("when { context.a == 1 }", "a", false), ("when { 1 == context[\"a\"] }", "a", false),
        ("when { context.a == 1 && context.b == 2 }", "a", false),
        ("when { context has a && context.a == 1 }", "a", true),
        ("when { (context has a && context.a == 1) && context.z }", "a", true),
        ("when { context has a.b && context.a.b == 1 }", "a.b", true),
        ("when { context has a && context.a has b && context.a.b == 1 }", "a.b", true),
        ("when { context has a && context.a.b == 1 }", "a.b", false),
        ("when { context.a has b && context.a.b == 1 }", "a.b", false),
        ("when { context.a has b && context has a && context.a.b == 1 }", "a.b", false),
        ("when { context.a has b && context has a.b && context.a.b == 1 }", "a.b", false),
        ("when { context.a == ip(\"10.0.0.1\") } unless { context.b }", "a", false),
    ])
    func finds(_ condition: String, path: String, isGuarded: Bool) throws {
        let found = try #require(try equality(condition))
        #expect(found.variable == .context)
        #expect(found.names.map(\.string).joined(separator: ".") == path)
        #expect(found.isGuarded == isGuarded)
    }

    @Test func aPathIsIndexedUpToItsLimit() throws {
        for (length, isFound) in [(64, true), (65, false)] {
            let path = String(repeating: ".a", count: length)
            #expect((try equality("when { context\(path) == 1 }") != nil) == isFound)
        }
    }

    private func table() throws -> EntityTable {
        try EntityTable([
            Entity(uid: uid("Photo", "beach"), attributes: [("owner", .entity(uid("User", "7")))]),
            Entity(uid: uid("Photo", "odd"), attributes: [("owner", .long(7))]),
            Entity(uid: uid("Photo", "bare")),
        ])
    }

    private func text(_ count: Int, _ start: String) -> String {
        (0..<count).map {
            "permit(principal, action == Action::\"view\", resource) when { \(start)"
                + "resource.owner == User::\"\($0)\" && resource.owner == User::\"\($0)\" };\n"
        }.joined()
    }

    private func decide(_ rules: Ruleset, _ photo: Text, action: Text = "view") throws -> Decision {
        try CedarEngineTests.decide(
            rules,
            TreeRequest(
                principal: uid("User", "ann"), action: uid("Action", action),
                resource: uid("Photo", photo)), try table())
    }

    /// Only where it pays: from 16 policies that would run together.
    @Test func fewPoliciesAreNotIndexed() throws {
        for (count, isIndexed) in [(15, false), (16, true)] {
            let rules = try ruleset(text(count, ""))
            #expect(rules.view.hasPolicies(in: .path(0)) == isIndexed)
            #expect(rules.view.hasPolicies(in: .action) == !isIndexed)
        }
    }

    @Test func oneOfAThousandRuns() throws {
        let rules = try ruleset(text(1_000, ""))
        #expect(rules.view.pathCount == 1)
        #expect(try decide(rules, "beach").reasons == [7])
        #expect(try decide(rules, "beach").errors.isEmpty)
        #expect(try decide(rules, "odd").verdict == .deny(.policies))
        #expect(try decide(rules, "beach", action: "edit").verdict == .deny(.policies))
    }

    /// What faults for one faults for all, and each is named.
    @Test func faultsAreThoseOfEveryPolicy() throws {
        let rules = try ruleset(text(100, ""))
        let bare = try decide(rules, "bare")
        #expect(bare.errors.map(\.policy) == (0..<100).map { UInt32($0) })
        #expect(Set(bare.faults) == [.missingAttribute])
        #expect(Set(try decide(rules, "unknown").faults) == [.missingEntity])
        #expect(try decide(rules, "unknown").errors.count == 100)
        #expect(try decide(rules, "bare", action: "edit").errors.isEmpty)
    }

    @Test func guardedPathsThatAreMissingSatisfyNone() throws {
        let rules = try ruleset(text(100, "resource has owner && "))
        #expect(try decide(rules, "beach").reasons == [7])
        for photo: Text in ["bare", "unknown"] {
            #expect(
                try decide(rules, photo)
                    == Decision(verdict: .deny(.policies), reasons: [], errors: []))
        }
    }

    @Test func morePathsThanAreIndexedStillDecide() throws {
        let paths = PolicyIndex.Role.maximumPaths + 3
        let text = (0..<paths).flatMap { path in
            (0..<20).map {
                "permit(principal, action, resource) when { context has a\(path) && "
                    + "context.a\(path) == \($0) };\n"
            }
        }.joined()
        let rules = try ruleset(text)
        #expect(rules.view.pathCount == PolicyIndex.Role.maximumPaths)
        #expect(rules.view.general.count == 60)
        let context = (0..<paths).map { (Text("a\($0)"), Value.long(Int64($0 % 20))) }
        let decision = try CedarEngineTests.decide(
            rules,
            TreeRequest(
                principal: uid("User", "ann"), action: uid("Action", "view"),
                resource: uid("Photo", "x"), context: context), try table())
        let expected: [UInt32] = (0..<paths).map { path in UInt32(path * 20 + path % 20) }
        #expect(decision.reasons == expected)
    }
}
