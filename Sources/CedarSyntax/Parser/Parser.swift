/// Says that parsing of one policy stopped; the diagnostic is already recorded in the parser.
struct ParseFailure: Error, BitwiseCopyable {}

/// A recursive-descent parser with one token of lookahead.
///
/// Rules of the house:
/// - Every function leaves `token` on the first token it did not use.
/// - The first error of a policy ends that policy; parsing goes on with the next one.
/// - All recursion goes through `expression()`, which counts `nesting`; every node goes through
///   `node(_:from:above:)`, which counts `height`. Both stay within `limits.maximumDepth`, so
///   neither parsing nor any walk over the tree can exhaust the stack.
/// - Words for errors are made in functions of their own (`Parser+Failures`): they are long, and
///   their temporaries must not grow the stack frames of the recursion.
struct Parser {
    let source: [UInt8]
    let limits: SyntaxLimits
    var lexer = Lexer()
    /// The token to look at next.
    var token: Token
    /// Where the last used token ended.
    var previousEnd = 0
    /// How many calls of `expression()` are under way.
    var nesting = 0
    /// Levels below the root of the expression parsed last; 0 for a literal.
    var height = 0
    var names = NameCache()
    var diagnostics: [Diagnostic] = []

    /// Makes a parser that stands on the first token.
    ///
    /// - Throws: when the source is too large or is not UTF-8.
    init(_ source: [UInt8], limits: SyntaxLimits) throws(Diagnostics) {
        try checkText(source, limits: limits)
        self.source = source
        self.limits = limits
        token = lexer.next(source.span)
    }

    mutating func advance() {
        previousEnd = Int(token.end)
        var lexer = lexer
        token = lexer.next(source.span)
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

    /// Makes an expression that ends with the last used token.
    ///
    /// - Parameter below: the greatest height among its operands.
    mutating func node(
        _ kind: Expression.Kind, from start: UInt32, above below: Int
    ) throws(ParseFailure) -> Expression {
        height = below + 1
        if height > limits.maximumDepth { throw tooDeep(SourceSpan(Int(start), previousEnd)) }
        return Expression(kind, SourceSpan(Int(start), previousEnd))
    }

    /// Makes an expression without operands.
    mutating func leaf(_ kind: Expression.Kind, from start: UInt32) -> Expression {
        height = 0
        return Expression(kind, SourceSpan(Int(start), previousEnd))
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
