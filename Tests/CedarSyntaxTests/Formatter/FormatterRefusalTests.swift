import CedarSyntax
import Testing

/// What is not formatted, and why.
@Suite struct FormatterRefusalTests {
    /// Text that does not parse is refused with the place, whatever the layout around it.
    @Test(arguments: [
        ("permit", "1:7"),
        ("permit(principal, action);", "1:25"),
        ("permit(principal, action, resource)", "1:36"),
        ("permit(principal, action, resource)\n// a comment\nwhen { };", "3:8"),
        ("permit(principal, action, resource) when { 1 < 2 < 3 };", "1:50"),
        ("permit(principal, action, resource) when { [1,,2] };", "1:47"),
        ("permit(principal, action, resource) when { \"open };", "1:44"),
        ("permit(principal, action, resource) when { /* c */ true };", "1:44"),
        ("permit(principal, action, resource) when { !!!!!true };", "1:44"),
        ("\u{FEFF}permit(principal, action, resource);", "1:1"),
        ("// only\n;", "2:1"),
    ])
    func syntax(source: String, place: String) {
        do {
            _ = try PolicyFormatter().format(Array(source.utf8))
            Issue.record("formatted: \(source)")
        } catch FormatFailure.syntax(let diagnostics) {
            let words = diagnostics.places(in: source)[0]
            #expect(words.hasPrefix(place + " "), "\(source): \(words)")
        } catch {
            Issue.record("\(error)")
        }
    }

    /// One policy that does not parse leaves the others as they are, too.
    @Test func oneOfSeveral() {
        let source = "permit(principal,action,resource);\npermit(principal,action,resource"
        #expect(throws: FormatFailure.self) {
            try PolicyFormatter().format(Array(source.utf8))
        }
    }

    @Test func invalidUTF8() {
        let source = Array("// ".utf8) + [0xE9, 0x0A]
        #expect {
            try PolicyFormatter().format(source)
        } throws: { error in
            guard case FormatFailure.syntax(let diagnostics) = error else { return false }
            return diagnostics.all[0].span.start == 3
        }
    }

    @Test func nestingBeyondTheLimit() throws {
        func nested(_ depth: Int) -> [UInt8] {
            let open = String(repeating: "(", count: depth)
            let close = String(repeating: ")", count: depth)
            return Array(policy(when: "\(open)true\(close)").utf8)
        }
        #expect(throws: Never.self) { try PolicyFormatter().format(nested(500)) }
        #expect(throws: FormatFailure.self) { try PolicyFormatter().format(nested(501)) }
        #expect(throws: FormatFailure.self) { try PolicyFormatter().format(nested(10_000)) }
    }

    @Test func widthsOutOfRange() {
        #expect(LayoutStyle(lineWidth: 0, indentWidth: 2) == nil)
        #expect(LayoutStyle(lineWidth: -1, indentWidth: 2) == nil)
        #expect(LayoutStyle(lineWidth: 80, indentWidth: -1) == nil)
        let widest = LayoutStyle.lineWidths.upperBound
        let deepest = LayoutStyle.indentWidths.upperBound
        #expect(LayoutStyle(lineWidth: widest + 1, indentWidth: 0) == nil)
        #expect(LayoutStyle(lineWidth: 1, indentWidth: deepest + 1) == nil)
        #expect(LayoutStyle(lineWidth: 1, indentWidth: 0) != nil)
        #expect(LayoutStyle(lineWidth: widest, indentWidth: deepest) != nil)
        #expect(LayoutStyle(lineWidth: 80, indentWidth: 2) == .standard)
    }

    /// Indentation may make much of little; what is larger than a text may be is not made.
    @Test func resultLargerThanATextMayBe() throws {
        let depth = 100
        let body =
            String(repeating: "{a: ", count: depth) + "[1, 2, 3]"
            + String(repeating: "}", count: depth)
        let source = Array(policy(when: body).utf8)
        let style = try #require(LayoutStyle(lineWidth: 10, indentWidth: 100))
        let size = try PolicyFormatter(style).format(source).count
        #expect(size > 900_000)
        let exact = SyntaxLimits(maximumBytes: size)
        #expect(throws: Never.self) { try PolicyFormatter(style, limits: exact).format(source) }
        #expect(throws: FormatFailure.tooLarge(limit: size - 1)) {
            try PolicyFormatter(style, limits: SyntaxLimits(maximumBytes: size - 1)).format(source)
        }
    }
}
