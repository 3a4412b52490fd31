import CedarSyntax
import Testing

@testable import CedarSchema

/// Warnings of text that is not what it looks like.
///
/// Kinds and texts are those of the reference's own tests of its checks, and of UTS #39.
@Suite struct TextWarningTests {
    enum Kind: String {
        case direction = "changes the direction of text"
        case mixed = "mixes scripts or has characters of none"
        case character = "which is neither printable ASCII nor"
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var condition: String
        var kinds: [Kind]
        var testDescription: String {
            condition.unicodeScalars.map(\.escapedUnlessPlain).joined()
        }

        init(_ condition: String, _ kinds: Kind...) {
            self.condition = condition
            self.kinds = kinds
        }
    }

    private static func string(_ text: String, _ kinds: Kind...) -> Row {
        var row = Row("principal.name == \"\(text)\"")
        row.kinds = kinds
        return row
    }

    private static func identifier(_ text: String, _ kinds: Kind...) -> Row {
        var row = Row("resource.owner == User::\"\(text)\"")
        row.kinds = kinds
        return row
    }

    static let strings = [
        string("say_һello", .mixed), string("test"), string(#"test\t\t"#), string(""),
        string("user\u{202E} \u{2066}&& principal.is_admin\u{2069} \u{2066}", .direction),
        string("\u{202A}", .direction), string("\u{202D}", .direction),
        string("\u{2069}", .direction), string("\u{202C}x", .direction),
        string(#"\u{202e}"#, .direction), string("\u{200E}"), string("\u{202F}"),
        string("Привет, мир"), string("Καλημέρα"), string("naïve café"), string("e\u{301}"),
        string("日本語とカタカナ"), string("漢字ㄅㄆ"), string("한국어漢字"), string("漢字かなㄅ", .mixed),
        string("かな한글", .mixed), string("مرحبا"), string("שלום hello", .mixed),
        string("עברית 123"), string("paypаl", .mixed), string("αβγ abc", .mixed),
        string("🍌 banana"), string("🍌🍌"), string("\u{E000}", .mixed),
        string("\u{10FFFF}", .mixed), string("x\u{0378}", .mixed), string("\u{2EBF0}"),
        string("देवनागरी"), string("देवनागरी বাংলা", .mixed), string("\u{0951}"),
        string("日本 tokyo", .mixed), string(#"\0\n"#),
    ]

    static let identifiers = [
        identifier("say_һello", .mixed), identifier("is\u{200B}Admin", .character),
        identifier(#"new\nline"#, .character), identifier(#"null\0"#, .character),
        identifier(#"delete\u{7f}"#, .character), identifier("🍌", .character),
        identifier("test"), identifier("https://www.example.com/test?foo=bar&bar=baz#buz"),
        identifier("http://example.com/query{firstName}-{lastName}"),
        identifier("example_user+1@example.com"), identifier("get /pets/{petId}"),
        identifier("\u{202E}🍌", .direction), identifier("🍌\u{2066}", .direction),
        identifier("zero\u{200D}width", .character), identifier("café"),
        identifier("ªordinal", .character), identifier("fullwidthＡ", .character),
        identifier("Ольга"), identifier("Olgа", .mixed), identifier("李"), identifier("한글"),
        identifier("\u{2EBF0}"), identifier("tab\\t", .character),
    ]

    static let places = [
        Row("principal has \"is\u{200B}Admin\"", .character),
        Row("principal has \"аge\"", .mixed),
        Row("{\"\u{200B}\": 1} has a", .character),
        Row("{\"a\": \"say_һello\"}.a == \"x\"", .mixed),
        Row("principal.name like \"*_һello\"", .mixed), Row("principal.name like \"*hello\""),
        Row("principal.name like \"Привет*\""),
        // A direction mark in a pattern is shown as an escape, which has Latin letters.
        Row("principal.name like \"*\u{202E}\""),
        Row("principal.name like \"Пр\u{202E}*\"", .mixed),
        Row("principal.name like \"Пр\\n*\"", .mixed), Row("principal.name like \"Пр\\0\\**\""),
        Row("[\"say_һello\"].contains(\"say_һello\")", .mixed, .mixed),
        Row("if true then true else \"say_һello\" == \"a\"", .mixed),
        Row("principal.name == \"a\" || ip(\"say_һello\").isIpv4()", .mixed),
    ]

    @Test(arguments: strings + identifiers + places)
    func warns(_ row: Row) throws {
        #expect(try Self.kinds(viewPolicy(when: row.condition)) == row.kinds)
    }

    @Test func looksAtTheScope() throws {
        for (scope, kinds) in [
            (#"principal == User::"say_һello", action, resource"#, [Kind.mixed]),
            (
                #"principal in Group::"🍌", action, resource in Album::"🍌""#,
                [.character, .character]
            ),
            (#"principal is User in Group::"аb", action, resource"#, [.mixed]),
            (#"principal, action == Action::"vieω", resource"#, [.mixed]),
            (#"principal, action in [Action::"view", Action::"\u{202e}"], resource"#, [.direction]),
            (#"principal, action, resource is Photo"#, []),
        ] {
            #expect(try Self.kinds("permit(\(scope));") == kinds, "\(scope)")
        }
    }

    @Test func saysWhereAndWhich() throws {
        let found = try findings(viewPolicy(when: #"principal.name == "paypаl""#))
        #expect(
            found == [
                "warning 1:80 the string `paypаl` mixes scripts or has characters of none"
                    + " | some letters of different scripts look alike: "
                    + "`а` is CYRILLIC SMALL LETTER A"
            ])
        let hidden = try findings(viewPolicy(when: #"principal has "a\u{200b}""#))
        let isShown = hidden.contains {
            $0.contains(#"the identifier `a\u{200b}` has the character"#)
        }
        #expect(isShown, "\(hidden)")
    }

    /// The tables agree with the figures of UTS #39 for Unicode 16.0.
    @Test func tablesAreThoseOfUnicode16() {
        let scalars = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init)
        let count = scalars.count { $0.isIdentifierAllowed }
        #expect(count == 112_778)
        for scalar in "'-.:_·aZ09".unicodeScalars { #expect(scalar.isIdentifierAllowed) }
        for scalar in "!/@[`{ \u{0}\u{7F}".unicodeScalars {
            #expect(!scalar.isIdentifierAllowed)
        }
        let starts = UnicodeTables.scripts.map { $0 >> 11 }
        #expect(starts == starts.sorted())
        #expect(UnicodeTables.identifiers == UnicodeTables.identifiers.sorted())
    }

    private static func kinds(_ source: String) throws -> [Kind] {
        let validator = Validator(try Schema.parse(validationSchema))
        return validator.validate(try PolicySet.parse(source)).map(\.diagnostic)
            .filter { $0.severity == .warning && !$0.message.contains("never applies") }
            .compactMap { warning in
                [Kind.direction, .mixed, .character].first {
                    warning.message.contains($0.rawValue)
                }
            }
    }
}
