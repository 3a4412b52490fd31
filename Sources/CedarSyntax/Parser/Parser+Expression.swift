extension Parser {
    /// Parses an expression: `if`, or operands with operators between them.
    ///
    /// It does not recurse: what is not complete yet waits in `frames`. Each turn reads either the
    /// beginning of an operand or what follows a complete one.
    mutating func expression() throws(ParseFailure) -> Expression {
        var wantsOperand = true
        while true {
            if wantsOperand {
                wantsOperand = try beginOperand()
                continue
            }
            // Nothing is applied to the right side of `has`, `like` and `is`.
            let isApplicable = operands.last?.precedence == .unary
            switch token.kind {
            case .dot where isApplicable: wantsOperand = try attributeOrMethod()
            case .leftBracket where isApplicable: try index()
            case .leftParenthesis where isApplicable: throw notCallable()
            default:
                try applySigns()
                if try shiftOperator(&wantsOperand) { continue }
                if try openChainAgain() { continue }
                try reduce(above: .loosest)
                if frames.isEmpty, let result = operands.popLast() { return result.expression }
                wantsOperand = try closeOrContinue()
            }
        }
    }

    /// Reads the beginning of an operand; returns whether one is still wanted after it, as after
    /// an opening bracket or a sign.
    private mutating func beginOperand() throws(ParseFailure) -> Bool {
        switch token.kind {
        case .leftParenthesis:
            try open(.parenthesis(token))
            return true
        case .leftBracket:
            try open(.set(token, first: operands.count))
            return try !closeIfEmpty(.rightBracket)
        case .leftBrace:
            try open(.record(token, first: operands.count, firstKey: keys.count))
            if try closeIfEmpty(.rightBrace) { return false }
            try recordKey()
            return true
        case .if:
            // Only at the head of an expression, never as the operand of an operator.
            guard (frames.last?.precedence ?? .loosest) == .loosest else { throw noOperand() }
            try open(.condition(start: token.start))
            return true
        case .not, .minus:
            return try signs()
        case .true, .false, .integer, .string:
            try literal()
            return false
        case let kind where kind.isName:
            return try named()
        default:
            throw noOperand()
        }
    }

    /// Goes past an opening bracket or `if`.
    mutating func open(_ frame: Frame) throws(ParseFailure) {
        nesting += 1
        if nesting > limits.maximumDepth { throw tooDeep(token.span) }
        frames.append(frame)
        advance()
    }

    /// Removes the frame of the bracket or `if` that is complete.
    mutating func leave() {
        nesting -= 1
        frames.removeLast()
    }

    /// Puts a complete operand with operands of its own on the stack.
    ///
    /// - Parameter below: the greatest height among its operands.
    mutating func push(
        _ kind: Expression.Kind, from start: UInt32, above below: Int,
        _ precedence: Precedence = .unary
    ) throws(ParseFailure) {
        let span = SourceSpan(Int(start), previousEnd)
        if below >= limits.maximumDepth { throw tooDeep(span) }
        operands.append(
            Operand(
                expression: Expression(kind, span), height: below + 1, precedence: precedence))
    }

    /// Puts an operand without operands of its own on the stack.
    mutating func pushLeaf(_ kind: Expression.Kind, from start: UInt32) {
        let span = SourceSpan(Int(start), previousEnd)
        operands.append(
            Operand(expression: Expression(kind, span), height: 0, precedence: .unary))
    }

    /// Takes the operands from `first` on off the stack.
    mutating func takeOperands(from first: Int) -> (list: [Expression], tallest: Int) {
        var list: [Expression] = []
        list.reserveCapacity(operands.count - first)
        var tallest = 0
        for index in first..<operands.count {
            list.append(operands[index].expression)
            tallest = max(tallest, operands[index].height)
        }
        operands.removeLast(operands.count - first)
        return (list, tallest)
    }

    /// Forgets an expression that failed.
    mutating func abandonExpression() {
        nesting = 0
        frames.removeAll()
        operands.removeAll()
        keys.removeAll()
    }
}
