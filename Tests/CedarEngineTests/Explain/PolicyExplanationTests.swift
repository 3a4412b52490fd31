@testable import CedarEngine
import CedarSyntax
import Testing

@Suite struct PolicyExplanationTests {
    private func explain(_ policies: String) throws -> RulesExplanation {
        try Ruleset.explanation(of: try PolicySet.parse(policies)) { _ in true }
    }

    private func explain(one policy: String) throws -> PolicyExplanation {
        try #require(try explain(policy).policies.first)
    }

    /// So many policies with the same scope that an attribute pays.
    private func crowd(_ condition: (Int) -> String, count: Int = 40) -> String {
        (0..<count).map {
            "permit(principal, action == Action::\"view\", resource) when { \(condition($0)) };\n"
        }.joined()
    }

    private func text(_ key: PolicyExplanation.Key) -> String {
        switch key {
        case .none: "none"
        case .never: "never"
        case .entity(let variable, let uid): "\(variable) == \(uid)"
        case .ancestor(let variable, let uids): "\(variable) in \(uids)"
        case .attribute(let path, let value, let isGuarded):
            "\(path) == \(value.text)\(isGuarded ? " guarded" : "")"
        }
    }

    @Test(arguments: [
        ("principal, action, resource", "none", nil),
        ("principal, action in [], resource", "never", nil),
        ("principal is User, action, resource", "none", nil),
        (
            #"principal, action == Action::"a", resource"#, #"action == Action::"a""#,
            #"action == Action::"a""#
        ),
        (
            #"principal, action in [Action::"a", Action::"b"], resource"#,
            #"action in [Action::"a", Action::"b"]"#, #"action in [Action::"a", Action::"b"]"#
        ),
        (
            #"principal in G::"g", action == Action::"a", resource == R::"r""#,
            #"resource == R::"r""#, #"resource == R::"r""#
        ),
        (
            #"principal is U in G::"g", action, resource"#, #"principal in [G::"g"]"#,
            #"principal in G::"g""#
        ),
    ])
    func tellsTheKeyOfAScope(_ scope: String, _ key: String, _ proved: String?) throws {
        let found = try explain(one: "permit(\(scope));")
        #expect(text(found.key) == key)
        #expect(found.proved == proved)
    }

