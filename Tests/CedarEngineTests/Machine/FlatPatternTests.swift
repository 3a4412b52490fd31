@testable import CedarEngine
import SeededNumbers
import CedarSyntax
import Testing

@Suite struct FlatPatternTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let string: String
        let pattern: String
        let matches: Bool
        var testDescription: String { "\(string) like \(pattern): \(matches)" }

        init(_ string: String, _ pattern: String, _ matches: Bool) {
            self.string = string
            self.pattern = pattern
            self.matches = matches
        }
    }

    /// Strings and patterns as they stand between the quotes.
    static let rows: [Row] = [
        Row("a", "", false), Row("a", "b", false), Row("a", "A", false), Row("ab", "a", false),
        Row("a", "ab", false), Row("abc", "a*d", false), Row("abc", "*d*", false),
        Row("ab", "a*b*b", false), Row("aba", "aba*aba", false), Row("abab", "aba*ab", false),
        Row("a", "a*a", false), Row("axb", #"a\*b"#, false), Row("é", "e*", false),
        Row(#"e\u{301}"#, "é", false), Row("日本", "日", false), Row("日本", "*日", false),
        Row("\u{1F600}", "\u{1F601}", false), Row("", "?", false), Row("a", "?", false),
        Row("a", ".", false), Row("*", #"\*\*"#, false), Row(#"\\"#, "/", false),
        Row("", "", true), Row("", "*", true), Row("", "***", true), Row("a", "a", true),
        Row("a", "*", true), Row("a", "a*", true), Row("a", "*a", true), Row("a", "*a*", true),
        Row("abc", "a*c", true), Row("ac", "a*c", true), Row("abcbc", "a*bc", true),
        Row("abcd", "*b*d", true), Row("aab", "*ab", true), Row("aaab", "a*ab", true),
        Row("a*b", #"a\*b"#, true), Row("a*b", "a*b", true), Row("**", #"\*\*"#, true),
        Row("*x", #"\**"#, true), Row("axb", #"a\u{2a}b"#, true), Row("日本語", "日*語", true),
        Row("日本語", "*本*", true), Row("é", "é", true), Row(#"e\u{301}"#, "e*", true),
        Row("a\u{1F600}b", "a*b", true), Row(#"a\0b"#, #"a\0b"#, true), Row(#"a\0b"#, "a*b", true),
        Row(#"a\nb"#, #"*\n*"#, true), Row("arn:aws:s3:::bucket/key", "arn:*:s3:::*/key", true),
    ]

    @Test(arguments: rows)
    func matches(_ row: Row) throws {
        #expect(try evaluate(#""\#(row.string)" like "\#(row.pattern)""#) == .value(row.matches))
    }

    private func matches(_ elements: [Pattern.Element], _ string: Text) throws -> Bool {
        let pattern = GuardedBytes(FlatPattern.bytes(of: Pattern(elements)))
        let bytes = GuardedBytes(try encoded(.string(string)))
        return FlatPattern(pattern.flat).matches(FlatString(bytes.flat))
    }

    /// Matching scalar by scalar, with every way to split the string tried.
    private func matchesPlainly(
        _ pattern: ArraySlice<Pattern.Element>, _ string: ArraySlice<Unicode.Scalar>
    ) -> Bool {
        switch pattern.first {
        case nil: string.isEmpty
        case .scalar(let scalar):
            string.first == scalar && matchesPlainly(pattern.dropFirst(), string.dropFirst())
        case .wildcard:
            (string.startIndex...string.endIndex).contains {
                matchesPlainly(pattern.dropFirst(), string[$0...])
            }
        }
    }

    @Test func agreesWithTryingEverySplit() throws {
        var numbers = SeededNumbers(seed: 40)
        let alphabet: [Unicode.Scalar] = ["a", "b", "é", "日"]
        var matched = 0
        for _ in 0..<20_000 {
            let elements: [Pattern.Element] = (0..<numbers.below(7)).map { _ in
                numbers.below(3) == 0 ? .wildcard : .scalar(alphabet[numbers.below(4)])
            }
            let scalars = (0..<numbers.below(8)).map { _ in alphabet[numbers.below(4)] }
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            let found = try matches(elements, Text(String(view)))
            #expect(found == matchesPlainly(elements[...], scalars[...]), "\(elements) \(view)")
            if found { matched += 1 }
        }
        #expect(matched > 500)
    }

    /// Where backtracking would take longer than the universe is old.
    @Test func endsSoonOnManyWildcards() throws {
        let string = Text(String(repeating: "a", count: 20_000))
        var elements: [Pattern.Element] = []
        for _ in 0..<500 { elements += [.wildcard, .scalar("a")] }
        let start = ContinuousClock.now
        #expect(try matches(elements, string))
        #expect(try !matches(elements + [.wildcard, .scalar("b")], string))
        #expect(try !matches(elements + [.wildcard, .scalar("b"), .wildcard], string))
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}
