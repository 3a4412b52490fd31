import CedarSchema
import CedarSyntax
import Testing

@testable import PolicyTesting

@Suite("Mutation of policies under test")
struct MutationRunTests {
    private let text = """
        @id("members") permit (principal in Group::"all", action == Action::"read", resource)
        when { context.at < 11 };
        @id("private") forbid (principal, action, resource)
        unless { resource.open || resource.owner == principal };
        """

    private func fates(
        _ text: String, _ tests: [TestCase], schema: Schema? = nil
    ) throws -> [(String, MutationFate)] {
        let policies = try World.policies(text)
        #expect(try policies.run(tests).allSatisfy(\.hasPassed))
        let bytes = Array(text.utf8)
        return try policies.mutate(tests, schema: schema).map { mutation, fate in
            let source = String(decoding: bytes[mutation.span.range], as: UTF8.self)
            return ("\(mutation.kind.rawValue): \(source) → \(mutation.replacement)", fate)
        }
    }

    @Test("Without tests every mutant survives")
    func noTests() throws {
        let fates = try fates(text, [])
        #expect(fates.count == 19)
        #expect(fates.allSatisfy { $0.1 == .survived })
    }

    @Test("A test that states only the decision kills what changes it")
    func decisions() throws {
        let text = "permit (principal, action, resource) when { context.at < 11 };"
        let before = try World.test(at: 10, allows: true)
        let after = try World.test(at: 12, allows: false)
        #expect(
            try fates(text, [before, after]).map(\.1) == [
                .killed(test: 0),  // without the policy
                .killed(test: 0),  // effect
                .killed(test: 1),  // without the condition
                .killed(test: 0),  // negated
                .survived, .survived,  // `<=`, 12
                .killed(test: 0),  // 10
            ])
        let boundary = try World.test(at: 11, allows: false)
        #expect(
            try fates(text, [before, after, boundary]).map(\.1) == [
                .killed(test: 0), .killed(test: 0), .killed(test: 1), .killed(test: 0),
                .killed(test: 2), .killed(test: 2), .killed(test: 0),
            ])
    }

    @Test("Reasons and errors count where the decision stays")
    func reasonsAndErrors() throws {
        let text = """
            @id("a") permit (principal, action, resource);
            @id("b") permit (principal, action, resource) when { resource.open };
            """
        let silent = try World.test()
        let speaking = try World.test(reasons: ["b"])
        // Of `a` only the flipped effect is noticed; of `b` that, too, as forbid wins.
        #expect(
            try fates(text, [silent]).map(\.1) == [
                .survived, .killed(test: 0), .survived, .killed(test: 0), .survived, .survived,
            ])
        #expect(
            try fates(text, [speaking]).map(\.1) == [
                .survived, .killed(test: 0), .killed(test: 0), .killed(test: 0), .survived,
                .killed(test: 0),
            ])
        let guarded = """
            @id("a") permit (principal, action, resource);
            @id("b") permit (principal, action, resource)
            when { principal has mail && principal.mail == "x" };
            """
        let fates = try fates(guarded, [World.test("bob")])
        #expect(
            fates.contains {
                $0.0 == "drop-operand: principal has mail → " && $0.1 == .killed(test: 0)
            })
    }

    @Test("With a schema, invalid mutants and provably equal ones do not count")
    func schema() throws {
        let text = """
            @id("a") permit (principal is User, action == Action::"edit", resource)
            when { principal has mail && principal.mail == "a" };
            """
        let fates = try Dictionary(
            uniqueKeysWithValues: fates(
                text,
                [
                    World.test("ann", "edit"), World.test("bob", "edit", allows: false),
                    World.test("ann", "read", allows: false),
                ], schema: World.schema()))
        #expect(fates["drop-operand: principal has mail → "] == .invalid)
        #expect(fates["negate-operand: principal has mail → !(principal has mail)"] == .invalid)
        #expect(fates["widen-scope: principal is User → principal"] == .equivalent)
        #expect(
            fates[#"widen-scope: action == Action::"edit" → action in Action::"edit""#]
                == .equivalent)
        #expect(fates[#"drop-operand: principal.mail == "a" → "#] == .survived)
        #expect(fates[#"widen-scope: action == Action::"edit" → action"#] == .killed(test: 2))
        #expect(fates["flip-effect: permit → forbid"] == .killed(test: 0))
    }

    @Test("To decide with those policies only that had a result is to decide with all")
    func agreement() throws {
        let policies = try World.policies(text)
        // What the policies decide now is what is expected, with all reasons.
        let observed = try policies.run(World.allTests())
        var tests: [TestCase] = []
        for (test, result) in zip(try World.allTests(), observed) {
            tests.append(
                test.expecting(
                    result.observation.isAllowed,
                    Set(result.observation.reasons.map { policies.ids[$0] }),
                    result.observation.errors.count))
        }
        for (mutation, fate) in try policies.mutate(tests, schema: nil) {
            var members = policies.members
            members[mutation.policy].policy = mutation.applied(
                to: members[mutation.policy].policy)
            let results = try PoliciesUnderTest(PolicySet(members: members)).run(tests)
            let first = results.firstIndex { !$0.hasPassed }
            #expect(fate == (first.map { .killed(test: $0) } ?? .survived))
        }
    }

    @Test("Progress is told up to the end")
    func progress() throws {
        var told: [Int] = []
        let policies = try World.policies(text)
        let tried = try policies.mutate([], schema: nil) { done, all in
            told.append(done)
            #expect(all == 19)
        }
        #expect(told == Array(1...tried.count))
    }
}
