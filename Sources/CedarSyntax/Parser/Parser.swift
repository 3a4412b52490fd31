/// Says that parsing of one policy stopped; the diagnostic is already recorded in the parser.
struct ParseFailure: Error, BitwiseCopyable {}

/// A name that waits on the parser's stack: a record's key, or the type between `is` and `in`.
struct Key {
    var text: Text
    var span: SourceSpan
}

/// A parser with one token of lookahead.
///
/// Rules of the house:
/// - Every function leaves `token` on the first token it did not use.
/// - The first error of a policy ends that policy; parsing goes on with the next one.
/// - Nothing recurses: expressions are built on the stacks below (`Parser+Expression`), so that no
///   input can exhaust the thread's stack, however small it is.
/// - `limits.maximumDepth` bounds both the nesting as written and the height of the tree, so that
///   those who walk the tree may recurse.
/// - Words for errors are made in files of their own (`Parser+…Failures`).
struct Parser {
    let source: [UInt8]
    /// Where the text to parse ends: that of the source or of a part of it.
    let end: Int
    let limits: SyntaxLimits
    var lexer = Lexer()
    /// The token to look at next.
    var token: Token
    /// Where the last used token ended.
    var previousEnd = 0
    var names: NameCache
    var diagnostics: [Diagnostic] = []

    // The expression under construction.
    var frames: [Frame] = []
    var operands: [Operand] = []
    var keys: [Key] = []
    /// How many of the frames are brackets or `if`.
    var nesting = 0

    /// Makes a parser that stands on the first token.
    ///
    /// - Throws: when the source is too large or is not UTF-8.
    init(_ source: [UInt8], limits: SyntaxLimits) throws(Diagnostics) {
        try checkText(source, limits: limits)
        self.init(checked: source, 0..<source.count, limits: limits)
    }

    /// Makes a parser of a part of a text that was checked.
    init(checked source: [UInt8], _ range: Range<Int>, limits: SyntaxLimits) {
        self.source = source
        end = range.upperBound
        self.limits = limits
        names = NameCache(forBytes: range.count)
        lexer.position = range.lowerBound
        token = lexer.next(source.span.extracting(..<end))
    }

    mutating func advance() {
        previousEnd = Int(token.end)
        var lexer = lexer
        token = lexer.next(source.span.extracting(..<end))
        self.lexer = lexer
    }

    /// Goes past the current token when it is of this kind.
    mutating func skip(_ kind: Token.Kind) -> Bool {
        guard token.kind == kind else { return false }
        advance()
        return true
    }

    /// Goes past a bracket's closing half.
    mutating func close(_ opening: Token, with kind: Token.Kind) throws(ParseFailure) {
        guard token.kind == kind else { throw unclosed(opening, expecting: kind) }
        advance()
    }
}

/// Checks what must hold of any text before it is cut into tokens.
func checkText(_ source: [UInt8], limits: SyntaxLimits) throws(Diagnostics) {
    guard source.count <= limits.maximumBytes else {
        throw Diagnostics(
            Diagnostic(
                span: SourceSpan(0, 0),
                message: "the text has \(source.count) bytes, more than the limit of "
                    + "\(limits.maximumBytes)",
                help: "split it into several files"))
    }
    do {
        _ = try UTF8Span(validating: source.span)
    } catch {
        let range = error.byteOffsets
        throw Diagnostics(
            Diagnostic(
                span: SourceSpan(range.lowerBound, range.upperBound),
                message: "the text is not valid UTF-8: unexpected byte "
                    + "0x\(String(source[range.lowerBound], radix: 16, uppercase: true))",
                help: "save the file as UTF-8"))
    }
}
