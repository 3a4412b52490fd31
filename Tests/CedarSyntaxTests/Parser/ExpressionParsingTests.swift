import CedarSyntax
import Testing

/// The shapes of trees: precedence, associativity, what is folded and what is kept.
@Suite struct ExpressionParsingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var source: String
        var tree: String
        var testDescription: String { source }

        init(_ source: String, _ tree: String) {
            self.source = source
            self.tree = tree
        }
    }

    static let precedence = [
        Row("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)"),
        Row("1 * 2 + 3 * 4", "(+ (* 1 2) (* 3 4))"),
        Row("(1 + 2) * 3", "(* (+ 1 2) 3)"),
        Row("1 - 2 - 3", "(- (- 1 2) 3)"),
        Row("1 - (2 - 3)", "(- 1 (- 2 3))"),
        Row("1 * 2 * 3", "(* (* 1 2) 3)"),
        Row("1 + 2 < 3 + 4", "(< (+ 1 2) (+ 3 4))"),
        Row("1 < 2 && 3 > 4 || 5 != 6", "(|| (&& (< 1 2) (> 3 4)) (!= 5 6))"),
        Row("true || false && true", "(|| true (&& false true))"),
        Row("true && false || true", "(|| (&& true false) true)"),
        Row("true || false == true", "(|| true (== false true))"),
        Row("!true == false", "(== (! true) false)"),
        Row("!principal.a", "(! (. principal \"a\"))"),
        Row("-principal.a * 2", "(* (neg (. principal \"a\")) 2)"),
        Row("principal in resource.a + 1", "(in principal (+ (. resource \"a\") 1))"),
        Row("principal is User in resource.a + 1", "(is principal User (+ (. resource \"a\") 1))"),
        Row("1 + principal has a && true", "(&& (has (+ 1 principal) \"a\") true)"),
        Row("if true then 1 else 2 + 3", "(if true 1 (+ 2 3))"),
        Row("if true then 1 else 2 || true", "(if true 1 (|| 2 true))"),
        Row("(if true then 1 else 2) + 3", "(+ (if true 1 2) 3)"),
        Row("if true then 1 else if false then 2 else 3", "(if true 1 (if false 2 3))"),
        Row("if if true then true else false then 1 else 2", "(if (if true true false) 1 2)"),
        Row("[if true then 1 else 2, 3]", "(set (if true 1 2) 3)"),
    ]

    static let chains = [
        Row("true && false && true", "(&& true false true)"),
        Row("(true && false) && true", "(&& true false true)"),
        Row("((true && false)) && true", "(&& true false true)"),
        Row("((true && false) && true) && false", "(&& true false true false)"),
        Row("true && (false && true)", "(&& true (&& false true))"),
        Row("true && (false && true) && false", "(&& true (&& false true) false)"),
        Row("(true && false) || true", "(|| (&& true false) true)"),
        Row("(true || false) || true", "(|| true false true)"),
        Row("(true || false) && true", "(&& (|| true false) true)"),
        Row("true || (true && false) && true", "(|| true (&& true false true))"),
        Row("true && (true || false) || true", "(|| (&& true (|| true false)) true)"),
        Row("!(true && false) && true", "(&& (! (&& true false)) true)"),
        Row("1 == (true && false) && true", "(&& (== 1 (&& true false)) true)"),
        Row("(1 == 2 && 3 < 4 + 5) && true", "(&& (== 1 2) (< 3 (+ 4 5)) true)"),
        Row("(true && false).a && true", "(&& (. (&& true false) \"a\") true)"),
        Row("(((true && false)))", "(&& true false)"),
        Row("[(true && false), true]", "(set (&& true false) true)"),
    ]

    static let numbers = [
        Row("007", "7"),
        Row("9223372036854775807", "9223372036854775807"),
        Row("-9223372036854775808", "-9223372036854775808"),
        Row("- 1", "-1"),
        Row("-(1)", "(neg 1)"),
        Row("--1", "(neg -1)"),
        Row("----1", "(neg (neg (neg -1)))"),
        Row("--9223372036854775808", "(neg -9223372036854775808)"),
        Row("!!!!true", "(! (! (! (! true))))"),
        Row("-1.a", "(neg (. 1 \"a\"))"),
        Row("-1[\"a\"]", "(neg (. 1 \"a\"))"),
        Row("(-1).a", "(. -1 \"a\")"),
        Row("1-1", "(- 1 1)"),
        Row("1--1", "(- 1 -1)"),
        Row("-1*-1", "(* -1 -1)"),
        Row("1.isEmpty()", "(isEmpty 1)"),
    ]

    static let members = [
        Row("principal.a.b[\"c d\"].e", #"(. (. (. (. principal "a") "b") "c d") "e")"#),
        Row("principal . a [ \"\" ]", #"(. (. principal "a") "")"#),
        Row("principal[\"__cedar\"]", #"(. principal "__cedar")"#),
        Row("principal.principal.when", #"(. (. principal "principal") "when")"#),
        Row("context.contains", #"(. context "contains")"#),
        Row("\"a\".b", #"(. "a" "b")"#),
        Row("[].contains(1,)", "(contains (set) 1)"),
        Row("[1,].containsAll([2])", "(containsAll (set 1) (set 2))"),
        Row(
            "principal.hasTag(\"a\") && principal.getTag(\"a\") == 1",
            #"(&& (hasTag principal "a") (== (getTag principal "a") 1))"#),
        Row("ip(\"::1\").isInRange(ip(\"::/0\"))", #"(isInRange (ip "::1") (ip "::/0"))"#),
        Row("ip()", "(ip)"),
        Row("principal.isIpv4(1, 2)", "(isIpv4 principal 1 2)"),
        Row("{a: 1, \"if\": {}, when: [],}", #"(record "a":1 "if":(record) "when":(set))"#),
        Row("{}.a", #"(. (record) "a")"#),
        Row("principal has a.b.c", #"(has principal "a" "b" "c")"#),
        Row("principal has \"a.b\"", #"(has principal "a.b")"#),
        Row("principal has permit", #"(has principal "permit")"#),
        Row("principal is A :: B", "(is principal A::B)"),
        Row("User::\"a\"", #"User::"a""#),
        Row("A :: B\n::// c\n\"x\"", #"A::B::"x""#),
        Row("principal::\"b\"", #"principal::"b""#),
        Row("Set::ip::\"x\"", #"Set::ip::"x""#),
    ]

    static let strings = [
        Row(#""\n\r\t\0\\\"\'""#, #""\n\r\t\0\\\"'""#),
        Row(#""\x41\x7f""#, #""A\u{7f}""#),
        Row(#""\u{e9}\u{1F600}\u{0_0_4_1_}""#, "\"é😀A\""),
        Row("\"a\nb\tc\"", #""a\nb\tc""#),
        Row("\"a // b\"", #""a // b""#),
        Row("\"e\u{301}\"", #""e\u{301}""#),
        Row(#"principal like "a*\*\u{2a}\x2a\\""#, #"(like principal 'a * '* * * '\)"#),
        Row(#"principal like """#, "(like principal)"),
    ]

    @Test(arguments: precedence + chains + numbers + members + strings)
    func treeHasShape(_ row: Row) throws {
        #expect(try Expression.parse(row.source).dump == row.tree)
        let set = try PolicySet.parse(policy(when: row.source))
        #expect(set.members.first?.policy.conditions.first?.body.dump == row.tree)
    }

    /// Each row marks what the outermost node covers.
    @Test(arguments: [
        "«1 + 2»", "«(1 + 2)»", " «( 1 ) + 2» ", "«(true && false) && true» // c", "«--1»",
        "«!principal.a»", "«principal.contains( 1 )»", "«(principal).a[ \"b\" ]»", "«ip( )»",
        "«if true then 1 else 2»", "«((1))»", "«{a: 1}»", "«[ ]»", "«principal is A in B::\"c\"»",
        "«(principal has a) || true»", "«((true || false))»", "«User :: \"a\"»", "\n«-1»\n",
    ])
    func spanCoversWholeNode(marked: String) throws {
        let source = marked.filter { $0 != "«" && $0 != "»" }
        let start = try #require(marked.utf8.firstIndex(of: 0xC2))
        let end = try #require(marked.utf8.lastIndex(of: 0xC2))
        let before = marked.utf8.distance(from: marked.utf8.startIndex, to: start)
        let until = marked.utf8.distance(from: marked.utf8.startIndex, to: end) - 2
        #expect(try Expression.parse(source).span == SourceSpan(before, until))
    }

    @Test func innerNodesHaveTheirOwnSpans() throws {
        let source = "principal.age >= 18 && !(context.a has b)"
        guard case .and(let operands) = try Expression.parse(source).kind,
            case .binary(_, let left, _) = operands[0].kind,
            case .not(let relation) = operands[1].kind
        else { Issue.record("unexpected shape"); return }
        let bytes = Array(source.utf8)
        let spans = [operands[0], left, operands[1], relation].map {
            String(decoding: bytes[$0.span.range], as: UTF8.self)
        }
        #expect(
            spans == [
                "principal.age >= 18", "principal.age", "!(context.a has b)", "(context.a has b)",
            ])
    }

    @Test func restAfterExpressionIsRefused() {
        for source in ["1 2", "1;", "1 }", "", "true) && (true"] {
            #expect(throws: Diagnostics.self) { try Expression.parse(source) }
        }
    }
}
