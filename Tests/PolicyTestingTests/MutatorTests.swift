import CedarSyntax
import Testing

@testable import PolicyTesting

@Suite("Mutator")
struct MutatorTests {
    /// Each mutation as `kind: source → replacement`, and the policy it makes on one line.
    private func mutations(of text: String) throws -> [(change: String, policy: String)] {
        let policy = try World.policy(text)
        let bytes = Array(text.utf8)
        return try Mutator.mutations(of: policy, index: 0).map { mutation in
            let source = String(decoding: bytes[mutation.span.range], as: UTF8.self)
            let made = try mutation.applied(to: policy).cedarText()
            return (
                "\(mutation.kind.rawValue): \(source) → \(mutation.replacement)",
                made.split(separator: "\n").joined(separator: " ")
            )
        }
    }

    private func check(
        _ text: String, _ expected: [(String, String)],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let found = try mutations(of: text)
        #expect(found.map(\.change) == expected.map(\.0), sourceLocation: sourceLocation)
        #expect(found.map(\.policy) == expected.map(\.1), sourceLocation: sourceLocation)
    }

    @Test("A policy for everything has only its effect to lose")
    func bare() throws {
        try check(
            "@note(\"permit\") permit (principal, action, resource);",
            [
                (
                    "drop-policy: permit → ",
                    "@note(\"permit\") permit (principal, action, resource) when { false };"
                ),
                (
                    "flip-effect: permit → forbid",
                    "@note(\"permit\") forbid (principal, action, resource);"
                ),
            ])
    }

