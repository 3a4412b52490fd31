import CedarSyntax
import Testing

@testable import PolicyTesting

@Suite("Coverage")
struct CoverageTests {
    /// Gaps as `id kind text: gap`, the policy's own first.
    private func gaps(_ text: String, _ tests: [TestCase]) throws -> [String] {
        let policies = try World.policies(text)
        let coverage = try policies.coverage(tests)
        var found: [String] = []
        for (index, id) in policies.ids.enumerated() {
            found += coverage.gaps(ofPolicy: index).map { "\(id): \($0.rawValue)" }
        }
        let bytes = Array(text.utf8)
        for (index, point) in coverage.points.enumerated() {
            let source = String(decoding: bytes[point.span.range], as: UTF8.self)
            found += coverage.gaps(ofPoint: index).map {
                "\(policies.ids[point.policy]) \(point.kind.rawValue) \(source): \($0.rawValue)"
            }
        }
        return found
    }

    private let scope =
        "@id(\"p\") permit (principal is User, action == Action::\"read\", resource)"

    @Test("Without tests nothing is reached")
    func nothing() throws {
        let text = "\(scope) when { resource.open };"
        #expect(
            try gaps(text, []) == ["p: never-reached", "p when resource.open: never-reached"])
        let coverage = try World.policies(text).coverage([])
        #expect(coverage.policyShare == Coverage.Share(seen: 0, all: 2))
        #expect(coverage.conditionShare == Coverage.Share(seen: 0, all: 2))
        #expect(coverage.isUnreachedWithAnother(0))
    }

    @Test("A test whose request the scope does not match reaches nothing")
    func scopes() throws {
        let text = "\(scope) when { resource.open };"
        #expect(
            try gaps(text, [World.test("r2"), World.test("ann", "edit")])
                == ["p: never-reached", "p when resource.open: never-reached"])
    }

    @Test("What tests see one way only is never the other")
    func oneWay() throws {
        let text = "\(scope) when { resource.open };"
        let (yes, no) = try (World.test(), World.test("ann", "read", "diary"))
        #expect(try gaps(text, [yes]) == ["p: never-false", "p when resource.open: never-false"])
        #expect(try gaps(text, [no]) == ["p: never-true", "p when resource.open: never-true"])
        #expect(try gaps(text, [yes, no]) == [])
        // A policy without conditions cannot be false.
        #expect(try gaps("\(scope);", [yes]) == [])
    }

    @Test("Operands right of one that decides are not reached")
    func shortCircuit() throws {
        let both = "\(scope) when { resource.open && principal.level > 2 };"
        let (open, closed) = try (World.test(), World.test("ann", "read", "diary"))
        #expect(
            try gaps(both, [closed]) == [
                "p: never-true", "p when resource.open && principal.level > 2: never-true",
                "p operand resource.open: never-true",
                "p operand principal.level > 2: never-reached",
            ])
        let either = "\(scope) when { resource.open || principal.level > 2 };"
        #expect(
            try gaps(either, [open]) == [
                "p: never-false", "p when resource.open || principal.level > 2: never-false",
                "p operand resource.open: never-false",
                "p operand principal.level > 2: never-reached",
            ])
        #expect(
            try gaps(either, [open, closed]) == [
                "p: never-false", "p when resource.open || principal.level > 2: never-false",
                "p operand principal.level > 2: never-false",
            ])
    }

    @Test("Later clauses are reached only when the earlier ones hold")
    func clauses() throws {
        let text = "\(scope) unless { resource.open } when { principal.level > 2 };"
        #expect(
            try gaps(text, [World.test()]) == [
                "p: never-true", "p unless resource.open: never-false",
                "p when principal.level > 2: never-reached",
            ])
        #expect(
            try gaps(text, [World.test("ann", "read", "diary")]) == [
                "p: never-false", "p unless resource.open: never-true",
                "p when principal.level > 2: never-false",
            ])
    }

    @Test("Below `!` and in `if` operands and branches count")
    func nested() throws {
        let text = """
            \(scope) when {
              if resource.open then !(principal.level > 2 && context.at > 5) else context.at > 5
            };
            """
        let coverage = try World.policies(text).coverage([World.test()])
        #expect(
            coverage.points.map(\.kind) == [
                .when, .guardian, .branch, .operand, .operand, .branch,
            ])
        #expect(coverage.conditions.map(\.reached) == [1, 1, 1, 1, 1, 0])
        #expect(coverage.conditions.map(\.wasTrue) == [0, 1, 0, 1, 1, 0])
        #expect(coverage.conditions.map(\.wasFalse) == [1, 0, 1, 0, 0, 0])
        #expect(!coverage.isUnreachedWithAnother(5))
    }

    @Test("What errors is reached, and neither true nor false")
    func errors() throws {
        let text = "\(scope) when { principal.mail == \"a\" && resource.open };"
        let tests = [try World.test("bob")]
        #expect(
            try gaps(text, tests) == [
                "p: never-true",
                "p when principal.mail == \"a\" && resource.open: never-true",
                "p when principal.mail == \"a\" && resource.open: never-false",
                "p operand principal.mail == \"a\": never-true",
                "p operand principal.mail == \"a\": never-false",
                "p operand resource.open: never-reached",
            ])
    }

    @Test("A share is rounded down, and reaches a minimum exactly")
    func shares() {
        let share = Coverage.Share(seen: 199, all: 200)
        #expect(share.percent == 99)
        #expect(share.reaches(99) && !share.reaches(100))
        #expect(Coverage.Share(seen: 3, all: 4).reaches(75))
        #expect(!Coverage.Share(seen: 3, all: 4).reaches(76))
        #expect(Coverage.Share().percent == 100 && Coverage.Share().reaches(100))
    }
}
