import Testing

@testable import JSON

@Suite struct JSONTapeTests {
    private func compact(_ text: String) throws -> String {
        let tape = try JSONTape(parsing: Array(text.utf8))
        var writer = JSONWriter()
        writer.value(tape.root, of: tape)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("null", "null"), ("true", "true"), (" false ", "false"), ("\t\r\n 1 \n", "1"),
        ("[]", "[]"), ("{ }", "{}"), ("[ [ ] , { } ]", "[[],{}]"),
        ("[1, 2 ,3]", "[1,2,3]"), (#"{"b":1, "a":2}"#, #"{"b":1,"a":2}"#),
        (
            #"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}"#,
            #"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}"#
        ),
        (#""\"\\\/\b\f\n\r\t""#, #""\"\\/\b\f\n\r\t""#),
        (#""\u0000\u001f\u007f""#, "\"\\u0000\\u001f\u{7f}\""),
        (#""\u00e9\u20ac\ud83d\ude00\uD834\uDD1E\uFFFF""#, "\"é€😀𝄞\u{ffff}\""),
        (
            "\"\u{7f}\u{80}\u{7ff}\u{800}\u{fffd}\u{10000}\u{10ffff}\"",
            "\"\u{7f}\u{80}\u{7ff}\u{800}\u{fffd}\u{10000}\u{10ffff}\""
        ),
        (#"{"":""}"#, #"{"":""}"#), (#"{"a":1,"A":2,"a ":3}"#, #"{"a":1,"A":2,"a ":3}"#),
        ("[\"\u{feff}\"]", "[\"\u{feff}\"]"),
        (
            "[0,-1,9223372036854775807,-9223372036854775808]",
            "[0,-1,9223372036854775807,-9223372036854775808]"
        ),
        (
            "[1.0,1e2,-0,-0.0,1E+2,0e-0,9223372036854775808]",
            "[1.0,1e2,-0,-0.0,1E+2,0e-0,9223372036854775808]"
        ),
    ])
    func accepts(_ text: String, _ written: String) throws {
        #expect(Array(try compact(text).utf8) == Array(written.utf8))
    }

    @Test func namesThatAreOnlyCanonicallyEquivalentDiffer() throws {
        let tape = try JSONTape(parsing: Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8))
        #expect(tape.count(tape.root) == 2)
        #expect(tape.member(tape.root, "\u{e9}").flatMap { tape.integer($0) } == 1)
        #expect(tape.member(tape.root, "e\u{301}").flatMap { tape.integer($0) } == 2)
    }

    @Test(arguments: [
        ("0", 0), ("-1", -1), ("10", 10), ("9223372036854775807", Int64.max),
        ("-9223372036854775808", Int64.min), ("1000000000000000000", 1_000_000_000_000_000_000),
    ])
    func integers(_ text: String, _ value: Int64) throws {
        let tape = try JSONTape(parsing: Array(text.utf8))
        #expect(tape.kind(tape.root) == .integer)
        #expect(tape.integer(tape.root) == value)
        #expect(tape.numberText(tape.root) == text)
    }

    @Test(arguments: [
        "-0", "0.0", "-0.0", "1.0", "1e2", "1E2", "1e+2", "1e-2", "0e0", "9223372036854775808",
        "-9223372036854775809", "18446744073709551615", "10000000000000000000",
        "99999999999999999999999999999999999999999", "123.456e789", "1e999999999",
    ])
    func otherNumbers(_ text: String) throws {
        let tape = try JSONTape(parsing: Array("[\(text)]".utf8))
        let node = try #require(tape.elements(tape.root).first { _ in true })
        #expect(tape.kind(node) == .otherNumber)
        #expect(tape.integer(node) == nil)
        #expect(tape.numberText(node) == text)
        #expect(tape.offset(node) == 1)
        #expect(tape.endOffset(node) == 1 + text.utf8.count)
    }

    @Test func readsEveryKind() throws {
        let text =
            #" {"n":null,"t":true,"f":false,"i":7,"o":0.5,"s":"\u0041b","a":[1,[2],3],"m":{}} "#
        let tape = try JSONTape(parsing: Array(text.utf8))
        let root = tape.root
        #expect(tape.kind(root) == .object)
        #expect(tape.count(root) == 8)
        #expect(tape.offset(root) == 1)
        #expect(tape.endOffset(root) == text.utf8.count - 1)
        let kinds = tape.members(root).map { tape.kind($0.value) }
        #expect(kinds == [.null, .true, .false, .integer, .otherNumber, .string, .array, .object])
        #expect(
            tape.members(root).map { tape.string($0.key) } == [
                "n", "t", "f", "i", "o", "s", "a", "m",
            ])
        let string = try #require(tape.member(root, "s"))
        #expect(tape.string(string) == "Ab")
        #expect(tape.bytes(string) == [0x41, 0x62])
        #expect(tape.withUTF8(string) { $0.count } == 2)
        #expect(tape.stringEquals(string, "Ab"))
        #expect(!tape.stringEquals(string, "A"))
        #expect(!tape.stringEquals(string, "Ac"))
        let same: [UInt8] = [0x41, 0x62]
        let isSame = tape.stringEquals(string, same.span)
        #expect(isSame)
        let isPrefix = tape.stringEquals(string, same.span.extracting(0..<1))
        #expect(!isPrefix)
        #expect(tape.endOffset(string) - tape.offset(string) == 9)
        let array = try #require(tape.member(root, "a"))
        #expect(tape.elements(array).map { tape.kind($0) } == [.integer, .array, .integer])
        #expect(tape.elements(array).map { tape.integer($0) } == [1, nil, 3])
        #expect(tape.member(root, "t").flatMap { tape.boolean($0) } == true)
        #expect(tape.member(root, "f").flatMap { tape.boolean($0) } == false)
        #expect(tape.member(root, "x") == nil)
    }

    @Test func readingAnotherKindGivesNothing() throws {
        let tape = try JSONTape(parsing: Array(#"[1,"s",{"k":1}]"#.utf8))
        let root = tape.root
        #expect(tape.integer(root) == nil)
        #expect(tape.string(root) == nil)
        #expect(tape.bytes(root) == nil)
        #expect(tape.boolean(root) == nil)
        #expect(tape.numberText(root) == nil)
        #expect(tape.member(root, "k") == nil)
        #expect(!tape.stringEquals(root, ""))
        #expect(tape.members(root).map { $0.key }.isEmpty)
        let nodes = Array(tape.elements(root))
        #expect(tape.count(nodes[0]) == 0)
        #expect(tape.count(nodes[1]) == 0)
        #expect(Array(tape.elements(nodes[2])).isEmpty)
        #expect(Array(tape.elements(nodes[1])).isEmpty)
    }

    @Test func offsetsQuoteTheSource() throws {
        let text = #"[ "\n" , {"k" : -1.5}, [ ] ]"#
        let bytes = Array(text.utf8)
        let tape = try JSONTape(parsing: bytes)
        func quote(_ node: JSONNode) -> String {
            String(decoding: bytes[tape.offset(node)..<tape.endOffset(node)], as: UTF8.self)
        }
        #expect(tape.elements(tape.root).map(quote) == [#""\n""#, #"{"k" : -1.5}"#, "[ ]"])
        #expect(quote(tape.root) == text)
    }

    @Test func reuseForgetsTheTextBefore() throws {
        var tape = JSONTape()
        try tape.parse(Array(#"{"a":[1,2,3]}"#.utf8))
        #expect(throws: JSONError.self) { try tape.parse(Array("[1,".utf8)) }
        try tape.parse(Array(#""x""#.utf8))
        #expect(tape.string(tape.root) == "x")
        // A large object cut off leaves names behind that must not count again.
        let members = (0..<100).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        #expect(throws: JSONError.self) { try tape.parse(Array("{\(members)".utf8)) }
        try tape.parse(Array("{\(members)}".utf8))
        #expect(tape.count(tape.root) == 100)
    }

    @Test func reuseKeepsItsStorage() throws {
        let members = (0..<50).map { "\"k\($0)\":[\"\\n\($0)\"]" }.joined(separator: ",")
        let bytes = Array("{\(members)}".utf8)
        var tape = JSONTape()
        try tape.parse(bytes)
        func addresses() -> [UInt] {
            [
                unsafe tape.entries.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) },
                unsafe tape.text.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) },
            ]
        }
        let before = addresses()
        for _ in 0..<10 { try tape.parse(bytes) }
        #expect(addresses() == before)
    }

    @Test func copiesAreIndependent() throws {
        var tape = try JSONTape(parsing: Array("[1]".utf8))
        let copy = tape
        try tape.parse(Array(#"{"a":2}"#.utf8))
        #expect(copy.kind(copy.root) == .array)
        #expect(tape.kind(tape.root) == .object)
    }

    @Test(arguments: [8, 9, 10, 17, 1000])
    func findsTheRepeatedNameAtAnyPlace(_ count: Int) throws {
        let names = (0..<count).map { "\"k\($0)\":0" }
        let text = "{" + names.joined(separator: ",")
        _ = try JSONTape(parsing: Array((text + "}").utf8))
        for repeated in [0, count / 2, count - 1] {
            let bytes = Array((text + ",\"k\(repeated)\":0}").utf8)
            let error = #expect(throws: JSONError.self) { try JSONTape(parsing: bytes) }
            #expect(error?.kind == .duplicateKey)
            #expect(error?.offset == text.utf8.count + 1)
        }
    }

    @Test func largeObjectsInsideLargeObjectsKeepTheirNamesApart() throws {
        func object(_ inner: (Int) -> String) -> String {
            "{" + (0..<40).map { "\"k\($0)\":\(inner($0))" }.joined(separator: ",") + "}"
        }
        let nested = object { $0 % 7 == 3 ? object { $0 == 20 ? object { "\($0)" } : "1" } : "0" }
        let tape = try JSONTape(parsing: Array(nested.utf8))
        #expect(tape.count(tape.root) == 40)
        // After inner objects closed, the outer one still knows its own names.
        let repeated = String(nested.dropLast()) + ",\"k4\":0}"
        let error = #expect(throws: JSONError.self) { try JSONTape(parsing: Array(repeated.utf8)) }
        #expect(error?.kind == .duplicateKey)
        #expect(error?.offset == nested.utf8.count)
    }
}
