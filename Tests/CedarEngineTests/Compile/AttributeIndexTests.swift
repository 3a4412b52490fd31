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

    /// A hundred policies under values of `context.a`, indexed always, with the first one's literal
    /// and effect as given.
    private func many(_ literal: String, effect: String = "permit") throws -> Ruleset {
        let others = (1..<100).map {
            "permit(principal, action, resource) when { context.a == \"other\($0)\" };\n"
        }.joined()
        let first = "\(effect)(principal, action, resource) when { context.a == \(literal) };\n"
        let rules = try Ruleset(try PolicySet.parse(first + others), version: 1)
        #expect(rules.view.hasPolicies(in: .path(0)))
        return rules
    }

    private func decide(
        _ rules: Ruleset, _ value: Value?, _ mode: ErrorMode = .cedar,
        diagnostics: DiagnosticsMode = .full
    ) throws -> Decision {
        var workspace = Workspace()
        return try CedarEngineTests.decide(
            rules,
            TreeRequest(
                principal: uid("User", "ann"), action: uid("Action", "view"),
                resource: uid("Photo", "x"), context: value.map { [(Text("a"), $0)] } ?? []),
            try table(), mode, &workspace, diagnostics: diagnostics)
    }

    /// What Cedar calls equal is found, however it was written.
    @Test(arguments: [
        ("ip(\"10.0.0.1\")", Value.ip(IPAddress(ipv4: 0x0A00_0001)), true),
        ("ip(\"10.0.0.1/32\")", .ip(IPAddress(ipv4: 0x0A00_0001)), true),
        ("ip(\"10.0.0.1/31\")", .ip(IPAddress(ipv4: 0x0A00_0001)), false),
        ("decimal(\"1.5000\")", .decimal(Decimal(scaled: 15_000)), true),
        ("decimal(\"1.5\")", .long(15_000), false),
        (
            "datetime(\"1970-01-02T01:00:00+0100\")",
            .datetime(DateTime(milliseconds: 86_400_000)), true
        ),
        ("duration(\"24h\")", .duration(Duration(milliseconds: 86_400_000)), true),
        ("duration(\"24h\")", .datetime(DateTime(milliseconds: 86_400_000)), false),
        ("[2, 1, 2]", .set([.long(1), .long(2), .long(1)]), true),
        ("[1, 2, 3]", .set([.long(1), .long(2)]), false),
        ("{b: 1, a: 2}", .record([("a", .long(2)), ("b", .long(1))]), true),
        ("{}", .set([]), false), ("[]", .set([]), true), ("1", .string("1"), false),
        ("0", .bool(false), false), ("false", .bool(false), true), ("-1", .long(-1), true),
        ("\"caf\\u{e9}\"", .string("caf\u{e9}"), true),
        ("\"caf\\u{e9}\"", .string("cafe\u{301}"), false),
        ("User::\"a\"", .entity(EntityUID(type: "User", id: "a")), true),
        ("User::\"a\"", .entity(EntityUID(type: "Group", id: "a")), false),
    ])
    func findsEqualValues(_ literal: String, _ value: Value, isFound: Bool) throws {
        let decision = try decide(try many(literal), value)
        #expect(decision.reasons == (isFound ? [0] : []))
        #expect(decision.errors.isEmpty)
    }

    /// A forbid that could not be evaluated is not skipped because nothing stands under its key.
    @Test(arguments: [DiagnosticsMode.full, .decisionOnly])
    func aForbidThatFaultsDenies(_ diagnostics: DiagnosticsMode) throws {
        let rules = try many("1", effect: "forbid")
        let missing = try decide(rules, nil, .strict, diagnostics: diagnostics)
        #expect(missing.verdict == .deny(.policyError))
        #expect(missing.errors.first == .init(policy: 0, fault: .missingAttribute))
        #expect(try decide(rules, .long(1), .strict).verdict == .deny(.policies))
        #expect(try decide(rules, .string("other5"), .strict).verdict == .allow)
    }

    /// A step that has no attributes faults under `has` too, also where the path is tested for.
    @Test func aStepOfTheWrongTypeFaultsForAll() throws {
        let rules = try ruleset(
            (0..<50).map {
                "permit(principal, action, resource) when { context has a.b.c && "
                    + "context.a.b.c == \($0) };\n"
            }.joined())
        #expect(rules.view.hasPolicies(in: .path(0)))
        #expect(try decide(rules, .record([])).errors.isEmpty)
        #expect(try decide(rules, nil).errors.isEmpty)
        let leaf = Value.record([("b", .record([("c", .long(7))]))])
        #expect(try decide(rules, leaf).reasons == [7])
        for wrong in [Value.long(1), .record([("b", .string("c"))])] {
            let faults = try decide(rules, wrong).faults
            #expect(faults == Array(repeating: .typeError, count: 50))
        }
    }

    /// The path is read before the scopes are known to match; a store that fails then counts only
    /// for policies whose scopes do.
    @Test func aFailingStoreDeniesOnlyWhereAScopeMatches() throws {
        for (type, verdict) in [
            ("Photo", Verdict.deny(.storeUnavailable)), ("Album", .deny(.policies)),
        ] {
            let rules = try ruleset(
                (0..<50).map {
                    "permit(principal, action, resource == \(type)::\"beach\") "
                        + "when { resource.owner == \($0) };\n"
                }.joined())
            #expect(rules.view.hasPolicies(in: .path(0)))
            let decision = try CedarEngineTests.decide(rules, Scene.request, FailingSource())
            #expect(decision.verdict == verdict)
        }
    }

    /// Among more paths than are indexed, those count that most policies want.
    @Test func thePathsWantedMostAreIndexed() throws {
        let few = (0..<PolicyIndex.Role.maximumPaths).flatMap { path in
            (0..<16).map {
                "permit(principal, action, resource) when { context has a\(path) && "
                    + "context.a\(path) == \($0) };\n"
            }
        }
        let many = (0..<17).map {
            "permit(principal, action, resource) when { context has z && context.z == \($0) };\n"
        }
        let rules = try ruleset((few + many).joined())
        #expect(rules.view.pathCount == PolicyIndex.Role.maximumPaths)
        #expect(rules.view.general.count == 16)
        let general = (0..<16).map { rules.view.candidate(rules.view.general.place($0)).number }
        #expect(general.allSatisfy { $0 < UInt32(few.count) })
    }
}
