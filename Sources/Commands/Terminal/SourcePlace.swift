import CedarSyntax

/// A place in a file, for messages.
struct SourcePlace: Sendable {
    private let file: InputFile
    private let span: SourceSpan

    init(_ file: InputFile, _ span: SourceSpan) {
        self.file = file
        self.span = span
    }

    /// A failure at this place, with the source underlined.
    func failure(_ message: String, help: String? = nil) -> Failure {
        Failure([Diagnostic(span: span, message: message, help: help)], in: file)
    }
}

extension InputFile {
    /// Where a line and a column are, both counted from 1; columns count Unicode scalars.
    func offset(line: Int, column: Int) -> Int {
        var (current, start) = (1, 0)
        while current < line, start < bytes.count {
            if bytes[start] == 0x0A { current += 1 }
            start += 1
        }
        var rest = column - 1
        while start < bytes.count, bytes[start] != 0x0A {
            // Columns count characters, of which each begins with a byte that continues none.
            if bytes[start] & 0xC0 != 0x80 {
                if rest == 0 { break }
                rest -= 1
            }
            start += 1
        }
        return start
    }

    /// The word that stands at an offset.
    func word(at start: Int) -> SourceSpan {
        let ends: [UInt8] = [0x20, 0x09, 0x0A, 0x0D, 0x3A, 0x2C, 0x5D, 0x7D]
        var end = start
        while end < bytes.count, !ends.contains(bytes[end]) { end += 1 }
        return SourceSpan(start, max(end, start + 1))
    }

    /// A value as it is written at an offset: in quotes, or the text itself where it stands there.
    func value(_ text: String, at start: Int) -> SourceSpan {
        guard start < bytes.count else { return SourceSpan(start, start + 1) }
        let quote = bytes[start]
        if quote == 0x22 || quote == 0x27 {
            let line = bytes[(start + 1)...].prefix { $0 != 0x0A && $0 != 0x0D }
            if let end = line.firstIndex(of: quote) { return SourceSpan(start, end + 1) }
        }
        let wanted = Array(text.utf8)
        if !wanted.isEmpty, !wanted.contains(0x0A), bytes[start...].starts(with: wanted) {
            return SourceSpan(start, start + wanted.count)
        }
        return word(at: start)
    }
}
