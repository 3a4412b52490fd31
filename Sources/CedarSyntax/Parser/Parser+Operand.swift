extension Parser {
    /// Reads at most four `!` or four `-`, and the number when one follows a minus; returns whether
    /// an operand is still wanted.
    mutating func signs() throws(ParseFailure) -> Bool {
        if frames.last?.precedence == .unary { throw noOperand() }
        let sign = token.kind
        let first = token.start
        var start = first
        var count = 0
        while token.kind == sign {
            if count == 4 { throw tooManySigns(from: first) }
            if count > 0 {
                frames.append(sign == .not ? .not(start: start) : .negate(start: start))
            }
            count += 1
            start = token.start
            advance()
        }
        // The sign before a number is part of it, unless something is applied to the number:
        // `-1.a` is `-(1.a)`.
        if sign == .minus, token.kind == .integer, !isAppliedTo {
            try negativeLiteral(from: start)
            return false
        }
        frames.append(sign == .not ? .not(start: start) : .negate(start: start))
        return true
    }

    /// Whether the token after the current one applies something to it.
    private var isAppliedTo: Bool {
        var ahead = lexer
        switch ahead.next(source.span).kind {
        case .dot, .leftBracket, .leftParenthesis: return true
        default: return false
        }
    }

    private mutating func negativeLiteral(from start: UInt32) throws(ParseFailure) {
        // The magnitude may be one more than that of a positive number.
        guard let magnitude = magnitude(of: token), magnitude <= Int64.min.magnitude else {
            throw integerTooLarge(isNegative: true)
        }
        advance()
        pushLeaf(.long(Int64(truncatingIfNeeded: 0 &- magnitude)), from: start)
    }

    mutating func literal() throws(ParseFailure) {
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
        pushLeaf(kind, from: literal.start)
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

    /// Reads what begins with a name: a variable, an entity or a function call. Returns whether
    /// an operand is wanted after it: the first argument.
    mutating func named() throws(ParseFailure) -> Bool {
        let start = token.start
        let name = try qualifiedName()
        if let id = name.id {
            pushLeaf(.entity(EntityUID(type: name.text, id: id)), from: start)
            return false
        }
        if token.kind == .leftParenthesis {
            guard let function = ExtensionFunction(name: name.text), function.isConstructor else {
                throw unknownFunction(name)
            }
            try open(.call(function, start: start, token, first: operands.count))
            return try !closeIfEmpty(.rightParenthesis)
        }
        guard name.isSimple, let variable = Variable(name.firstKind) else {
            throw unknownName(name)
        }
        pushLeaf(.variable(variable), from: start)
        return false
    }

    /// Reads a dot and what follows: an attribute, or a method with its arguments. Returns whether
    /// an operand is wanted after it: the first argument.
    mutating func attributeOrMethod() throws(ParseFailure) -> Bool {
        advance()
        let nameToken = token
        let name = try attributeName("an attribute or a method after `.`")
        if token.kind == .leftParenthesis {
            guard let method = Method(name) else { throw unknownMethod(name, nameToken.span) }
            try open(.method(method, name: nameToken, token, first: operands.count))
            return try !closeIfEmpty(.rightParenthesis)
        }
        try select(name)
        return false
    }

    /// Reads `["name"]`.
    mutating func index() throws(ParseFailure) {
        let opening = token
        advance()
        guard token.kind == .string else { throw noIndex() }
        let name = try stringText(token)
        advance()
        try close(opening, with: .rightBracket)
        try select(name)
    }

    private mutating func select(_ name: Text) throws(ParseFailure) {
        guard let owner = operands.popLast() else { return }
        try push(
            .attribute(owner.expression, name), from: owner.expression.span.start,
            above: owner.height)
    }
}

extension Variable {
    fileprivate init?(_ kind: Token.Kind) {
        switch kind {
        case .principal: self = .principal
        case .action: self = .action
        case .resource: self = .resource
        case .context: self = .context
        default: return nil
        }
    }
}
