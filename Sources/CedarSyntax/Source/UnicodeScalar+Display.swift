extension Unicode.Scalar {
    /// Whether it can be shown as it is: it has a shape or is a space, and does not change how the
    /// text around it is shown (line breaks, direction marks, joiners and the like do).
    package var isPlain: Bool {
        if isASCII { return value >= 0x20 && value != 0x7F }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .nonspacingMark, .enclosingMark:
            false
        case .spaceSeparator: false
        default: true
        }
    }

    /// Itself, or `\n`, `\t`, … or `\u{…}`.
    package var escapedUnlessPlain: String { isPlain ? String(self) : escaped }

    /// Itself, or `\n`, `\t`, … or `\u{…}`; a mark stays as it is, to be drawn onto the letter
    /// before it, and what shows nothing at all does not.
    var escapedUnlessPrintable: String {
        switch properties.generalCategory {
        case _ where properties.isDefaultIgnorableCodePoint: escaped
        case .nonspacingMark, .enclosingMark: String(self)
        default: escapedUnlessPlain
        }
    }

    /// `\n`, `\t`, … or `\u{…}`.
    var escaped: String {
        switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\0": "\\0"
        default: "\\u{\(String(value, radix: 16))}"
        }
    }
}