    @Test func tellsWhatIsAskedBesideTheKey() throws {
        let found = try explain(
            one: #"permit(principal is U in G::"g", action, resource is R);"#)
        #expect(found.demands == ["principal is U", "resource is R"])
        let attribute = try explain(crowd { "context.a == \($0)" })
        #expect(text(attribute.policies[3].key) == "context.a == 3")
        #expect(attribute.policies[3].demands == [#"action == Action::"view""#])
        #expect(attribute.policies[3].companions == 1)
        #expect(attribute.policies[3].advice == nil)
        #expect(attribute.paths.map(\.path) == ["context.a"])
        #expect(attribute.paths.map(\.policies) == [40])
        #expect(attribute.generalCount == 0)
        let guarded = try explain(crowd { #"context has "a b" && context["a b"] == \#($0)"# })
        #expect(text(guarded.policies[3].key) == #"context["a b"] == 3 guarded"#)
    }

    @Test func advises() throws {
        func advice(_ policies: String) throws -> String {
            switch try explain(policies).policies[0].advice {
            case nil: "none"
            case .nameAnEntity: "name"
            case .attributeDoesNotPay(let path): "does not pay: \(path)"
            case .beginWith(let equality, let before): "begin with \(equality) before \(before)"
            }
        }
        #expect(try advice("permit(principal, action, resource);") == "name")
        #expect(try advice(#"permit(principal, action, resource == R::"r");"#) == "none")
        #expect(try advice("permit(principal, action in [], resource);") == "none")
        #expect(try advice(crowd { "context.n > \($0)" }) == "name")
        #expect(try advice(crowd({ "context.a == \($0)" }, count: 3)) == "does not pay: context.a")
        #expect(try advice(crowd { _ in "context.a == 1" }) == "does not pay: context.a")
        #expect(
            try advice(crowd { "context.n > 0 && context.a == \($0)" })
                == "begin with context.a == 0 before context.n > 0")
        #expect(
            try advice(
                "permit(principal, action, resource) unless { context.n } when { context.a == 1 };")
                == "begin with context.a == 1 before unless")
        let same = #"permit(principal, action, resource == R::"r") when { context.n };"#
        #expect(try advice(String(repeating: same, count: 15)) == "none")
        #expect(try advice(String(repeating: same, count: 16)) == "name")
    }

    @Test(arguments: [
        ("context.a", []), ("1 == 1", ["1 == 1 is true"]), ("true", []),
        ("!true", ["!true is false"]),
        ("context.a && false && context.b", ["context.b never"]),
        ("context.a || true || context.b || context.c", ["context.b never", "context.c never"]),
        ("context.a || false || context.b", []),
        ("if 1 < 2 then context.a else context.b", ["1 < 2 is true", "context.b never"]),
        ("context.a == 1 + 2 * 3", ["1 + 2 * 3 is 7"]),
        ("1 + 9223372036854775807 == context.a", []),
        (#"ip("1.1.1.1").isIpv4() && context.a"#, [#"ip("1.1.1.1").isIpv4() is true"#]),
    ])
    func tellsWhatWasWorkedOut(_ condition: String, _ expected: [String]) throws {
        let found = try explain(
            one: "permit(principal, action, resource) when { \(condition) };")
        let texts = found.folded.map { folding in
            switch folding.outcome {
            case .value(let value): "\(folding.expression) is \(value.text)"
            case .neverEvaluated: "\(folding.expression) never"
            }
        }
        #expect(texts == expected)
    }

    @Test(arguments: [
        ("true", ["true", "end"]),
        ("context.a > 1", ["context.a", "> 1", "end"]),
        (
            #"context["a b"] has c.d"#,
            [
                #"context["a b"]"#, "its .c; when it is missing, false and go to 3", "has d", "end",
            ]
        ),
        ("principal in resource.r", ["principal in resource.r", "end"]),
        ("resource.o != principal", ["resource.o != principal", "end"]),
        ("resource.o.contains(principal)", ["resource.o.contains(principal)", "end"]),
        ("resource has o", ["resource has o", "end"]),
        (#"context.a like "x*\**""#, ["context.a", #"like "x*\**""#, "end"]),
        (
            #"principal is U in G::"g""#,
            [
                "principal", "is U: go to 3, else false", "go to 5", #"G::"g""#,
                "in of the last two",
                "end",
            ]
        ),
        (
            "context.a || context.b",
            [
                "context.a", "if true go to 4", "context.b", "must be a bool", "end",
            ]
        ),
        (
            "if context.a then context.b else !context.c",
            [
                "context.a", "if false go to 4", "context.b", "go to 6", "context.c",
                "! of the last",
                "must be a bool", "end",
            ]
        ),
        (
            "[context.a].containsAny([1])",
            [
                "context.a", "a set of the last 1", "containsAny [1]", "end",
            ]
        ),
        (
            "{b: context.a}.b",
            [
                "context.a", "a record of the last 1: b", "its .b", "must be a bool", "end",
            ]
        ),
        (
            #"context.a.isInRange(ip("10.0.0.0/8"))"#,
            [
                "context.a", #"ip("10.0.0.0/8")"#, "isInRange of the last 2", "end",
            ]
        ),
    ])
    func listsTheProgram(_ condition: String, _ expected: [String]) throws {
        let found = try explain(
            one: "permit(principal, action, resource) when { \(condition) };")
        #expect(found.program.map(\.text) == expected)
        #expect(found.program.map(\.number) == Array(0..<expected.count))
    }

    /// Jumps are told by the steps of the program, wherever it lies.
    @Test func listsEachProgramFromItsOwnStart() throws {
        let all = try explain(crowd { _ in "context.a && (context.b || context.c)" })
        #expect(Set(all.policies.map { $0.program.map(\.text) }).count == 1)
        #expect(all.policies[7].program.contains { $0.text.hasPrefix("shared value 0, which 40") })
        #expect(all.sharedCount == 1)
    }

    @Test func longValuesAreCutOff() throws {
        for (length, isCut) in [(98, false), (99, true)] {
            let literal = String(repeating: "x", count: length)
            let found = try explain(
                one: "permit(principal, action, resource) when { context.a < \"\(literal)\" };")
            let text = try #require(found.program.dropFirst().first).text
            #expect(text.hasSuffix("...") == isCut)
            #expect(text.count <= 102)
        }
    }

    @Test func explainsOnlyWhatIsAskedFor() throws {
        let set = try PolicySet.parse(crowd { "context.n > \($0)" })
        let found = try Ruleset.explanation(of: set) { $0 == "policy3" }
        #expect(found.policies.map(\.id) == ["policy3"])
        #expect(found.policyCount == 40)
        #expect(try found.sizeBytes == Ruleset(set, version: 1).sizeBytes)
        #expect(found.policies[0].companions == 40)
        let none = try Ruleset.explanation(of: PolicySet(members: [])) { _ in true }
        #expect(none.policies.isEmpty && none.policyCount == 0)
    }

    @Test func costsGrowWithTheConditions() throws {
        let costs = try ["true", "context.a", "context.a && context.b == 1"].map {
            try explain(one: "permit(principal, action, resource) when { \($0) };").cost
        }
        #expect(costs[0] == 0)
        #expect(costs[0] < costs[1] && costs[1] < costs[2])
    }
}
