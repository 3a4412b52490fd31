extension Parser {
    /// Reads what follows a complete expression inside the innermost bracket or `if`: its end, a
    /// comma, `then` or `else`. Returns whether an operand is wanted after it.
    mutating func closeOrContinue() throws(ParseFailure) -> Bool {
        guard let frame = frames.last else { return false }
        switch frame {
        case .parenthesis(let opening):
            guard skip(.rightParenthesis) else { throw unclosedAfterOperand(opening, "`)`") }
            closeParenthesis(opening)
            return false
        case .set(let opening, _):
            return try nextMember(opening, until: .rightBracket)
        case .call(_, _, let opening, _), .method(_, _, let opening, _):
            return try nextMember(opening, until: .rightParenthesis)
        case .record(let opening, _, _):
            guard try nextMember(opening, until: .rightBrace) else { return false }
            try recordKey()
            return true
        case .condition(let start):
            guard skip(.then) else { throw noBranch("`then`") }
            frames[frames.count - 1] = .consequence(start: start)
            return true
        case .consequence(let start):
            guard skip(.else) else { throw noBranch("`else`") }
            frames[frames.count - 1] = .alternative(start: start)
            return true
        case .alternative(let start):
            leave()
            let (parts, tallest) = takeOperands(from: operands.count - 3)
            try push(
                .ifThenElse(parts[0], then: parts[1], else: parts[2]), from: start, above: tallest,
                .loosest)
            return false
        case .not, .negate, .binary, .container, .chain:
            return false
        }
    }

    /// Reads a comma or the closing bracket; returns whether another member comes.
    private mutating func nextMember(
        _ opening: Token, until closing: Token.Kind
    ) throws(ParseFailure) -> Bool {
        if skip(.comma), token.kind != closing { return true }
        guard skip(closing) else {
            throw unclosedAfterOperand(opening, "`,` or \(closing.bracket)")
        }
        try completeList()
        return false
    }

    /// Closes a bracket that has no members; returns whether it was one.
    mutating func closeIfEmpty(_ closing: Token.Kind) throws(ParseFailure) -> Bool {
        guard skip(closing) else { return false }
        try completeList()
        return true
    }

    /// Makes an operand of the list whose bracket was closed.
    private mutating func completeList() throws(ParseFailure) {
        guard let frame = frames.last else { return }
        leave()
        switch frame {
        case .set(let opening, let first):
            let (members, tallest) = takeOperands(from: first)
            try push(.set(members), from: opening.start, above: tallest)
        case .call(let function, let start, _, let first):
            let (arguments, tallest) = takeOperands(from: first)
            try push(.call(function, arguments), from: start, above: tallest)
        case .record(let opening, let first, let firstKey):
            try completeRecord(from: opening.start, first, firstKey)
        case .method(let method, let name, _, let first):
            try completeMethod(method, name, first)
        default:
            break
        }
    }

    private mutating func completeRecord(
        from start: UInt32, _ first: Int, _ firstKey: Int
    ) throws(ParseFailure) {
        let (values, tallest) = takeOperands(from: first)
        var members: [(key: Text, value: Expression)] = []
        members.reserveCapacity(values.count)
        var known: Set<Text> = []
        for (key, value) in zip(keys[firstKey...], values) {
            guard known.insert(key.text).inserted else { throw duplicateKey(key.span) }
            members.append((key.text, value))
        }
        keys.removeLast(keys.count - firstKey)
        try push(.record(members), from: start, above: tallest)
    }

    private mutating func completeMethod(
        _ method: Method, _ name: Token, _ first: Int
    ) throws(ParseFailure) {
        let count = operands.count - first
        let (list, tallest) = takeOperands(from: first - 1)
        let kind: Expression.Kind
        switch method {
        case .extended(let function):
            kind = .call(function, list)
        case .isEmpty:
            guard count == 0 else { throw wrongArity(name, 0, count) }
            kind = .isEmpty(list[0])
        case .binary(let builtin):
            guard count == 1 else { throw wrongArity(name, 1, count) }
            kind = .binary(builtin, list[0], list[1])
        }
        try push(kind, from: list[0].span.start, above: tallest)
    }

    /// Completes an expression in parentheses; they stay in its span.
    private mutating func closeParenthesis(_ opening: Token) {
        leave()
        operands[operands.count - 1].expression.span = SourceSpan(Int(opening.start), previousEnd)
        operands[operands.count - 1].precedence = .unary
    }

    /// Drops the parentheses of `(a && b) && c` or `((a && b))` at their end, so that the chain
    /// inside goes on; returns whether it did.
    ///
    /// Both are the same tree as without them. To complete the chain first and to take it apart
    /// again would cost quadratic time.
    mutating func openChainAgain() throws(ParseFailure) -> Bool {
        guard token.kind == .rightParenthesis,
            let index = frames.lastIndex(where: { $0.precedence == .loosest }),
            case .parenthesis(let opening) = frames[index], index + 1 < frames.count,
            case .chain(let precedence, _, let first) = frames[index + 1]
        else { return false }
        var ahead = lexer
        let next = ahead.next(source.span).kind
        let outside = index > 0 ? frames[index - 1] : nil
        switch next {
        case .rightParenthesis:
            guard case .parenthesis = outside else { return false }
        case .and, .or:
            guard Precedence(next) == precedence, outside?.precedence ?? .loosest < precedence
            else { return false }
        default:
            return false
        }
        try reduce(above: precedence)
        leave()
        frames[index] = .chain(precedence, start: opening.start, first: first)
        advance()
        return true
    }

    /// Reads a record's key and the colon after it.
    mutating func recordKey() throws(ParseFailure) {
        let keyToken = token
        let key: Text
        if token.kind == .string {
            key = try stringText(token)
            advance()
        } else {
            key = try attributeName("a record key (a name or a string)")
        }
        guard skip(.colon) else { throw noColon(after: keyToken) }
        keys.append(Key(text: key, span: keyToken.span))
    }
}
