import SeededNumbers
import CedarEngine
import CedarSyntax
import Testing

@Suite struct OperatorTests {
    static let typeErrors = ExpressionRow.rows(
        .fault(.typeError),
        [
            "1", #""true""#, "principal", "[]", "{}", "context", #"ip("::1")"#,
            "!1", #"!"a""#, "!!principal", "-true == 1", #"-(context.name) == 1"#,
            "-(context.price) == 1", "-(context.span) == 1",
            "1 && true", "true && 1", "false || 1", "1 || true", "true && (1 || true)",
            "true && true && 1", "false || false || principal", "true && []",
            "if 1 then true else true", "if true then 1 else true", "if false then true else 1",
            "1 < true", "true < true", #""a" < "b""#, "principal < principal", "[] < []",
            "context.price < context.price", "context.at < context.span", "context.span < 1",
            "1 < context.at", "1 <= \"a\"", "true > 1", "context.price >= context.price",
            "1 + true == 1", #""a" + "b" == "ab""#, "true + 1 == 1", "1 - [] == 1",
            "1 * context.price == 1", "context.span + context.span == context.span",
            "1 in principal", "principal in 1", #""a" in [principal]"#, "[principal] in principal",
            #"principal in [User::"alice", 1]"#, #"principal in [1, User::"alice"]"#,
            #"principal in [Group::"staff", "a"]"#, "principal in context.numbers",
            "principal in {}", #"principal in [[User::"alice"]]"#,
            "1 is User", "context is User", #""User" is User"#, "1 is User in principal",
            "principal is User in 1", #"principal is User in [User::"alice", 1]"#,
            "1 has a", #""a" has a"#, "true has a", "[] has a", #"ip("::1") has a"#,
            "context.count has a.b", "context has count.b", "context has inner.n.x",
            "principal has age.b", "principal has manager.age.b", "context has numbers.x.y",
            "1.a == 1", #""a".b == 1"#, "[1].a == 1", "context.count.a == 1",
            "context.price.a == 1",
            #"1 like "a""#, #"principal like "a""#, #"[] like "*""#, #"context.at like "*""#,
            "1.contains(1)", "context.contains(1)", #""a".contains("a")"#,
            "principal.contains(1)", "1.containsAll([])", "[].containsAll(1)",
            "[].containsAny(context)", "context.containsAny([])", "1.isEmpty()",
            #""".isEmpty()"#, "{}.isEmpty()",
            #"1.hasTag("a")"#, "principal.hasTag(1)", "principal.hasTag(principal)",
            #"context.hasTag("a")"#, #"1.getTag("a") == 1"#, "principal.getTag(1) == 1",
            #"User::"nobody".hasTag(1)"#, #"User::"nobody".getTag(1) == 1"#,
        ])

