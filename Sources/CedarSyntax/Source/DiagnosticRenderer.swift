/// Shows diagnostics to people: the message, the place, the line of the source and what to do.
///
/// ```text
/// error: `=` is not an operator
///  --> photos.cedar:3:24
///   |
/// 3 | when { resource.owner = principal };
///   |                       ^
///   = help: to compare write `==`
/// ```
///
/// The output never contains control characters of the source or of a file's name, so that a
/// hostile policy cannot write to the reader's terminal.
package struct DiagnosticRenderer: Sendable {
    /// Colours for a terminal; they are written only when asked for.
    private enum Style: String {
        case error = "\u{1B}[1;31m"
        case warning = "\u{1B}[1;33m"
        case emphasis = "\u{1B}[1m"
        case frame = "\u{1B}[1;34m"
        case help = "\u{1B}[1;36m"
    }

    private let map: SourceMap
    private let fileName: String
    private let isColored: Bool

    /// Prepares for one source text.
    ///
    /// - Parameter fileName: shown before the line number, such as a path or `<stdin>`.
    /// - Complexity: linear in the size of the text.
    package init(source: [UInt8], fileName: String, isColored: Bool = false) {
        map = SourceMap(source)
        self.fileName = escaped(fileName)
        self.isColored = isColored
    }

    /// Returns all diagnostics with blank lines between them, ending with a line feed.
    package func render(_ diagnostics: Diagnostics) -> String {
        diagnostics.all.map(render).joined(separator: "\n")
    }

    /// Returns one diagnostic as lines, each ending with a line feed.
    package func render(_ diagnostic: Diagnostic) -> String {
        let style: Style = diagnostic.severity == .error ? .error : .warning
        let word = diagnostic.severity == .error ? "error" : "warning"
        let span = diagnostic.span.range.clamped(to: 0..<map.source.count)
        let first = map.position(at: span.lowerBound)
        // A span that ends with a line break is not meant to point into the next line.
        let last = map.position(at: max(span.lowerBound, span.upperBound - 1))
        let margin = String(repeating: " ", count: String(last.line).count)
        var lines = [
            styled(word, style) + styled(": \(escaped(diagnostic.message))", .emphasis),
            "\(margin)\(styled("-->", .frame)) \(fileName):\(first.line):\(first.column)",
            "\(margin) \(styled("|", .frame))",
        ]
        lines += excerpt(line: first.line, marking: span, margin, style)
        if last.line > first.line {
            if last.line > first.line + 1 { lines.append(styled("...", .frame)) }
            lines += excerpt(line: last.line, marking: span, margin, style)
        }
        if let help = diagnostic.help {
            let sign = styled("=", .frame)
            lines.append("\(margin) \(sign) \(styled("help", .help)): \(escaped(help))")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// Returns a line of the source and below it the underline of the span's part in that line.
    private func excerpt(
        line: Int, marking span: Range<Int>, _ margin: String, _ style: Style
    ) -> [String] {
        let contents = map.contents(ofLine: line)
        var marked = span.clamped(to: contents)
        if span.lowerBound < contents.lowerBound {
            // The last line of a longer span: its indentation is not underlined.
            let text = map.source[marked].drop { $0 == 0x20 || $0 == 0x09 }
            marked = text.startIndex..<text.endIndex
        }
        let view = LineView(source: map.source, line: contents, marked: marked)
        let number = String(line)
        let blanks = String(repeating: " ", count: margin.count - number.count)
        let bar = styled("|", .frame)
        let underline = String(repeating: "^", count: view.markedWidth)
        return [
            "\(blanks)\(styled(number, .frame)) \(bar) \(view.text)",
            "\(margin) \(bar) \(String(repeating: " ", count: view.indent))"
                + styled(underline, style),
        ]
    }

    private func styled(_ text: String, _ style: Style) -> String {
        isColored ? "\(style.rawValue)\(text)\u{1B}[0m" : text
    }
}

/// Makes text safe to show on one line.
private func escaped(_ text: String) -> String {
    text.unicodeScalars.map(\.escapedUnlessPlain).joined()
}
