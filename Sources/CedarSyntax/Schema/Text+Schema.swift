extension Text {
    /// Whether it may name an attribute without quotes: an identifier that is neither a reserved word
    /// nor `__cedar`.
    var isSchemaIdentifier: Bool {
        var lexer = Lexer()
        let word = lexer.next(utf8.span)
        return word.kind.isName && word.kind != .reservedNamespace && word.range == 0..<utf8.count
    }

    /// The text as a literal, escaped as the reference implementation does in schemas.
    ///
    /// A mark that joins the character before it is escaped only where there is none.
    var quotedForSchema: String {
        var literal = "\""
        for (index, scalar) in string.unicodeScalars.enumerated() {
            switch scalar {
            case "\"": literal += "\\\""
            case "\\": literal += "\\\\"
            case "'": literal += "\\'"
            case _ where scalar.properties.isGraphemeExtend && index > 0 && scalar.isMark:
                literal.unicodeScalars.append(scalar)
            default: literal += scalar.escapedUnlessPlain
            }
        }
        return literal + "\""
    }
}

extension Unicode.Scalar {
    fileprivate var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }
}
