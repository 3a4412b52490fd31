// Errors that may occur anywhere, and the words all errors share.

extension Parser {
    /// Records an error.
    @inline(never)
    mutating func fail(
        _ span: SourceSpan, _ message: String, help: String? = nil
    ) -> ParseFailure {
        // A name may be as long as the text.
        diagnostics.append(
            Diagnostic(span: span, message: clipped(message), help: help.map(clipped)))
        return ParseFailure()
    }

    /// Records that the current token is not what the grammar wants here.
    @inline(never)
    mutating func unexpected(_ expected: String, help: String? = nil) -> ParseFailure {
        if let failure = lexicalFailure() { return failure }
        return fail(
            foundSpan, "expected \(expected), found \(description(of: token))", help: help)
    }

    /// Records an opening bracket that the current token does not close.
    @inline(never)
    mutating func unclosed(_ opening: Token, expecting kind: Token.Kind) -> ParseFailure {
        unexpected(kind.bracket, help: unclosedHelp(opening))
    }

    /// Records an expression in brackets that neither ends nor goes on.
    @inline(never)
    mutating func unclosedAfterOperand(_ opening: Token, _ closing: String) -> ParseFailure {
        let closes =
            closing.hasPrefix("`,`") ? "an operator, \(closing)" : "an operator or \(closing)"
        guard let help = unclosedHelp(opening) else { return afterOperand(expecting: closes) }
        return unexpected(closing, help: help)
    }

    /// Where the bracket is that the current token leaves open, when it seems to be forgotten.
    private func unclosedHelp(_ opening: Token) -> String? {
        switch token.kind {
        case .end, .semicolon, .comma, .rightBrace, .rightBracket, .rightParenthesis:
            "the `\(spelling(of: opening))` at \(place(of: opening)) is not closed"
        default: nil
        }
    }

    @inline(never)
    mutating func tooDeep(_ span: SourceSpan) -> ParseFailure {
        fail(
            span, "expression is nested more than \(limits.maximumDepth) levels deep",
            help: "split the condition into several policies or `when` clauses")
    }

    @inline(never)
    mutating func tooManyPolicies() -> ParseFailure {
        let failure = fail(
            token.span, "the text has more than \(limits.maximumPolicies) policies",
            help: "split it into several policy sets")
        token = Token(.end, from: source.count, to: source.count)
        return failure
    }

    /// Records what is wrong with a token that the lexer could not read; nil when it could.
    mutating func lexicalFailure() -> ParseFailure? {
        switch token.kind {
        case .unterminatedString:
            let start = Int(token.start)
            return fail(
                SourceSpan(start, start + 1), "string literal is not closed",
                help: "end it with `\"`; a quote inside a string is written `\\\"`")
        case .invalid:
            let (message, help) = invalidCharacter()
            return fail(token.span, message, help: help)
        default:
            return nil
        }
    }

    private func invalidCharacter() -> (message: String, help: String?) {
        let scalar = decodeScalar(source.span, at: Int(token.start))
        switch scalar {
        case "'", "`", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}":
            return (
                "\(named(scalar)) does not begin a string",
                "strings are written in double quotes: `\"…\"`"
            )
        case "&": return ("`&` is not an operator", "for \"and\" write `&&`")
        case "|": return ("`|` is not an operator", "for \"or\" write `||`")
        case "?":
            return (
                "`?` is not an operator",
                "slots are `?principal` and `?resource`; a choice is `if … then … else …`"
            )
        case "#": return ("`#` is not part of the language", "comments begin with `//`")
        case "\u{FEFF}" where token.start == 0:
            return ("the text begins with a byte order mark", "save the file without it")
        default:
            return ("\(named(scalar)) is not part of the language", nil)
        }
    }

    /// A character in backticks, with its number when it is not plain.
    private func named(_ scalar: Unicode.Scalar) -> String {
        if scalar.isASCII, scalar.value >= 0x20, scalar.value != 0x7F { return "`\(scalar)`" }
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let number = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return scalar.isPlain ? "`\(scalar)` (\(number))" : "character \(number)"
    }

    @inline(never)
    mutating func badEscape(_ fault: EscapeFault) -> ParseFailure {
        switch fault {
        case .carriageReturn(let span):
            return fail(
                span, "string literal contains a carriage return",
                help: "write `\\r`; a line break in a string must be a single line feed")
        case .newlineAfterBackslash(let span):
            return fail(
                span, "a backslash cannot stand before a line break",
                help: "a string may go over several lines without it; a backslash is `\\\\`")
        case .unknown(let span):
            return fail(
                span, "`\(shown(span))` is not an escape",
                help: "the escapes are `\\n` `\\r` `\\t` `\\0` `\\\\` `\\\"` `\\'` `\\xHH` "
                    + "`\\u{…}`; a backslash is `\\\\`")
        case .starOutsidePattern(let span):
            return fail(
                span, "`\\*` is an escape only in the pattern of `like`",
                help: "in a string a star is written `*`")
        case .badHex(let span):
            return fail(
                span, "`\(shown(span))` is not an escape",
                help: "`\\x` takes two hexadecimal digits, at most `\\x7F`; others are `\\u{…}`")
        case .badUnicode(let span):
            return fail(
                span, "`\(shown(span))` is not an escape",
                help: "`\\u{…}` takes one to six hexadecimal digits of a Unicode scalar")
        }
    }

    // MARK: Words

    /// The span of the current token; at the end of the text, the place after the last token.
    var foundSpan: SourceSpan {
        token.kind == .end ? SourceSpan(previousEnd, previousEnd) : token.span
    }

    /// What a token is, for "found …".
    func description(of token: Token) -> String {
        switch token.kind {
        case .end: "the end of the text"
        case .string: "the string \(shown(token.span))"
        case .integer: "the number \(shown(token.span))"
        case let kind where kind.isReservedWord: "the reserved word `\(shown(token.span))`"
        default: "`\(shown(token.span))`"
        }
    }

    /// A piece of the source on one line, without control characters, cut when it is long.
    func shown(_ span: SourceSpan) -> String {
        var text = ""
        var count = 0
        let start = source[span.range].prefix(200)
        for scalar in String(decoding: start, as: UTF8.self).unicodeScalars {
            if count == 40 { return text + "…" }
            text += scalar.escapedUnlessPlain
            count += 1
        }
        return text
    }

    func place(of token: Token) -> String {
        let position = SourceMap(source).position(at: Int(token.start))
        return "line \(position.line), column \(position.column)"
    }
}

private func clipped(_ text: String) -> String {
    text.utf8.count <= 1_000 ? text : "\(text.prefix(500))…"
}

extension Token.Kind {
    /// A closing bracket in backticks.
    var bracket: String {
        switch self {
        case .rightParenthesis: "`)`"
        case .rightBracket: "`]`"
        default: "`}`"
        }
    }
}

extension SourceSpan {
    /// The same offsets as a range of integers.
    package var range: Range<Int> { Int(start)..<Int(max(start, end)) }
}
