import CedarSyntax
import Testing

@Suite struct EntityUIDParsingTests {
    @Test(arguments: [
        "", "User", "User::", "User::alice", "\"alice\"", "User::alice::", "::\"a\"", "in::\"a\"",
        "User::if::\"a\"", "__cedar::\"a\"", "A::__cedar::\"a\"", "User :: \"a\"", " User::\"a\"",
        "User::\"a\" ", "User::\"a\"//c", "User//c\n::\"a\"", "User::\"a", "User::\"a\"b\"",
        "User::\"\\*\"", "User::\"a\rb\"", "1::\"a\"", "Us\u{E9}r::\"a\"", "User::\"a\".b",
        // Not the normalized spelling: an escape that is missing, needless or written otherwise.
        "User::\"'\"", "User::\"\\u{e9}\"", "User::\"\\x41\"", "User::\"\\u{0}\"", "User::\"\n\"",
        "User::\"\\u{200B}\"", "User::\"\u{200B}\"", "User::\"\u{301}\"", "User::\"a\u{A0}\"",
        "User::\"a\\u{301}\"", "User::\"a\u{FE0F}\"",
    ])
    func otherTextIsRefused(text: String) {
        #expect(throws: Diagnostics.self) { try EntityUID.parse(text) }
    }

    @Test(arguments: [
        ("User::\"alice\"", "User", "alice"), ("A::B::User::\"\"", "A::B::User", ""),
        ("principal::\"b\"", "principal", "b"), ("User::\"a b//c\"", "User", "a b//c"),
        ("User::\"\\\"\\\\\\n\u{E9}\"", "User", "\"\\\n\u{E9}"),
        ("User::\"\\'\"", "User", "'"), ("User::\"\\u{200b}\\0\"", "User", "\u{200B}\0"),
        ("User::\"\\u{301}a\u{301}\"", "User", "\u{301}a\u{301}"),
        ("User::\"::\\\"x\"", "User", "::\"x"),
    ])
    func uidIsParsed(text: String, type: String, id: String) throws {
        #expect(try EntityUID.parse(text) == EntityUID(type: Text(type), id: Text(id)))
    }

    /// The description parses to the same UID, whatever the id holds.
    @Test func descriptionRoundTrips() throws {
        let ids = [
            "", "alice", "a\"b\\c", "\n\r\t\0", "\u{1B}[31m", "\u{202E}\u{FEFF}\u{7F}\u{85}",
            "e\u{301}", "日本 😀", "\u{10FFFF}", "*", "'", String(repeating: "x", count: 5_000),
        ]
        for id in ids {
            let uid = EntityUID(type: "A::User", id: Text(id))
            #expect(try EntityUID.parse(uid.description) == uid)
            // Marks stay on their letters; nothing else that changes the text around it is shown.
            let odd = uid.description.unicodeScalars.filter {
                !$0.isPlain && $0.properties.generalCategory != .nonspacingMark
            }
            #expect(odd.isEmpty)
        }
        let uid = EntityUID(type: "User", id: "a\"\n\u{202E}é")
        #expect(uid.description == #"User::"a\"\n\u{202e}é""#)
    }
}

@Suite struct EntityTypeNameTests {
    @Test(arguments: [
        "", "::", "A::", "::A", "A :: B", " A", "A ", "A::B ", "A//c", "A::\nB", "in", "A::if",
        "true", "__cedar", "A::__cedar", "1A", "A-B", "A.B", "\u{E9}", "A::\"b\"", "A:B", "A::::B",
        "A\u{A0}", "?principal",
    ])
    func otherTextIsInvalid(name: String) {
        #expect(!EntityTypeName.isValid(Text(name)))
    }

    @Test(arguments: [
        "A", "_", "a1_B", "A::B::C", "principal", "permit::when", "Set", "ip", "Action",
        "__cedarx", "iff", "principals", "resourc", "principa",
    ])
    func nameIsValid(name: String) {
        #expect(EntityTypeName.isValid(Text(name)))
    }
}
