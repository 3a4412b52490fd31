import CedarSyntax
import CedarTestSupport
import Testing

/// An expression and what it must give: a fault, or the value of another expression.
struct EvaluationRow: CustomTestStringConvertible, Sendable {
    var source: String
    var fault: TreeFault?
    var value: String?

    static func fails(_ fault: TreeFault, _ sources: [String]) -> [EvaluationRow] {
        sources.map { EvaluationRow(source: $0, fault: fault) }
    }

    static func gives(_ value: String, _ sources: [String]) -> [EvaluationRow] {
        sources.map { EvaluationRow(source: $0, value: value) }
    }

    var testDescription: String { source }
}

/// One table per operator; refusals come first.
@Suite struct TreeEvaluatorTests {
    /// `User::"a"` is below `G::"g"` twice over, and below `G::"absent"`, which is not in the store.
    private static let entities = PlainEntities([
        EntityUID(type: "User", id: "a"): PlainEntity(
            attributes: [
                "n": .long(1), "s": .string("x"), "self": .entity(EntityUID(type: "User", id: "a")),
                "r": .record([("a", .long(1)), ("odd key", .bool(true))]),
                "gone": .entity(EntityUID(type: "User", id: "absent")),
            ],
            tags: ["t": .long(5), "": .bool(true), "e\u{301}": .long(1)],
            parents: [EntityUID(type: "G", id: "h"), EntityUID(type: "G", id: "i")]),
        EntityUID(type: "G", id: "h"): PlainEntity(parents: [EntityUID(type: "G", id: "g")]),
        EntityUID(type: "G", id: "i"): PlainEntity(parents: [EntityUID(type: "G", id: "g")]),
        EntityUID(type: "G", id: "g"): PlainEntity(parents: [EntityUID(type: "G", id: "absent")]),
    ])

    private static let evaluator = TreeEvaluator(
        request: TreeRequest(
            principal: EntityUID(type: "User", id: "a"),
            action: EntityUID(type: "Action", id: "view"),
            resource: EntityUID(type: "Doc", id: "absent"),
            context: [("n", .long(2)), ("inner", .record([("m", .bool(true))]))]),
        entities: entities)