    static let otherFaults =
        ExpressionRow.rows(
            .fault(.missingAttribute),
            [
                "context.absent", "principal.absent", "{}.a", #"{a: 1}["b"] == 1"#,
                "context.inner.deep.absent == 1", "principal.role == 1",
                "context.absent in principal", "context.absent == context.absent",
            ])
        + ExpressionRow.rows(
            .fault(.missingEntity),
            [
                #"User::"nobody".age == 1"#, "context.ghost.age == 1",
                #"User::"nobody".getTag("a") == 1"#, "principal.ghost.x.y == 1",
            ])
        + ExpressionRow.rows(
            .fault(.missingTag),
            [#"principal.getTag("absent") == 1"#, #"principal.getTag("age") == 1"#])
        + ExpressionRow.rows(
            .fault(.overflow),
            [
                "context.most + 1 == 0", "context.least - 1 == 0", "context.least + -1 == 0",
                "context.most * 2 == 0", "context.least * -1 == 0", "-context.least == 0",
                "--9223372036854775808 == 0", "0 - context.least == 0",
                "context.most - -1 == 0", "4294967296 * 2147483648 == 0",
            ])
        // All operands are evaluated before one is checked.
        + ExpressionRow.rows(
            .fault(.missingAttribute),
            [
                "1 < context.absent", "true + context.absent == 1", "1 in context.absent",
                "1.contains(context.absent)", "1.hasTag(context.absent)",
                "[1, context.absent] == 1", "{a: 1, b: context.absent} == 1",
                "ip(1, context.absent) == 1", "1.isInRange(context.absent)",
            ])
        + ExpressionRow.rows(.fault(.overflow), ["1 in [User::\"alice\", context.most + 1]"])

    static let shortCircuits =
        ExpressionRow.rows(
            .value(true),
            [
                "true || context.absent", "true || 1", "false || true || 1",
                "if true then true else context.absent", "if false then 1 else true",
                "!(false && context.absent)", "(1 == 1) || (1 + true == 2)",
                "if context.flag then context.flag else 1 + true",
            ])
        + ExpressionRow.rows(
            .value(false),
            [
                "false && context.absent", "false && 1", "true && false && 1",
                "principal is Group in context.absent", "principal is Group in 1",
                #"User::"nobody" is Group in context.absent"#,
                "(principal is Group in context.absent) && context.absent",
            ])
        + ExpressionRow.rows(
            .fault(.missingAttribute),
            [
                "true && context.absent", "false || context.absent", "context.absent && false",
                "context.absent || true", "if context.absent then true else true",
                "if true then context.absent else true", "principal is User in context.absent",
                "context.absent is User in principal",
            ])

    static let equality =
        ExpressionRow.rows(
            .value(true),
            [
                "1 == 1", "1 != 2", #"1 != "1""#, "true != 1", #"principal == User::"alice""#,
                #"principal != "alice""#, "[] != {}", "[1, 2, 2] == [2, 1]",
                "[[1], []] == [[], [1]]",
                "{a: 1, b: 2} == {b: 2, a: 1}", "context.tags == [\"b\", \"a\"]",
                #"decimal("1.0") == decimal("1.0000")"#, #"decimal("1.0") != 1"#,
                #"duration("1h") == duration("60m")"#, #"duration("1ms") != 1"#,
                #"datetime("2024-01-01T00:00:00+0100") == datetime("2023-12-31T23:00:00Z")"#,
                #"ip("10.0.0.1") == ip("10.0.0.1/32")"#, #"ip("10.0.0.1/24") != ip("10.0.0.0/24")"#,
                #"ip("::ffff:10") != ip("0.0.0.10")"#, #""é" != "e\u{301}""#, #""é" == "\u{e9}""#,
                // Made while deciding, and constants.
                #"[principal, 1] == [1, User::"alice"]"#, "[1 + 1, 2] == [2]",
                #"{a: principal} == {a: User::"alice"}"#, "[1 + 1, 3].contains(2)",
                #"{a: {b: [context.count, 7]}} == {a: {b: [7]}}"#,
                "[context.flag, !context.flag] == [false, true]",
                #"[context.price] == [decimal("1.23")]"#,
                #"[context.at, context.span] == [duration("1h"), datetime("1970-01-02")]"#,
                #"[context.address] == [ip("10.0.0.1")]"#,
                #"[{a: principal}].contains({a: User::"alice"})"#,
                #"[[principal]].contains([User::"alice"])"#,
                "context.inner == {n: 1 + 1, deep: {leaf: 2 - 1}}", "[context].contains(context)",
            ])

    static let comparison =
        ExpressionRow.rows(
            .value(true),
            [
                "1 < 2", "2 <= 2", "3 > 2", "3 >= 3", "context.least < context.most",
                "context.least < -1", "-1 < 0",
                #"datetime("1969-12-31") < datetime("1970-01-01")"#, "context.at >= context.at",
                #"duration("-1ms") < duration("0ms")"#, "context.span > duration(\"59m\")",
            ])
        + ExpressionRow.rows(
            .value(false), ["2 < 1", "2 < 2", "1 > 1", "context.most <= context.least"])

    static let arithmetic = ExpressionRow.rows(
        .value(true),
        [
            "1 + 2 * 3 == 7", "context.most + context.least == -1", "-(3) == 0 - 3",
            "context.least + 0 == -9223372036854775808", "context.most - context.most == 0",
            "context.most * 1 == 9223372036854775807", "context.least * 1 == context.least",
            "context.least - context.least == 0", "-context.most == context.least + 1",
            "3037000499 * 3037000499 > 0", "context.most * -1 == context.least + 1",
        ])

    static let membership =
        ExpressionRow.rows(
            .value(true),
            [
                "principal in principal", #"principal in Group::"staff""#,
                #"principal in Group::"all""#, #"principal in Group::"absentRoot""#,
                #"principal in Group::"unlisted""#, #"User::"nobody" in User::"nobody""#,
                #"User::"nobody" in [User::"x", User::"nobody"]"#,
                #"principal in [Group::"none", Group::"all"]"#,
                "principal in context.groups", #"principal in [Group::"absentRoot"]"#,
                #"action in Action::"read""#, "principal in [resource, principal]",
                #"principal is User in Group::"all""#, #"principal is User in [Group::"staff"]"#,
                #"context.ghost is User"#,
                "(if context.flag then principal else 1) is User in principal",
            ])
        + ExpressionRow.rows(
            .value(false),
            [
                "principal in []", #"principal in Group::"none""#, #"principal in [Group::"none"]"#,
                #"User::"nobody" in Group::"staff""#, #"Group::"staff" in principal"#,
                #"User::"nobody" in []"#, #"Group::"absentRoot" in Group::"all""#,
                "principal is Group", "principal is Users", "principal is NS::User",
                #"principal is User in Group::"none""#, "principal is User in []",
                #"User::"Alice" == principal"#,
            ])

    static let attributes =
        ExpressionRow.rows(
            .value(true),
            [
                "principal.age == 30", "principal.manager.age == 40", "principal has age",
                #"principal has "age""#, "principal has manager.age", "context has inner.deep.leaf",
                "principal has home.city", "context has flag", "resource.owner == principal",
                #"principal.home.city == "Bern""#, #"{"a b": 1}["a b"] == 1"#,
                "context.inner.deep.leaf == 1", "{a: {b: 1}} has a.b",
                #"principal.getTag("role") == "admin""#, #"principal.hasTag("role")"#,
                #"principal.getTag(if context.flag then "level" else "x") == 3"#,
            ])
        + ExpressionRow.rows(
            .value(false),
            [
                "principal has absent", "principal has role", "principal has absent.a.b",
                #"User::"nobody" has age"#, "context has ghost.age", "context.ghost has age.b",
                "principal has ghost.age", "context has absent.x", "{} has a", "{a: {}} has a.b",
                "context has inner.absent.leaf", #"principal.hasTag("age")"#,
                #"principal.hasTag("absent")"#, #"User::"nobody".hasTag("a")"#,
                #"context has """#,
            ])

    static let sets =
        ExpressionRow.rows(
            .value(true),
            [
                "[1, 2].contains(1)", "[].isEmpty()", "[1].containsAll([])", "[].containsAll([])",
                "[1, 2, 3].containsAll([3, 1])", "[1, 2].containsAny([5, 2])",
                "[[1], 2].contains([1])", "[{a: 1}].contains({a: 1})",
                "context.tags.contains(\"a\")",
                #"[principal].contains(User::"alice")"#, "[true].contains(context.flag)",
                #"[decimal("1.0")].contains(decimal("1.00"))"#,
                #"[ip("::1")].contains(ip("::1/128"))"#,
                #"[duration("1h")].contains(context.span)"#, "[1, true].containsAll([true])",
                #"[datetime("1970-01-02")].contains(context.at)"#,
            ])
        + ExpressionRow.rows(
            .value(false),
            [
                "[].contains(1)", "[1].contains(true)", "[true].contains(1)", "[1].isEmpty()",
                "[1].containsAll([1, 2])", "[].containsAny([])", "[1].containsAny([])",
                "[1, 2].containsAny([3])", #"["1"].contains(1)"#, "[[1]].contains(1)",
                #"[duration("1ms")].contains(1)"#, #"[decimal("0.0001")].contains(1)"#,
                #"[datetime("1970-01-01")].contains(duration("0ms"))"#,
            ])

    @Test(arguments: typeErrors + otherFaults)
    func refuses(_ row: ExpressionRow) throws {
        #expect(try evaluate(row.expression) == row.expected)
    }

    @Test(arguments: shortCircuits)
    func skipsOperands(_ row: ExpressionRow) throws {
        #expect(try evaluate(row.expression) == row.expected)
    }

    @Test(arguments: equality + comparison + arithmetic)
    func computes(_ row: ExpressionRow) throws {
        #expect(try evaluate(row.expression) == row.expected)
    }

    @Test(arguments: membership + attributes + sets)
    func reads(_ row: ExpressionRow) throws {
        #expect(try evaluate(row.expression) == row.expected)
    }

    /// Every value in a constant position equals and hashes like the same value made while deciding.
    @Test func madeValuesEqualConstants() throws {
        for (made, constant) in [
            ("1 + 0", "1"), (#"ip("10.0.0.1")"#, "context.address"),
            ("[context.count, 7, 3 + 4]", "[7]"), ("{a: context.count}", "{a: 7}"),
            ("{b: 2, a: context.count}", "{a: 7, b: 2}"),
            ("[[principal], []]", #"[[], [User::"alice"]]"#),
            ("!context.flag", "false"), ("{}", "{}"),
        ] {
            #expect(try evaluate("(\(made)) == (\(constant))") == .value(true))
            #expect(try evaluate("[\(made)].contains(\(constant))") == .value(true))
            #expect(try evaluate("[\(constant)].contains(\(made))") == .value(true))
            #expect(try evaluate("[\(constant), \(made)] == [\(constant)]") == .value(true))
            #expect(try evaluate("{x: \(made)} == {x: \(constant)}") == .value(true))
        }
    }
}
