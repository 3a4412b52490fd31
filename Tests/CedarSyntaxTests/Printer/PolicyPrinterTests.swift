import CedarSyntax
import Testing

@Suite struct PolicyPrinterTests {
    /// Parentheses stand only where they are needed.
    @Test(arguments: [
        ("((1 + 2) + 3) == (1 + (2 + 3))", "1 + 2 + 3 == 1 + (2 + 3)"),
        ("(1 * 2) + (3 * 4) < ((5))", "1 * 2 + 3 * 4 < 5"),
        ("(1 + 2) * 3 == 2 * (3 * 4)", "(1 + 2) * 3 == 2 * (3 * 4)"),
        ("1 - (2 - 3) == 1", "1 - (2 - 3) == 1"),
        ("(true && false) && true", "true && false && true"),
        ("true && (false && true)", "true && (false && true)"),
        ("(true || false) && true", "(true || false) && true"),
        ("true || (false && true)", "true || false && true"),
        ("true || (false || true)", "true || (false || true)"),
        ("(1 == 2) == (3 == 4)", "(1 == 2) == (3 == 4)"),
        ("!(true && false)", "!(true && false)"),
        ("!!!!(!true)", "!!!!(!true)"),
        ("!(-1 == 1)", "!(-1 == 1)"),
        ("!(-1)", "!(-1)"),
        ("-(!true) == 1", "-(!true) == 1"),
        ("-(1) == -1", "-(1) == -1"),
        ("--1 == -(-(1))", "-(-1) == --(1)"),
        ("----(-1) == 1", "----(-1) == 1"),
        ("(-1).a", "(-1).a"),
        ("-1.a == 1", "-1.a == 1"),
        ("-(principal.a) == 1", "-principal.a == 1"),
        ("-9223372036854775808 == 1 - -1", "-9223372036854775808 == 1 - -1"),
        ("(if true then 1 else 2) == 1", "(if true then 1 else 2) == 1"),
        (
            "if true then (if false then 1 else 2) else (1 + 2)",
            "if true then if false then 1 else 2 else 1 + 2"
        ),
        ("[(if true then 1 else 2), (1 == 2)]", "[if true then 1 else 2, 1 == 2]"),
        (
            #"{"a": 1, "b c": (2), "if": 3, "__cedar": 4}"#,
            #"{a: 1, "b c": 2, "if": 3, "__cedar": 4}"#
        ),
        (#"context["a"]["b c"]["in"]"#, #"context.a["b c"]["in"]"#),
        (
            #"context has "a" && context has "a b" && context has a.b.c"#,
            #"context has a && context has "a b" && context has a.b.c"#
        ),
        ("(context has a) has b", "(context has a) has b"),
        ("(principal is A::B) == true", "(principal is A::B) == true"),
        ("principal is A in (resource)", "principal is A in resource"),
        ("principal is A in (resource in resource)", "principal is A in (resource in resource)"),
        ("([1].contains((1)))", "[1].contains(1)"),
        ("(principal.a + 1).isEmpty()", "(principal.a + 1).isEmpty()"),
        (#"(ip("::1")).isInRange(ip("::"))"#, #"ip("::1").isInRange(ip("::"))"#),
        (
            #""a\x41\'\"\\\n\r\t\0\u{e9}\u{301}\u{202e}*""#,
            #""aA'\"\\\n\r\t\0é\u{301}\u{202e}*""#
        ),
        (#"context.a like "*\*\"\\\u{2a}\u{7f}""#, #"context.a like "*\*\"\\*\u{7f}""#),
        (#"A :: B::"x" == principal"#, #"A::B::"x" == principal"#),
    ])
    func expression(source: String, printed: String) throws {
        let tree = try Expression.parse(source)
        let text = try tree.cedarText()
        #expect(text == printed)
        #expect(try Expression.parse(text).dump == tree.dump)
    }

    @Test func policies() throws {
        let source = #"""
            @id("a\"b") @if @empty("") permit(principal is A in ?principal, action in [A::Action::"x",],
            resource == ?resource,) when { true } unless { 1 == 2 }; // gone
            forbid(principal == U::"é", action == Action::"", resource in (B::"b"));
            permit(principal, action in Action::"x", resource is B); permit(principal, action in [], resource);
            """#
        let printed = #"""
            @id("a\"b")
            @if
            @empty("")
            permit (principal is A in ?principal, action in [A::Action::"x"], resource == ?resource)
            when { true }
            unless { 1 == 2 };

            forbid (principal == U::"é", action == Action::"", resource in B::"b");

            permit (principal, action in Action::"x", resource is B);

            permit (principal, action in [], resource);
            """#
        let set = try PolicySet.parse(source)
        let text = try set.cedarText()
        #expect(text == printed)
        let again = try PolicySet.parse(text)
        #expect(again.members.map { $0.policy.shape() } == set.members.map { $0.policy.shape() })
    }

    /// A tree as high as the parser makes them is printed and parsed again.
    @Test func deepTrees() throws {
        for source in [
            String(repeating: "!!!!(", count: 120) + "true" + String(repeating: ")", count: 120),
            String(repeating: "[", count: 499) + "1" + String(repeating: "]", count: 499),
            "1" + String(repeating: " + 1", count: 499),
        ] {
            let tree = try Expression.parse(source)
            #expect(try Expression.parse(try tree.cedarText()).dump == tree.dump)
        }
    }
}