    @Test("Every part of a scope is widened, and actions are dropped from lists")
    func scopes() throws {
        try check(
            #"forbid (principal == U::"a", action == Action::"x", resource is R in G::"g");"#,
            [
                (
                    "drop-policy: forbid → ",
                    #"forbid (principal == U::"a", action == Action::"x", resource is R in G::"g") "#
                        + "when { false };"
                ),
                (
                    "flip-effect: forbid → permit",
                    #"permit (principal == U::"a", action == Action::"x", resource is R in G::"g");"#
                ),
                (
                    #"widen-scope: principal == U::"a" → principal in U::"a""#,
                    #"forbid (principal in U::"a", action == Action::"x", resource is R in G::"g");"#
                ),
                (
                    #"widen-scope: principal == U::"a" → principal"#,
                    #"forbid (principal, action == Action::"x", resource is R in G::"g");"#
                ),
                (
                    #"widen-scope: action == Action::"x" → action in Action::"x""#,
                    #"forbid (principal == U::"a", action in Action::"x", resource is R in G::"g");"#
                ),
                (
                    #"widen-scope: action == Action::"x" → action"#,
                    #"forbid (principal == U::"a", action, resource is R in G::"g");"#
                ),
                (
                    #"widen-scope: resource is R in G::"g" → resource is R"#,
                    #"forbid (principal == U::"a", action == Action::"x", resource is R);"#
                ),
                (
                    #"widen-scope: resource is R in G::"g" → resource in G::"g""#,
                    #"forbid (principal == U::"a", action == Action::"x", resource in G::"g");"#
                ),
            ])
        let list = #"action in [Action::"x", Action::"y"]"#
        #expect(
            try mutations(of: "permit (principal is U, \(list), resource in G::\"g\");")
                .map(\.change) == [
                    "drop-policy: permit → ", "flip-effect: permit → forbid",
                    "widen-scope: principal is U → principal",
                    #"drop-action: \#(list) → action in [Action::"y"]"#,
                    #"drop-action: \#(list) → action in [Action::"x"]"#,
                    "widen-scope: \(list) → action",
                    #"widen-scope: resource in G::"g" → resource"#,
                ])
        #expect(
            try mutations(of: #"permit (principal, action in [Action::"x"], resource);"#)
                .map(\.change) == [
                    "drop-policy: permit → ", "flip-effect: permit → forbid",
                    #"widen-scope: action in [Action::"x"] → action"#,
                ])
    }

    @Test("Clauses and operands at any depth are dropped and negated")
    func conditions() throws {
        let head = "permit (principal, action, resource)"
        let found = try mutations(
            of: "\(head) when { context.a && !(context.b || context.c) } unless { context.d };"
        ).dropFirst(2)
        let rest = "unless { context.d };"
        let expected = [
            (
                "drop-condition: when { context.a && !(context.b || context.c) } → ",
                "\(head) \(rest)"
            ),
            (
                "negate-condition: when { context.a && !(context.b || context.c) } → "
                    + "unless { context.a && !(context.b || context.c) }",
                "\(head) unless { context.a && !(context.b || context.c) } \(rest)"
            ),
            (
                "swap-connective: context.a && !(context.b || context.c) → "
                    + "context.a || !(context.b || context.c)",
                "\(head) when { context.a || !(context.b || context.c) } \(rest)"
            ),
            (
                "drop-operand: context.a → ",
                "\(head) when { !(context.b || context.c) } \(rest)"
            ),
            (
                "negate-operand: context.a → !context.a",
                "\(head) when { !context.a && !(context.b || context.c) } \(rest)"
            ),
            (
                "drop-operand: !(context.b || context.c) → ",
                "\(head) when { context.a } \(rest)"
            ),
            (
                "negate-operand: !(context.b || context.c) → context.b || context.c",
                "\(head) when { context.a && (context.b || context.c) } \(rest)"
            ),
            (
                "swap-connective: (context.b || context.c) → context.b && context.c",
                "\(head) when { context.a && !(context.b && context.c) } \(rest)"
            ),
            ("drop-operand: context.b → ", "\(head) when { context.a && !context.c } \(rest)"),
            (
                "negate-operand: context.b → !context.b",
                "\(head) when { context.a && !(!context.b || context.c) } \(rest)"
            ),
            ("drop-operand: context.c → ", "\(head) when { context.a && !context.b } \(rest)"),
            (
                "negate-operand: context.c → !context.c",
                "\(head) when { context.a && !(context.b || !context.c) } \(rest)"
            ),
            (
                "drop-condition: unless { context.d } → ",
                "\(head) when { context.a && !(context.b || context.c) };"
            ),
            (
                "negate-condition: unless { context.d } → when { context.d }",
                "\(head) when { context.a && !(context.b || context.c) } when { context.d };"
            ),
        ]
        #expect(found.map(\.change) == expected.map(\.0))
        #expect(found.map(\.policy) == expected.map(\.1))
    }

    @Test(
        "Inside a condition boundaries, constants, sets, type tests and `if` are changed",
        arguments: [
            ("context.n < 5", ["context.n <= 5", "context.n < 6", "context.n < 4"]),
            ("context.n <= 5", ["context.n < 5", "context.n <= 6", "context.n <= 4"]),
            ("context.n > context.m", ["context.n >= context.m"]),
            ("context.n >= context.m", ["context.n > context.m"]),
            (
                "context.n == 9223372036854775807", ["context.n == 9223372036854775806"]
            ),
            (
                "context.n == -9223372036854775808", ["context.n == -9223372036854775807"]
            ),
            ("context.b == true", ["context.b == false"]),
            ("context.s == \"a\"", ["context.s == \"\""]),
            ("context.s == \"\"", ["context.s == \"x\""]),
            (
                "context.d == decimal(\"30.0\")",
                ["context.d == decimal(\"30.1\")", "context.d == decimal(\"29.9\")"]
            ),
            (
                "context.d == decimal(\"-0.05\")",
                ["context.d == decimal(\"-0.04\")", "context.d == decimal(\"-0.06\")"]
            ),
            (
                "context.d == decimal(\"922337203685477.5807\")",
                ["context.d == decimal(\"922337203685477.5806\")"]
            ),
            (
                "context.d == duration(\"1h5m\")",
                ["context.d == duration(\"1h6m\")", "context.d == duration(\"1h4m\")"]
            ),
            (
                "context.d == duration(\"7ms\")",
                ["context.d == duration(\"8ms\")", "context.d == duration(\"6ms\")"]
            ),
            (
                "context.d == datetime(\"2024-02-29\")",
                [
                    "context.d == datetime(\"2024-03-01\")",
                    "context.d == datetime(\"2024-02-28\")",
                ]
            ),
            (
                "context.d == datetime(\"2024-02-29T23:59:59Z\")",
                [
                    "context.d == datetime(\"2024-03-01\")",
                    "context.d == datetime(\"2024-02-29T23:59:58Z\")",
                ]
            ),
            ("context.d == datetime(\"9999-12-31\")", ["context.d == datetime(\"9999-12-30\")"]),
            // Not valid: it errors as it stands.
            ("context.d == duration(\"soon\")", []),
            ("context.a == ip(\"10.0.0.0/8\")", []),
            (
                "context.s like \"CASE-*:*\"",
                ["context.s like \"CASE*:*\"", "context.s like \"CASE-**\""]
            ),
            ("context.s like \"CASE\"", []),
            ("context.d.lessThan(context.e)", ["context.d.lessThanOrEqual(context.e)"]),
            ("context.d.greaterThanOrEqual(context.e)", ["context.d.greaterThan(context.e)"]),
            ("context.s.containsAll(context.t)", ["context.s.containsAny(context.t)"]),
            ("context.s.containsAny(context.t)", ["context.s.containsAll(context.t)"]),
            (
                "[resource, principal].contains(context.u)",
                ["[principal].contains(context.u)", "[resource].contains(context.u)"]
            ),
            ("[resource].contains(context.u)", []),
            (
                "principal is U in context.g", ["principal is U", "principal in context.g"]
            ),
            (
                "if context.a then context.b else context.c",
                ["if !context.a then context.b else context.c"]
            ),
            (
                "{k: [principal, {l: context.n < context.m}]} == context.r",
                [
                    "{k: [{l: context.n < context.m}]} == context.r",
                    "{k: [principal]} == context.r",
                    "{k: [principal, {l: context.n <= context.m}]} == context.r",
                ]
            ),
        ])
    func expressions(_ body: String, _ expected: [String]) throws {
        let head = "permit (principal, action, resource)"
        let found = try mutations(of: "\(head) when { \(body) };").dropFirst(4)
        func normal(_ body: String) throws -> String { try Expression.parse(body).cedarText() }
        #expect(try found.map(\.policy) == expected.map { "\(head) when { \(try normal($0)) };" })
    }

    @Test("An expression as deep as the limit and a long chain are mutated")
    func large() throws {
        let depth = SyntaxLimits.standard.maximumDepth
        let deep =
            String(repeating: "(", count: depth - 2) + "context.n < context.m"
            + String(repeating: ")", count: depth - 2)
        let nested = (0..<depth / 4).reduce("context.n < context.m") { body, _ in
            "!(context.a && \(body))"
        }
        let chain = Array(repeating: "context.a", count: 2000).joined(separator: " && ")
        for (body, count) in [(deep, 5), (nested, 5 + 5 * (depth / 4)), (chain, 5 + 4000)] {
            let policy = try World.policy("permit (principal, action, resource) when { \(body) };")
            let mutations = Mutator.mutations(of: policy, index: 0)
            #expect(mutations.count == count)
            #expect(mutations.last?.applied(to: policy).conditions.count == 1)
        }
    }
}
