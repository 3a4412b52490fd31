import CedarSyntax
import Testing

/// What people see, to the letter.
@Suite struct DiagnosticRendererTests {
    private func render(_ source: String, isColored: Bool = false) -> String {
        do {
            _ = try PolicySet.parse(source)
            return "accepted"
        } catch {
            return DiagnosticRenderer(
                source: Array(source.utf8), fileName: "photos.cedar", isColored: isColored
            ).render(error)
        }
    }

    private func render(
        _ source: String, _ start: Int, _ end: Int, severity: Diagnostic.Severity = .error
    ) -> String {
        DiagnosticRenderer(source: Array(source.utf8), fileName: "a.cedar").render(
            Diagnostic(severity: severity, span: SourceSpan(start, end), message: "m"))
    }

    @Test func errorsAreShownWithLineUnderlineAndHelp() {
        let source = """
            permit(principal, action, resource)
            when { resource.owner = principal };

            forbid(principle, action, resource);
            """
        #expect(
            render(source) == """
                error: `=` is not an operator
                 --> photos.cedar:2:23
                  |
                2 | when { resource.owner = principal };
                  |                       ^
                  = help: to compare write `==`

                error: expected `principal`, found `principle`
                 --> photos.cedar:4:8
                  |
                4 | forbid(principle, action, resource);
                  |        ^^^^^^^^^
                  = help: did you mean `principal`?

                """)
    }

    @Test func emptySpanIsOneMark() {
        #expect(
            render("ab", 2, 2) == """
                error: m
                 --> a.cedar:1:3
                  |
                1 | ab
                  |   ^

                """)
        #expect(render("", 0, 0).hasSuffix("1 | \n  | ^\n"))
        #expect(render("ab\n", 99, 99).hasSuffix("2 | \n  | ^\n"))
    }

    @Test func longerSpanShowsFirstAndLastLine() {
        #expect(
            render("x (1\n  2\n  3) y", 2, 13, severity: .warning) == """
                warning: m
                 --> a.cedar:1:3
                  |
                1 | x (1
                  |   ^^
                ...
                3 |   3) y
                  |   ^^

                """)
        #expect(
            render("(1\n2)", 0, 5) == """
                error: m
                 --> a.cedar:1:1
                  |
                1 | (1
                  | ^^
                2 | 2)
                  | ^^

                """)
        // A span up to the end of a line stays in that line.
        #expect(render("ab\ncd", 0, 3).hasSuffix("1 | ab\n  | ^^\n"))
    }

    @Test func lineNumbersShareOneMargin() {
        let lines = String(repeating: "\n", count: 8)
        let text = render(lines + "(a\nb)", 8, 13)
        #expect(
            text == """
                error: m
                  --> a.cedar:9:1
                   |
                 9 | (a
                   | ^^
                10 | b)
                   | ^^

                """)
    }

    @Test func tabsAndWideCharactersKeepTheMarksInPlace() {
        #expect(render("\ta\tbc", 3, 5).hasSuffix("1 |     a   bc\n  |         ^^\n"))
        #expect(render("\"日本\" x", 9, 10).hasSuffix("1 | \"日本\" x\n  |        ^\n"))
        #expect(render("\"日本\" x", 0, 8).hasSuffix("  | ^^^^^^\n"))
        #expect(render("\"é\" x", 5, 6).hasSuffix("1 | \"é\" x\n  |     ^\n"))
    }

    @Test func controlCharactersOfTheSourceAreEscaped() {
        let source = "// \u{1B}[31m\u{202E}\u{0}\u{7F}e\u{301} x"
        let text = render(source, 20, 21)
        #expect(text.contains("1 | // \\u{1b}[31m\\u{202e}\\0\\u{7f}e\\u{301} x\n"))
        #expect(!text.unicodeScalars.contains { !$0.isPlain && $0 != "\n" })
        let name = DiagnosticRenderer(source: [], fileName: "a\u{1B}b\n").render(
            Diagnostic(span: SourceSpan(0, 0), message: "c\u{7}", help: "d\u{8}"))
        #expect(name.hasPrefix("error: c\\u{7}\n --> a\\u{1b}b\\n:1:1\n"))
        #expect(name.hasSuffix("= help: d\\u{8}\n"))
    }

    @Test func invalidUTF8IsShown() {
        let source: [UInt8] = Array("// ".utf8) + [0xFF, 0xFE] + Array(" x".utf8)
        do {
            _ = try PolicySet.parse(source)
            Issue.record("accepted")
        } catch {
            let text = DiagnosticRenderer(source: source, fileName: "a").render(error)
            #expect(text.contains(":1:4\n"))
            #expect(text.contains("1 | // \u{FFFD}\u{FFFD} x\n  |    ^\n"))
        }
    }

    @Test func longLineIsCutAroundTheMark() {
        let source =
            String(repeating: "a", count: 5_000) + "(b)" + String(repeating: "c", count: 500)
        let lines = render(source, 5_000, 5_003).split(separator: "\n")
        #expect(lines[1] == " --> a.cedar:1:5001")
        #expect(
            lines[3] == "1 | …\(String(repeating: "a", count: 60))(b)"
                + "\(String(repeating: "c", count: 40))…")
        #expect(lines[4] == "  | \(String(repeating: " ", count: 61))^^^")
    }

    @Test func coloursAreWrittenOnlyWhenAskedFor() {
        let text = render("permit();", isColored: true)
        #expect(text.hasPrefix("\u{1B}[1;31merror\u{1B}[0m"))
        #expect(text.contains("\u{1B}[1;36mhelp\u{1B}[0m"))
        #expect(!render("permit();").contains("\u{1B}"))
    }
}
