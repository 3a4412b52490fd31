import SeededNumbers
import Testing

@testable import JSON

/// One text that must be refused, with the kind and byte offset of the offence.
struct Refusal: Sendable, CustomTestStringConvertible {
    let text: [UInt8]
    let kind: JSONError.Kind
    let offset: Int

    init(_ text: String, _ kind: JSONError.Kind, _ offset: Int) {
        self.init(Array(text.utf8), kind, offset)
    }

    init(_ text: [UInt8], _ kind: JSONError.Kind, _ offset: Int) {
        self.text = text
        self.kind = kind
        self.offset = offset
    }

    var testDescription: String { "\(String(decoding: text, as: UTF8.self)) \(kind) \(offset)" }
}

@Suite struct JSONRefusalTests {
    static let structure: [Refusal] = [
        Refusal("", .unexpectedEnd, 0),
        Refusal(" \n", .unexpectedEnd, 2),
        Refusal("[", .unexpectedEnd, 1),
        Refusal("[1", .unexpectedEnd, 2),
        Refusal("[1,", .unexpectedEnd, 3),
        Refusal("[1,]", .unexpectedByte, 3),
        Refusal("[,1]", .unexpectedByte, 1),
        Refusal("[1,,2]", .unexpectedByte, 3),
        Refusal("[1 2]", .unexpectedByte, 3),
        Refusal("[1}", .unexpectedByte, 2),
        Refusal("]", .unexpectedByte, 0),
        Refusal("}", .unexpectedByte, 0),
        Refusal(",", .unexpectedByte, 0),
        Refusal("{", .unexpectedEnd, 1),
        Refusal("{]", .unexpectedByte, 1),
        Refusal("{,}", .unexpectedByte, 1),
        Refusal("{1:2}", .unexpectedByte, 1),
        Refusal("{a:2}", .unexpectedByte, 1),
        Refusal("{'a':2}", .unexpectedByte, 1),
        Refusal(#"{"a"}"#, .unexpectedByte, 4),
        Refusal(#"{"a""#, .unexpectedEnd, 4),
        Refusal(#"{"a":"#, .unexpectedEnd, 5),
        Refusal(#"{"a":}"#, .unexpectedByte, 5),
        Refusal(#"{"a" 1}"#, .unexpectedByte, 5),
        Refusal(#"{"a"::1}"#, .unexpectedByte, 5),
        Refusal(#"{"a":1"#, .unexpectedEnd, 6),
        Refusal(#"{"a":1,"#, .unexpectedEnd, 7),
        Refusal(#"{"a":1,}"#, .unexpectedByte, 7),
        Refusal(#"{"a":1 "b":2}"#, .unexpectedByte, 7),
        Refusal(#"{"a":1]"#, .unexpectedByte, 6),
        Refusal(#"{"a":1}}"#, .trailingContent, 7),
        Refusal("[]]", .trailingContent, 2),
        Refusal("1 2", .trailingContent, 2),
        Refusal("1,", .trailingContent, 1),
        Refusal("null null", .trailingContent, 5),
        Refusal("1\u{0}", .trailingContent, 1),
        Refusal("\u{c}1", .unexpectedByte, 0),
        Refusal("\u{a0}1", .unexpectedByte, 0),
        Refusal("/**/1", .unexpectedByte, 0),
        Refusal("[1] // x", .trailingContent, 4),
        Refusal([0xEF, 0xBB, 0xBF, 0x31], .byteOrderMark, 0),
        Refusal([0xEF, 0xBB, 0xBF], .byteOrderMark, 0),
        Refusal([0xEF, 0xBB], .unexpectedByte, 0),
        Refusal([0x20, 0xEF, 0xBB, 0xBF, 0x31], .unexpectedByte, 1),
        Refusal([0xFF, 0xFE, 0x31, 0x00], .unexpectedByte, 0),
    ]

    static let words: [Refusal] = [
        Refusal("t", .unexpectedEnd, 1),
        Refusal("tru", .unexpectedEnd, 3),
        Refusal("trux", .unexpectedByte, 3),
        Refusal("True", .unexpectedByte, 0),
        Refusal("falsE", .unexpectedByte, 4),
        Refusal("nul]", .unexpectedByte, 3),
        Refusal("nulll", .trailingContent, 4),
        Refusal("NaN", .unexpectedByte, 0),
        Refusal("Infinity", .unexpectedByte, 0),
        Refusal("undefined", .unexpectedByte, 0),
        Refusal("-", .unexpectedEnd, 1),
        Refusal("-Infinity", .badNumber, 1),
        Refusal("-a", .badNumber, 1),
        Refusal("--1", .badNumber, 1),
        Refusal("+1", .unexpectedByte, 0),
        Refusal(".5", .unexpectedByte, 0),
        Refusal("01", .badNumber, 1),
        Refusal("-01", .badNumber, 2),
        Refusal("00", .badNumber, 1),
        Refusal("[-00]", .badNumber, 3),
        Refusal("1.", .unexpectedEnd, 2),
        Refusal("[1.]", .badNumber, 3),
        Refusal("1.e1", .badNumber, 2),
        Refusal("1e", .unexpectedEnd, 2),
        Refusal("1e+", .unexpectedEnd, 3),
        Refusal("[1e+]", .badNumber, 4),
        Refusal("1ex", .badNumber, 2),
        Refusal("1.2.3", .trailingContent, 3),
        Refusal("0x10", .trailingContent, 1),
        Refusal("1_000", .trailingContent, 1),
        Refusal("01.5", .badNumber, 1),
    ]

    static let strings: [Refusal] = [
        Refusal("\"", .unexpectedEnd, 1),
        Refusal("\"abc", .unexpectedEnd, 4),
        Refusal("'a'", .unexpectedByte, 0),
        Refusal("\"a\\", .unexpectedEnd, 3),
        Refusal("\"a\\\"", .unexpectedEnd, 4),
        Refusal(#""\x41""#, .badEscape, 1),
        Refusal(#""\'""#, .badEscape, 1),
        Refusal(#""\0""#, .badEscape, 1),
        Refusal(#""\U0041""#, .badEscape, 1),
        Refusal(#""\u{41}""#, .badEscape, 1),
        Refusal(#""ab\u00g0""#, .badEscape, 3),
        Refusal(#""\u004""#, .badEscape, 1),
        Refusal(#""\u004"#, .unexpectedEnd, 6),
        Refusal(#""\u-041""#, .badEscape, 1),
        Refusal(#""\u 041""#, .badEscape, 1),
        Refusal(#""\ud800""#, .loneSurrogate, 1),
        Refusal(#""\udfff""#, .loneSurrogate, 1),
        Refusal(#""\udc00\ud800""#, .loneSurrogate, 1),
        Refusal(#""x\ud800\ud800""#, .loneSurrogate, 2),
        Refusal(#""\ud800\u0041""#, .loneSurrogate, 1),
        Refusal(#""\ud800A""#, .loneSurrogate, 1),
        Refusal(#""\ud800\n""#, .loneSurrogate, 1),
        Refusal(#""\ud800"#, .unexpectedEnd, 7),
        Refusal(#""\ud800\"#, .unexpectedEnd, 8),
        Refusal(#""\ud800\ud"#, .unexpectedEnd, 10),
        Refusal(#""\ud800\udx00""#, .badEscape, 7),
        Refusal("\"a\nb\"", .controlCharacter, 2),
        Refusal("\"\t\"", .controlCharacter, 1),
        Refusal("\"\u{0}\"", .controlCharacter, 1),
        Refusal("\"0123456789\u{1f}\"", .controlCharacter, 11),
        Refusal(#"{"a\#t":1}"#, .controlCharacter, 3),
        Refusal([0x22, 0x80, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0x61, 0xFF, 0x22], .invalidUTF8, 2),
        Refusal([0x22, 0xC0, 0xAF, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xC1, 0xBF, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xC3, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xC3], .invalidUTF8, 1),
        Refusal([0x22, 0xE0, 0x9F, 0xBF, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xE2, 0x82, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xED, 0xA0, 0x80, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xF0, 0x8F, 0xBF, 0xBF, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xF0, 0x9F, 0x98, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], .invalidUTF8, 1),
        Refusal([0x22, 0xC3, 0xA9, 0xE9, 0x22], .invalidUTF8, 3),
    ]

    static let duplicates: [Refusal] = [
        Refusal(#"{"a":1,"a":1}"#, .duplicateKey, 7),
        Refusal(#"{"":1,"":2}"#, .duplicateKey, 6),
        Refusal(#"{"a":1,"b":2,"a":3}"#, .duplicateKey, 13),
        Refusal(#"{"a":1,"\u0061":2}"#, .duplicateKey, 7),
        Refusal(#"{"\n":1,"\u000A":2}"#, .duplicateKey, 8),
        Refusal(#"{"😀":1,"\ud83d\ude00":2}"#, .duplicateKey, 10),
        Refusal(#"[0,{"x":{"k":[],"k":{}}}]"#, .duplicateKey, 16),
        Refusal(#"{"x":{"y":1},"x":2}"#, .duplicateKey, 13),
        Refusal(#"{"x":[{"x":1},{"x":1,"x":1}]}"#, .duplicateKey, 21),
        // The offence that comes first in the source is the one reported.
        Refusal(#"{"a":1,"a":nope}"#, .duplicateKey, 7),
        Refusal(#"{"a":nope,"a":1}"#, .unexpectedByte, 6),
        Refusal(#"{"a":1,"a"#, .unexpectedEnd, 9),
    ]

    @Test(arguments: structure + words + strings + duplicates)
    func refuses(_ refusal: Refusal) {
        let error = #expect(throws: JSONError.self) { try JSONTape(parsing: refusal.text) }
        #expect(error?.kind == refusal.kind)
        #expect(error?.offset == refusal.offset)
        #expect(error?.message.isEmpty == false)
    }

    @Test func refusesEveryControlCharacterInStrings() {
        for byte in UInt8(0)..<0x20 {
            let error = #expect(throws: JSONError.self) {
                try JSONTape(parsing: [0x22, 0x61, byte, 0x22])
            }
            #expect(error?.kind == .controlCharacter)
            #expect(error?.offset == 2)
        }
    }

    @Test func refusesEveryPrefixOfAText() throws {
        let text = Array(#"{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00é"],"b":{"c":null,"d":true}}"#.utf8)
        _ = try JSONTape(parsing: text)
        for count in 0..<text.count {
            let error = #expect(throws: JSONError.self) {
                try JSONTape(parsing: Array(text[..<count]))
            }
            // Cutting a character in two is noticed before the missing end.
            #expect(error?.kind == .unexpectedEnd || error?.kind == .invalidUTF8)
        }
    }

    @Test(arguments: [
        ("[1,]", "expected a value after the comma, found `]`: remove the comma before it"),
        (
            #"{"a":1,}"#,
            "expected a member name in quotes after the comma, found `}`: remove the comma before it"
        ),
        ("[1", "the text ends where `,` or `]` should be"),
        ("\"a", "the text ends inside a string"),
        ("012", "a number has a leading zero"),
        ("-x", "expected a digit, found `x`"),
        ("\"\u{1}\"", "byte 0x01 stands unescaped in a string: write it as a `\\u` escape"),
        ("1 x", "`x` follows the value: only one value is allowed"),
        (#"{"a" 1}"#, "expected `:`, found `1`"),
    ])
    func saysWhatIsWrong(_ text: String, _ message: String) {
        let error = #expect(throws: JSONError.self) { try JSONTape(parsing: Array(text.utf8)) }
        #expect(error?.message == message)
    }

    @Test func positionsCountLinesAndScalars() {
        func position(_ text: String) -> [Int] {
            let bytes = Array(text.utf8)
            let error = #expect(throws: JSONError.self) { try JSONTape(parsing: bytes) }
            let (line, column) = error?.position(in: bytes) ?? (0, 0)
            return [line, column]
        }
        #expect(position("x") == [1, 1])
        #expect(position("[1,\n  x]") == [2, 3])
        #expect(position("[\r\n\r\n x") == [3, 2])
        #expect(position("[\"é😀e\u{301}\", x") == [1, 10])
        #expect(position("[\n\n\n\n\n\n\n\n\n\"0123456789é123456789\" x") == [10, 24])
        #expect(position("[\n") == [2, 1])
    }

    @Test func positionsAgreeWithPlainCounting() {
        var random = SeededNumbers(seed: 11)
        for _ in 0..<500 {
            let pieces = ["\n", "a", "é", "€", "😀", "\r\n", " "]
            var text = ""
            for _ in 0..<random.below(40) { text += pieces[random.below(pieces.count)] }
            let bytes = Array(text.utf8)
            let offset = random.below(bytes.count + 1)
            var expected = TextPosition()
            for byte in bytes[..<offset] {
                if byte == 0x0A {
                    expected.line += 1
                    expected.column = 1
                } else if byte & 0xC0 != 0x80 {
                    expected.column += 1
                }
            }
            let place = JSONError(.unexpectedByte, at: offset).position(in: bytes)
            #expect(place.line == expected.line)
            #expect(place.column == expected.column)
        }
    }
}
