@testable import CedarEngine
import CedarSyntax
import Glibc
import Testing

@Suite struct CompilerTests {
    /// Also beyond the depth that the encoder takes: the reference has no bound on literals but that
    /// of expressions.
    @Test(arguments: [
        1, FlatLimits.maximumDepth, FlatLimits.maximumDepth + 1, FlatLimits.maximumDepth + 2, 400,
    ])
    func literalsNestAsDeepAsExpressions(_ levels: Int) throws {
        for (open, close) in [("[", "]"), ("{a: ", "}")] {
            func nest(_ content: String) -> String {
                String(repeating: open, count: levels) + content
                    + String(repeating: close, count: levels)
            }
            let (one, two) = (nest("[1]"), nest("[2]"))
            for (condition, isTrue) in [
                ("\(one) == \(one)", true), ("\(one) == \(two)", false), ("\(one) != \(two)", true),
                ("[\(one)].contains(\(one))", true), ("[\(one)].contains(\(two))", false),
                ("context.count == \(one)", false), ("\(one) == context.count", false),
            ] {
                #expect(try evaluate(condition) == .value(isTrue), "\(levels) \(open)")
            }
        }
    }

    /// A set whose policies begin with such a literal is not indexed by it, and decides.
    @Test func aLiteralThatIsNoKeyIsNotIndexed() throws {
        for (levels, isIndexed) in [
            (FlatLimits.maximumDepth - 1, true), (FlatLimits.maximumDepth + 1, false),
        ] {
            let literals = (0..<20).map {
                String(repeating: "[", count: levels) + "\($0)"
                    + String(repeating: "]", count: levels)
            }
            let rules = try ruleset(
                literals.map {
                    "permit(principal, action, resource) when { context.count == \($0) };\n"
                }.joined())
            #expect((rules.view.pathCount == 1) == isIndexed)
            let decision = try decide(rules, Scene.request, try Scene.table())
            #expect(decision == Decision(verdict: .deny(.policies), reasons: [], errors: []))
        }
    }

    /// `e is T in x` names `e` twice; its code must not double with every level.
    @Test func codeGrowsWithTheSource() throws {
        func rules(_ levels: Int) throws -> Ruleset {
            var expression = "principal"
            for _ in 0..<levels {
                expression = "(if \(expression) is User in principal then principal else principal)"
            }
            return try ruleset(
                "permit(principal, action, resource) when { \(expression) is User in principal };")
        }
        let (small, large) = (try rules(20), try rules(100))
        #expect(large.sizeBytes < small.sizeBytes * 6)
        let decision = try decide(large, Scene.request, try Scene.table())
        #expect(decision.verdict == .allow)
    }

    @Test func keepsEqualConstantsOnce() throws {
        let once = try ruleset(
            #"permit(principal, action, resource) when { context.a == "a long text, held once" };"#)
        let often = try ruleset(
            String(
                repeating:
                    #"permit(principal, action, resource) when { context.a == "a long text, held once" };"#,
                count: 2))
        let instruction = MemoryLayout<Instruction>.stride
        // Only code, the policy's entry and its name are added.
        #expect(often.sizeBytes - once.sizeBytes < 16 * instruction + 64)
    }

    static let nestings: [(String, String, String)] = [
        ("parentheses", "(", ")"), ("negations", "!(", ")"), ("sets", "[", "].isEmpty()"),
        ("conditionals", "if true then (", ") else false"),
        ("guards", "if (", ") then true else false"), ("records", "{a: ", "}.a"),
        ("conjunctions", "true && (", ")"), ("disjunctions", "false || (", ")"),
        ("comparisons", "true == (", ")"),
    ]

    /// The parser's limit on depth is also the limit on what the compiler recurses through; both
    /// must fit a thread's usual stack, and the machine must need none.
    @Test(arguments: nestings.map(\.0))
    func nestsToTheParsersLimit(_ name: String) throws {
        guard let nesting = Self.nestings.first(where: { $0.0 == name }) else { return }
        let limit = SyntaxLimits.standard.maximumDepth
        var deepest = 0
        for levels in [limit / 4, limit / 2 - 1, limit - 2, limit + 1, 10 * limit] {
            let inner = "context.flag"
            let expression =
                String(repeating: nesting.1, count: levels) + inner
                + String(repeating: nesting.2, count: levels)
            let policy = "permit(principal, action, resource) when { (\(expression)) == 1 };"
            guard let set = try? PolicySet.parse(policy) else {
                #expect(levels >= limit / 2 - 1, "\(levels) levels are refused")
                continue
            }
            #expect(levels <= limit)
            deepest = levels
            let rules = try Ruleset(set, version: 1)
            let decision = try decide(rules, Scene.request, try Scene.table())
            #expect(decision.verdict == .deny(.policies))
        }
        #expect(deepest >= limit / 4)
    }

    @Test func longChainsNeedNoDepth() throws {
        let many = 20_000
        for (operation, flag) in [("&&", "context.flag"), ("||", "!context.flag")] {
            let chain = Array(repeating: flag, count: many).joined(separator: " \(operation) ")
            let decision = try decide(
                try ruleset("permit(principal, action, resource) when { \(chain) };"),
                Scene.request, try Scene.table())
            #expect((decision.verdict == .allow) == (operation == "&&"))
        }
    }

    /// Every operand waits on the stack, so it must grow before the program runs.
    @Test func widePoliciesGetADeepStack() throws {
        let elements = (0..<5_000).map { "context.count + \($0)" }.joined(separator: ", ")
        let members = (0..<5_000).map { "k\($0): context.count + \($0)" }.joined(separator: ", ")
        let rules = try ruleset(
            """
            permit(principal, action, resource) when { [\(elements)].contains(5006) };
            permit(principal, action, resource) when { {\(members)}.k4999 == 5006 };
            permit(principal, action, resource) when { context.flag };
            """)
        let decision = try decide(rules, Scene.request, try Scene.table())
        #expect(decision.reasons == [0, 1, 2])
    }
}