    private func check(_ row: EvaluationRow) throws {
        let expression = try Expression.parse(row.source)
        if let fault = row.fault {
            #expect(throws: fault) { try Self.evaluator.value(of: expression) }
        }
        if let value = row.value {
            let expected = try Self.evaluator.value(of: Expression.parse(value))
            let actual = try Self.evaluator.value(of: expression)
            #expect(actual.isEqual(to: expected), "got \(actual)")
        }
    }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError,
            [
                "1 && true", "true && 1", "true && true && \"a\"", "(true && 1) || true",
                "!(false || 1)",
            ])
            + EvaluationRow.fails(.overflow, ["9223372036854775807 + 1 == 1 && false"])
            + EvaluationRow.gives(
                "false",
                [
                    "false && 1", "false && principal.absent", "true && false && 1",
                    "true && (false && 1)", "1 == 2 && true",
                ])
            + EvaluationRow.gives("true", ["true && true", "true && true && 1 == 1"]))
    func and(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError, ["1 || true", "false || 1", "false || false || []", "{} || true"])
            + EvaluationRow.gives(
                "true", ["true || 1", "false || true || 1", "true || principal.x"])
            + EvaluationRow.gives("false", ["false || false", "false || false || 1 == 2"]))
    func or(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(.typeError, ["!1", "!\"true\"", "!!context"])
            + EvaluationRow.gives("false", ["!true", "!!false", "!!!true"])
            + EvaluationRow.gives("true", ["!false", "!!!!true"]))
    func not(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError, ["if 1 then 2 else 3", "if context then 1 else 2"])
            + EvaluationRow.fails(.missingAttribute, ["if context.x then 1 else 2"])
            + EvaluationRow.gives(
                "2", ["if true then 2 else context.x", "if false then [] < 1 else 2"]))
    func conditional(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(.missingAttribute, ["1 == context.x", "context.x != 1"])
            + EvaluationRow.gives(
                "false",
                [
                    "1 == true", "1 == \"1\"", "[] == {}", "\"é\" == \"e\\u{301}\"",
                    "[1] == [1, 2]",
                    "[[1]] == [[2]]", "{a: 1} == {a: 2}", "{a: 1} == {b: 1}",
                    "{a: 1} == {a: 1, b: 1}",
                    "User::\"a\" == G::\"a\"", "decimal(\"1.0\") == 1",
                    "ip(\"::\") == ip(\"0.0.0.0\")",
                    "ip(\"10.0.0.1/24\") == ip(\"10.0.0.0/24\")", "1 != 1", "[1, 2] != [2, 1]",
                    "duration(\"1ms\") == 1",
                ])
            + EvaluationRow.gives(
                "true",
                [
                    "1 == 1", "[1, 2, 2] == [2, 1]", "[[1, 2], []] == [[], [2, 1]]",
                    "{a: 1, b: [2]} == {b: [2], a: 1}", "decimal(\"1.0\") == decimal(\"1.0000\")",
                    "duration(\"60m\") == duration(\"1h\")",
                    "ip(\"1.2.3.4\") == ip(\"1.2.3.4/32\")",
                    "datetime(\"1970-01-01\") == datetime(\"1970-01-01T01:00:00+0100\")",
                    "1 != true", "[] != [[]]", "User::\"absent\" == User::\"absent\"",
                ]))
    func equality(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError,
            [
                "1 < true", "true < false", "\"a\" < \"b\"", "decimal(\"1.0\") < decimal(\"2.0\")",
                "ip(\"::\") <= ip(\"::\")", "1 < duration(\"1s\")", "[] > []", "1 >= principal",
                "datetime(\"1970-01-01\") < duration(\"1s\")",
            ])
            // Both operands are evaluated before their types are looked at.
            + EvaluationRow.fails(.missingAttribute, ["true < context.x", "context.x > true"])
            + EvaluationRow.gives(
                "false",
                ["1 < 1", "2 <= 1", "1 > 1", "1 >= 2", "duration(\"1s\") > duration(\"1s\")"])
            + EvaluationRow.gives(
                "true",
                [
                    "-1 < 0", "1 <= 1", "2 > 1", "1 >= 1", "duration(\"-1s\") < duration(\"0ms\")",
                    "datetime(\"1969-12-31\") <= datetime(\"1970-01-01\")",
                    "datetime(\"9999-12-31\") > datetime(\"0000-01-01\")",
                ]))
    func order(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError,
            [
                "1 + true", "\"a\" + \"b\"", "duration(\"1s\") - duration(\"1s\")", "[] * 1",
                "-(true)",
            ])
            + EvaluationRow.fails(.missingAttribute, ["true + context.x", "context.x * true"])
            + EvaluationRow.fails(
                .overflow,
                [
                    "9223372036854775807 + 1", "-9223372036854775808 - 1",
                    "0 - -9223372036854775808",
                    "4294967296 * 2147483648", "-1 * -9223372036854775808", "--9223372036854775808",
                    "-(-9223372036854775808)",
                ])
            + EvaluationRow.gives("-9223372036854775808", ["-4294967296 * 2147483648"])
            + EvaluationRow.gives(
                "7", ["1 + 2 * 3", "10 - 2 - 1", "-(-7)", "--7", "(1 + 2) * 3 - 2"]))
    func arithmetic(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError,
            [
                "1 in principal", "principal in 1", "principal in [G::\"g\", 1]", "principal in {}",
                "\"a\" in []", "principal in [[]]",
            ])
            + EvaluationRow.fails(.missingAttribute, ["1 in context.x"])
            + EvaluationRow.gives(
                "false",
                [
                    "principal in []", "principal in User::\"b\"", "G::\"g\" in principal",
                    "resource in G::\"g\"", "G::\"absent\" in G::\"g\"",
                    "resource in [principal, action]",
                ])
            + EvaluationRow.gives(
                "true",
                [
                    "principal in principal", "resource in resource", "principal in G::\"h\"",
                    "principal in G::\"g\"", "principal in G::\"absent\"",
                    "principal in [User::\"b\", G::\"i\"]", "resource in [principal, resource]",
                ]))
    func membership(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError, ["1 is User", "context is User", "principal is User in 1"])
            + EvaluationRow.fails(.missingAttribute, ["principal is User in context.x"])
            + EvaluationRow.gives(
                "false",
                [
                    "principal is G", "principal is NS::User", "principal is G in context.x",
                    "principal is User in resource",
                ])
            + EvaluationRow.gives(
                "true", ["principal is User", "resource is Doc", "principal is User in G::\"g\""]))
    func types(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError,
            [
                "1 has a", "[] has a", "ip(\"::\") has a", "principal has n.a",
                "principal has r.a.b",
                "context has inner.m.x",
            ])
            + EvaluationRow.gives(
                "false",
                [
                    "principal has x", "resource has n", "principal has t", "principal has x.y.z",
                    "context has inner.x", "principal has gone.n", "principal has gone.n.m",
                    "{} has \"\"",
                ])
            + EvaluationRow.gives(
                "true",
                [
                    "principal has n", "principal has r.a", "principal has self.self.n",
                    "context has inner.m", "{\"odd key\": 1} has \"odd key\"",
                ]))
    func presence(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(.typeError, ["1.a", "[].a", "\"a\".b", "principal.n.a"])
            + EvaluationRow.fails(
                .missingAttribute,
                ["context.x", "principal.x", "principal.t", "principal.r[\"odd\"]"])
            + EvaluationRow.fails(.missingEntity, ["resource.n", "principal.gone.n"])
            + EvaluationRow.gives(
                "1", ["principal.n", "principal[\"n\"]", "principal.self.self.r.a", "{a: 1}.a"])
            + EvaluationRow.gives("context.inner.m", ["principal.r[\"odd key\"]"]))
    func attributes(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError,
            [
                "1.hasTag(\"t\")", "principal.hasTag(1)", "context.getTag(\"t\")",
                "resource.getTag(1)",
                "resource.hasTag(true)",
            ])
            + EvaluationRow.fails(.missingAttribute, ["1.hasTag(context.x)"])
            + EvaluationRow.fails(
                .missingTag, ["principal.getTag(\"n\")", "principal.getTag(\"é\")"])
            + EvaluationRow.fails(.missingEntity, ["resource.getTag(\"t\")"])
            + EvaluationRow.gives("false", ["principal.hasTag(\"n\")", "resource.hasTag(\"t\")"])
            + EvaluationRow.gives("true", ["principal.hasTag(\"t\")", "principal.getTag(\"\")"])
            + EvaluationRow.gives(
                "5", ["principal.getTag(\"t\")", "principal.getTag({k: \"t\"}.k)"]))
    func tags(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError,
            [
                "1.contains(1)", "{}.contains(1)", "[1].containsAll(1)", "1.containsAny([1])",
                "[].containsAny({})", "context.isEmpty()", "\"\".isEmpty()",
            ])
            + EvaluationRow.fails(
                .missingAttribute, ["1.contains(context.x)", "[1, context.x].isEmpty()"])
            + EvaluationRow.gives(
                "false",
                [
                    "[].contains(1)", "[1].contains([1])", "[1].containsAll([1, 2])",
                    "[1].containsAny([])", "[].containsAny([1])", "[1].isEmpty()",
                    "[\"é\"].contains(\"e\\u{301}\")",
                ])
            + EvaluationRow.gives(
                "true",
                [
                    "[1, 2].contains(2)", "[[2, 1]].contains([1, 2])", "[1].containsAll([])",
                    "[].containsAll([])", "[1, 2].containsAll([2, 2])",
                    "[1, 2].containsAny([3, 2])",
                    "[].isEmpty()", "[{a: decimal(\"1.0\")}].contains({a: decimal(\"1.00\")})",
                ]))
    func sets(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(.typeError, ["1 like \"*\"", "principal like \"a\""])
            + EvaluationRow.gives(
                "false",
                [
                    "\"a\" like \"\"", "\"\" like \"a\"", "\"ab\" like \"a\"", "\"ab\" like \"*a\"",
                    "\"x\" like \"\\*\"", "\"é\" like \"e*\"", "\"abab\" like \"ab*ab*ab\"",
                ])
            + EvaluationRow.gives(
                "true",
                [
                    "\"\" like \"\"", "\"\" like \"*\"", "\"ab\" like \"a*\"", "\"ab\" like \"*b\"",
                    "\"ab\" like \"**\"", "\"*\" like \"\\*\"", "\"a*b\" like \"*\\**\"",
                    "\"e\\u{301}\" like \"e*\"", "\"aab\" like \"*ab\"",
                    "\"abcabd\" like \"*ab*d\"",
                ]))
    func patterns(row: EvaluationRow) throws { try check(row) }
}

