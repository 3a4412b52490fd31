extension Parser {
    /// Parses an operand with at most four `!` or four `-` before it.
    mutating func unary() throws(ParseFailure) -> Expression {
        switch token.kind {
        case .not: try negation(.not)
        case .minus: try negation(.minus)
        default: try member()
        }
    }

    private mutating func negation(_ sign: Token.Kind) throws(ParseFailure) -> Expression {
        var starts: [UInt32] = []
        while token.kind == sign {
            if starts.count == 4 { throw tooManySigns(from: starts[0]) }
            starts.append(token.start)
            advance()
        }
        var operand: Expression
        if sign == .minus, token.kind == .integer, let last = starts.last {
            operand = try negativeLiteral(from: last)
            // The nearest sign became part of the literal, unless something is applied to it.
            if case .long = operand.kind { starts.removeLast() }
        } else {
            operand = try member()
        }
        while let start = starts.popLast() {
            operand = try node(
                sign == .not ? .not(operand) : .negate(operand), from: start, above: height)
        }
        return operand
    }

    /// Parses an integer after a minus sign: the negative number if it stands alone, and otherwise
    /// the positive one with what is applied to it (`-1.a` is `-(1.a)`).
    private mutating func negativeLiteral(from start: UInt32) throws(ParseFailure) -> Expression {
        let literal = token
        var afterLiteral = lexer
        switch afterLiteral.next(source.span).kind {
        case .dot, .leftBracket, .leftParenthesis: return try member()
        default: break
        }
        // The magnitude may be one more than that of a positive number.
        guard let magnitude = magnitude(of: literal), magnitude <= Int64.min.magnitude else {
            throw integerTooLarge(isNegative: true)
        }
        advance()
        return leaf(.long(Int64(truncatingIfNeeded: 0 &- magnitude)), from: start)
    }

    /// Parses an operand and the attributes and methods applied to it.
    mutating func member() throws(ParseFailure) -> Expression {
        let start = token.start
        var operand = try primary()
        while true {
            switch token.kind {
            case .dot:
                advance()
                operand = try attributeOrMethod(of: operand, from: start)
            case .leftBracket:
                operand = try index(of: operand, from: start)
            case .leftParenthesis:
                throw notCallable(operand)
            default:
                return operand
            }
        }
    }

    private mutating func index(
        of operand: Expression, from start: UInt32
    ) throws(ParseFailure) -> Expression {
        let opening = token
        advance()
        guard token.kind == .string else { throw noIndex() }
        let name = try stringText(token)
        advance()
        try close(opening, with: .rightBracket)
        return try node(.attribute(operand, name), from: start, above: height)
    }

    private mutating func primary() throws(ParseFailure) -> Expression {
        switch token.kind {
        case .leftParenthesis: try parenthesized()
        case .leftBracket: try setLiteral()
        case .leftBrace: try recordLiteral()
        case .true, .false, .integer, .string: try literal()
        case let kind where kind.isName: try named()
        default: throw noOperand()
        }
    }

    private mutating func literal() throws(ParseFailure) -> Expression {
        let literal = token
        let kind: Expression.Kind
        switch literal.kind {
        case .true: kind = .bool(true)
        case .false: kind = .bool(false)
        case .string: kind = .string(try stringText(literal))
        default:
            guard let magnitude = magnitude(of: literal), let value = Int64(exactly: magnitude)
            else { throw integerTooLarge(isNegative: false) }
            kind = .long(value)
        }
        advance()
        return leaf(kind, from: literal.start)
    }

    /// The value of an integer token; nil when it does not fit.
    private func magnitude(of literal: Token) -> UInt64? {
        var value: UInt64 = 0
        for index in literal.range {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(
                UInt64(source[index] &- UInt8(ascii: "0")))
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    private mutating func parenthesized() throws(ParseFailure) -> Expression {
        let opening = token
        advance()
        var inner = try expression()
        try close(opening, with: .rightParenthesis)
        inner.span = SourceSpan(Int(opening.start), previousEnd)
        return inner
    }

    private mutating func setLiteral() throws(ParseFailure) -> Expression {
        let opening = token
        advance()
        let (members, below) = try expressions(until: .rightBracket)
        try close(opening, with: .rightBracket)
        return members.isEmpty
            ? leaf(.set([]), from: opening.start)
            : try node(.set(members), from: opening.start, above: below)
    }

    /// Parses expressions with commas between them, one after the last allowed.
    mutating func expressions(
        until closing: Token.Kind
    ) throws(ParseFailure) -> (list: [Expression], height: Int) {
        var list: [Expression] = []
        var tallest = 0
        while token.kind != closing {
            list.append(try expression())
            tallest = max(tallest, height)
            guard skip(.comma) else { break }
        }
        return (list, tallest)
    }

    private mutating func recordLiteral() throws(ParseFailure) -> Expression {
        let opening = token
        advance()
        var members: [(key: Text, value: Expression)] = []
        var keys: Set<Text> = []
        var below = 0
        while token.kind != .rightBrace {
            let keyToken = token
            let key = try recordKey()
            guard keys.insert(key).inserted else { throw duplicateKey(key, keyToken.span) }
            guard skip(.colon) else { throw noColon(after: keyToken) }
            members.append((key, try expression()))
            below = max(below, height)
            guard skip(.comma) else { break }
        }
        try close(opening, with: .rightBrace)
        return members.isEmpty
            ? leaf(.record([]), from: opening.start)
            : try node(.record(members), from: opening.start, above: below)
    }

    private mutating func recordKey() throws(ParseFailure) -> Text {
        guard token.kind == .string else {
            return try attributeName("a record key (a name or a string)")
        }
        let key = try stringText(token)
        advance()
        return key
    }
}
