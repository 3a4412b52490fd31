@testable import CedarEngine
import SeededNumbers
import CedarSyntax
import Testing

@Suite struct AuthorizerTests {
    private func decide(
        _ policies: String, mode: ErrorMode = .cedar, maximumBytes: Int = 64 << 20
    ) throws -> Decision {
        try CedarEngineTests.decide(
            try ruleset(policies), Scene.request, try Scene.table(), mode: mode,
            maximumBytes: maximumBytes)
    }

    private static let permit = "permit(principal, action, resource);"
    private static let forbid = "forbid(principal, action, resource);"
    private static let brokenPermit =
        "permit(principal, action, resource) when { principal.absent };"
    private static let brokenForbid =
        "forbid(principal, action, resource) when { principal.absent };"
    private static let never = "permit(principal, action, resource) when { false };"
    private static let neverForbid = "forbid(principal, action, resource) unless { true };"

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let policies: [String]
        let cedar: Verdict
        let strict: Verdict
        let reasons: [UInt32]
        let strictReasons: [UInt32]
        let errors: [UInt32]

        init(
            _ description: String, _ policies: [String], _ cedar: Verdict, strict: Verdict? = nil,
            reasons: [UInt32] = [], strictReasons: [UInt32]? = nil, errors: [UInt32] = []
        ) {
            testDescription = description
            self.policies = policies
            self.cedar = cedar
            self.strict = strict ?? cedar
            self.reasons = reasons
            self.strictReasons = strictReasons ?? reasons
            self.errors = errors
        }
    }

    static let rows: [Row] = [
        Row("no policies", [], .deny(.policies)),
        Row("nothing matches", [never, neverForbid], .deny(.policies)),
        Row("a forbid", [forbid], .deny(.policies), reasons: [0]),
        Row("forbid over permit", [permit, forbid, permit], .deny(.policies), reasons: [1]),
        Row("two forbids", [forbid, permit, forbid], .deny(.policies), reasons: [0, 2]),
        Row("an erroring permit", [brokenPermit], .deny(.policies), errors: [0]),
        Row(
            "an erroring forbid alone", [brokenForbid], .deny(.policies),
            strict: .deny(.policyError), errors: [0]),
        Row(
            "an erroring forbid beside a permit", [permit, brokenForbid], .allow,
            strict: .deny(.policyError), reasons: [0], strictReasons: [], errors: [1]),
        Row(
            "an erroring forbid beside a forbid", [permit, brokenForbid, forbid], .deny(.policies),
            reasons: [2], errors: [1]),
        Row(
            "erroring permit and forbid", [brokenPermit, brokenForbid, permit], .allow,
            strict: .deny(.policyError), reasons: [2], strictReasons: [], errors: [0, 1]),
        Row("a permit", [permit], .allow, reasons: [0]),
        Row("permits", [permit, never, permit, neverForbid, permit], .allow, reasons: [0, 2, 4]),
        Row(
            "an erroring permit beside one", [brokenPermit, permit], .allow, reasons: [1],
            errors: [0]),
    ]

    @Test(arguments: rows)
    func decides(_ row: Row) throws {
        let policies = row.policies.joined(separator: "\n")
        let cedar = try decide(policies)
        #expect(cedar.verdict == row.cedar)
        #expect(cedar.reasons == row.reasons)
        #expect(cedar.errors.map(\.policy) == row.errors)
        let strict = try decide(policies, mode: .strict)
        #expect(strict.verdict == row.strict)
        #expect(strict.reasons == row.strictReasons)
        #expect(strict.errors == cedar.errors)
    }

    @Test func templatesDecideNothing() throws {
        let set = """
            forbid(principal == ?principal, action, resource);
            permit(principal, action, resource);
            permit(principal, action, resource in ?resource);
            """
        let rules = try ruleset(set)
        #expect(rules.templateCount == 2)
        #expect(rules.policies.map(\.id) == ["policy1"])
        let decision = try decide(set)
        #expect(decision.verdict == .allow)
        #expect(decision.reasons == [0])
    }

    /// Policies that stand under resource, principal, action and under none, in mixed order.
    @Test func ordersReasonsAndErrors() throws {
        var policies: [String] = []
        for number in 0..<200 {
            let scope =
                switch number % 4 {
                case 0: "principal, action, resource"
                case 1: #"principal, action == Action::"view", resource"#
                case 2: #"principal == User::"alice", action, resource"#
                default: #"principal, action, resource == Photo::"beach""#
                }
            let body = number % 5 == 0 ? "principal.absent" : "true"
            policies.append("permit(\(scope)) when { \(body) };")
        }
        let decision = try decide(policies.joined())
        #expect(decision.verdict == .allow)
        #expect(decision.reasons == (0..<200).filter { $0 % 5 != 0 }.map { UInt32($0) })
        #expect(decision.errors.map(\.policy) == stride(from: 0, to: 200, by: 5).map { UInt32($0) })
    }

    @Test func aStoreThatFailsDenies() throws {
        let reading = [
            "when { principal has age }", "when { resource.public }", "unless { principal has x }",
            #"when { principal.hasTag("a") }"#, #"when { principal.getTag("a") == 1 }"#,
            #"when { principal in Group::"x" }"#, #"when { principal in [Group::"x"] }"#,
            "when { context.ghost has a.b }",
        ]
        for mode in [ErrorMode.cedar, .strict] {
            for effect in ["permit", "forbid"] {
                for condition in reading {
                    let policies = "\(effect)(principal, action, resource) \(condition);"
                    for beside in ["", Self.permit, Self.forbid] {
                        let decision = try CedarEngineTests.decide(
                            try ruleset(beside + policies), Scene.request, FailingSource(),
                            mode: mode)
                        #expect(decision.verdict == .deny(.storeUnavailable))
                        #expect(decision.reasons.isEmpty)
                        #expect(decision.faults == [.storeUnavailable])
                    }
                }
            }
        }
    }

    @Test func ancestorsThatCannotBeReadDeny() throws {
        let source = HalfFailingSource(table: try Scene.table())
        for target in [#"Group::"all""#, #"[Group::"none"]"#] {
            let decision = try CedarEngineTests.decide(
                try ruleset(
                    Self.permit
                        + "forbid(principal, action, resource) when { principal in \(target) };"),
                Scene.request, source)
            #expect(decision.verdict == .deny(.storeUnavailable))
        }
        // A direct parent is found without them.
        let decision = try CedarEngineTests.decide(
            try ruleset(#"permit(principal in Group::"staff", action, resource);"#),
            Scene.request, source)
        #expect(decision.verdict == .allow)
    }

    /// A workspace without room denies in both modes: skipping a forbid would let a large request
    /// switch it off.
    @Test func anExhaustedWorkspaceDenies() throws {
        let large = "[context, [context], [[context]], {a: context, b: [context]}] == [1]"
        let forbid = "forbid(principal, action, resource) unless { \(large) };"
        for mode in [ErrorMode.cedar, .strict] {
            let decision = try decide(Self.permit + forbid, mode: mode, maximumBytes: 1024)
            #expect(decision.verdict == .deny(.policyError))
            #expect(decision.faults == [.workspaceExhausted])
            #expect(decision.reasons.isEmpty)
            let permits = try decide(
                "permit(principal, action, resource) unless { \(large) };", mode: mode,
                maximumBytes: 1024)
            #expect(permits.verdict == .deny(.policies))
            #expect(permits.faults == [.workspaceExhausted])
        }
        #expect(try decide(Self.permit + forbid).verdict == .deny(.policies))
        #expect(try decide(Self.permit + forbid).errors.isEmpty)
        // Nothing is made, so nothing is needed.
        #expect(try decide(Self.permit, maximumBytes: 0).verdict == .allow)
    }

    @Test func everyMakerOfValuesKeepsTheBound() throws {
        for made in [
            "[principal]", "{a: principal}", "ip(context.name)", "[ip(context.text)]",
            "[[principal]]",
        ] {
            let text = Value.string("10.0.0.1")
            var request = Scene.request
            request.context = [("name", text), ("text", text)]
            let decision = try CedarEngineTests.decide(
                try ruleset("permit(principal, action, resource) when { \(made) == 1 };"),
                request, try Scene.table(), maximumBytes: 0)
            #expect(decision.faults == [.workspaceExhausted], "\(made)")
        }
    }

    /// A decision depends on its request only, not on those that the workspace saw before.
    @Test func decisionsDoNotDependOnEarlierOnes() throws {
        let rules = try ruleset(
            """
            permit(principal, action, resource)
              when { [context.list, context.list, [context.list]].contains(context.list) };
            forbid(principal, action, resource) when { context.list.contains(principal) };
            permit(principal, action, resource) when { principal.absent };
            """)
        let table = try Scene.table()
        var workspace = Workspace(maximumBytes: 512 << 10)
        var numbers = SeededNumbers(seed: 50)
        for _ in 0..<120 {
            var request = Scene.request
            let count = [0, 1, 10, 100, 1_000, 4_000][numbers.below(6)]
            var list = (0..<count).map { Value.long(Int64($0)) }
            if numbers.below(3) == 0 { list.append(.entity(request.principal)) }
            request.context = [("list", .set(list))]
            let reused = try CedarEngineTests.decide(rules, request, table, .cedar, &workspace)
            let fresh = try CedarEngineTests.decide(
                rules, request, table, maximumBytes: 512 << 10)
            #expect(reused == fresh)
        }
    }

    /// Ids whose keys in the index are equal can be made; the policy still counts once.
    @Test func evaluatesAPolicyOnceUnderEqualKeys() throws {
        let rules = try ruleset(#"permit(principal, action, resource == Photo::"beach");"#)
        let resource = try FlatConstant(.entity(uid("Photo", "beach")))
        let context = FlatConstant.emptyRecord()
        let action = try FlatConstant(.entity(uid("Action", "view")))
        // A principal with the hash that a hostile caller would look for.
        let hash =
            PolicyIndex.key(.resource, FlatEntity(resource.flat).hash)
            ^ PolicyIndex.key(.principal, 0)
        let principal = GuardedBytes(
            FlatBuilder.entity(Array("User".utf8), Array("x".utf8), hash: hash))
        var workspace = Workspace()
        let verdict = rules.view.authorize(
            Request(
                principal: FlatEntity(principal.flat), action: FlatEntity(action.flat),
                resource: FlatEntity(resource.flat), context: FlatRecord(context.flat)),
            entities: try Scene.table(), errors: .cedar, workspace: &workspace)
        #expect(verdict == .allow)
        #expect(workspace.reasons == [0])
        withExtendedLifetime((rules, principal, action, resource, context)) {}
    }

    /// A link decides under its own id, with the annotations of its template; a template does not.
    @Test func linkedPoliciesDecide() throws {
        var set = try PolicySet.parse(
            """
            @note("n") permit(principal == ?principal, action, resource in ?resource);
            forbid(principal is User in ?principal, action, resource);
            """)
        let photo = uid("Photo", "beach")
        func decide() throws -> (decision: Decision, rules: Ruleset) {
            let rules = try Ruleset(set, version: 1)
            let decision = try CedarEngineTests.decide(rules, Scene.request, try Scene.table())
            return (decision, rules)
        }
        let none = try decide()
        #expect(none.decision.verdict == .deny(.policies))
        #expect(none.rules.templateCount == 2 && none.rules.policies.isEmpty)
        for (id, user) in [("bob sees", "bob"), ("alice sees", "alice")] as [(Text, Text)] {
            try set.link(
                templateID: "policy0", newID: id,
                values: SlotValues(principal: uid("User", user), resource: photo))
        }
        let allowed = try decide()
        #expect(allowed.decision.verdict == .allow)
        #expect(
            allowed.decision.reasons.map { allowed.rules.policies[Int($0)].id } == ["alice sees"])
        #expect(allowed.rules.policies[1].annotations.map(\.key) == ["note"])
        try set.link(
            templateID: "policy1", newID: "no staff",
            values: SlotValues(principal: uid("Group", "staff")))
        let denied = try decide()
        #expect(denied.decision.verdict == .deny(.policies))
        #expect(denied.decision.reasons.map { denied.rules.policies[Int($0)].id } == ["no staff"])
    }

    @Test func decisionOnlyStopsWhenTheDecisionIsCertain() throws {
        func decide(_ policies: String, _ mode: ErrorMode = .strict) throws -> Decision {
            let rules = try ruleset(policies)
            var workspace = Workspace()
            return try CedarEngineTests.decide(
                rules, Scene.request, try Scene.table(), mode, &workspace,
                diagnostics: .decisionOnly)
        }
        let wrong = "forbid(principal, action, resource) when { 1 + true == 2 };"
        let permit = "permit(principal, action, resource);"
        let forbid = "forbid(principal, action, resource);"
        let broken = "permit(principal, action, resource) when { 1 + true == 2 };"
        // A forbid after everything else is still found.
        #expect(try decide(permit + broken + forbid).verdict == .deny(.policies))
        #expect(try decide(permit + broken + forbid).reasons == [2])
        #expect(try decide(permit + forbid + forbid).reasons == [1])
        #expect(try decide(permit + wrong).verdict == .deny(.policyError))
        #expect(try decide(wrong + permit + forbid).verdict == .deny(.policies))
        #expect(try decide(permit + wrong, .cedar).verdict == .allow)
        // The second permit is not needed; the broken one comes before.
        let allowed = try decide(broken + permit + permit + broken)
        #expect(allowed.verdict == .allow)
        #expect(allowed.reasons == [1])
        #expect(allowed.errors.map(\.policy) == [0])
        #expect(try decide("").verdict == .deny(.policies))
    }
}