// MARK: - Extensions

extension TreeEvaluatorTests {
    @Test(
        arguments: EvaluationRow.fails(
            .wrongArgumentCount,
            [
                "ip()", "decimal(\"1.0\", 2)", "datetime(1, 2)", "ip(\"::\").isIpv4(1)",
                "1.lessThan()", "duration(\"1s\").toDays(true)",
            ])
            // Arguments are evaluated before they are counted.
            + EvaluationRow.fails(.missingAttribute, ["ip(context.x, 1)"])
            + EvaluationRow.fails(
                .typeError, ["ip(1)", "decimal(true)", "datetime([])", "duration({})"])
            + EvaluationRow.fails(
                .badExtensionText,
                ["ip(\"\")", "decimal(\"1\")", "datetime(\"2023-02-29\")", "duration(\"1\")"])
            + EvaluationRow.gives("ip(\"::1\")", ["ip({a: \"0:0::1\"}.a)"]))
    func constructors(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError,
            [
                "1.lessThan(2)", "decimal(\"1.0\").lessThan(1)",
                "1.greaterThanOrEqual(decimal(\"1.0\"))",
                "ip(\"::\").isInRange(1)", "1.isIpv4()", "decimal(\"1.0\").isLoopback()",
            ])
            + EvaluationRow.gives(
                "false",
                [
                    "decimal(\"1.0\").lessThan(decimal(\"1.00\"))",
                    "decimal(\"-1.0\").greaterThanOrEqual(decimal(\"0.0\"))",
                    "decimal(\"1.0\").greaterThan(decimal(\"1.0\"))",
                    "decimal(\"1.0\").lessThanOrEqual(decimal(\"0.9999\"))",
                    "ip(\"::1\").isIpv4()", "ip(\"1.2.3.4\").isIpv6()", "ip(\"::2\").isLoopback()",
                    "ip(\"10.0.0.1\").isMulticast()",
                    "ip(\"10.0.0.0/8\").isInRange(ip(\"10.0.0.0/9\"))",
                ])
            + EvaluationRow.gives(
                "true",
                [
                    "decimal(\"0.9\").lessThan(decimal(\"1.0\"))",
                    "decimal(\"1.0\").lessThanOrEqual(decimal(\"1.0000\"))",
                    "decimal(\"0.0001\").greaterThan(decimal(\"-0.0\"))",
                    "decimal(\"1.0\").greaterThanOrEqual(decimal(\"1.0\"))",
                    "ip(\"1.2.3.4\").isIpv4()", "ip(\"::1\").isIpv6()",
                    "ip(\"127.0.0.1\").isLoopback()",
                    "ip(\"ff02::1\").isMulticast()",
                    "ip(\"10.1.2.3\").isInRange(ip(\"10.0.0.0/8\"))",
                ]))
    func decimalsAndAddresses(row: EvaluationRow) throws { try check(row) }

    @Test(
        arguments: EvaluationRow.fails(
            .typeError,
            [
                "1.toDate()", "datetime(\"1970-01-01\").offset(1)", "duration(\"1s\").toTime()",
                "duration(\"1s\").offset(duration(\"1s\"))", "datetime(\"1970-01-01\").toDays()",
                "datetime(\"1970-01-01\").durationSince(duration(\"1s\"))",
            ])
            + EvaluationRow.fails(
                .overflow,
                [
                    "datetime(\"1970-01-02\").offset(duration(\"9223372036854775807ms\"))",
                    "datetime(\"1969-12-31\").durationSince(datetime(\"1970-01-01\").offset("
                        + "duration(\"9223372036854775807ms\")))",
                    "datetime(\"1970-01-01\").offset(duration(\"-9223372036854775808ms\")).toDate()",
                ])
            + EvaluationRow.gives(
                "datetime(\"1969-12-31\")",
                [
                    "datetime(\"1969-12-31T23:59:59.999Z\").toDate()",
                    "datetime(\"1970-01-01\").offset(duration(\"-1d\"))",
                ])
            + EvaluationRow.gives(
                "duration(\"1h\")",
                [
                    "datetime(\"1969-12-31T01:00:00Z\").toTime()",
                    "datetime(\"1970-01-01T01:00:00Z\").durationSince(datetime(\"1970-01-01\"))",
                ])
            + EvaluationRow.gives(
                "-1",
                [
                    "duration(\"-1ms\").toMilliseconds()", "duration(\"-1s999ms\").toSeconds()",
                    "duration(\"-119s\").toMinutes()", "duration(\"-119m\").toHours()",
                    "duration(\"-47h\").toDays()",
                ]))
    func times(row: EvaluationRow) throws { try check(row) }
}
