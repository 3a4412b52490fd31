extension Parser {
    /// Reads an operator after a complete operand; returns false when there is none that could
    /// follow.
    ///
    /// Operators before it that bind as tightly or more get their right operand first. `has` and
    /// `like` bring their right side with them, so that no operand is wanted after them.
    mutating func shiftOperator(_ wantsOperand: inout Bool) throws(ParseFailure) -> Bool {
        let next = Precedence(token.kind)
        guard next != .loosest, let operand = operands.last, next <= operand.precedence else {
            return false
        }
        switch next {
        case .or, .and:
            try reduce(above: next)
            shiftChain(next)
            wantsOperand = true
        case .relation:
            try reduce(above: .and)
            if operands.last?.precedence == .relation { throw chainedRelation() }
            wantsOperand = try shiftRelation()
        default:
            try reduce(above: next == .sum ? .relation : .sum)
            frames.append(.binary(BinaryOperator(token.kind), next))
            advance()
            wantsOperand = true
        }
        return true
    }

    private mutating func shiftChain(_ precedence: Precedence) {
        // A further operand of the same chain is simply left on the stack of operands.
        if frames.last?.precedence != precedence, let first = operands.last {
            frames.append(
                .chain(
                    precedence, start: first.expression.span.start, first: operands.count - 1))
        }
        advance()
    }

    /// Reads a relational operator; returns whether an operand is wanted after it.
    private mutating func shiftRelation() throws(ParseFailure) -> Bool {
        switch token.kind {
        case .has:
            advance()
            let path = try attributePath()
            try replaceOperand(levels: path.count) { .has($0, path: path) }
        case .like:
            advance()
            guard token.kind == .string else { throw noPattern() }
            let pattern = try pattern(token)
            advance()
            try replaceOperand(levels: 1) { .like($0, pattern) }
        case .is:
            advance()
            let type = try entityTypeName()
            if token.kind == .in {
                keys.append(Key(text: type, span: token.span))
                frames.append(.container)
                advance()
                return true
            }
            try replaceOperand(levels: 1) { .isType($0, type, in: nil) }
        default:
            frames.append(.binary(BinaryOperator(token.kind), .relation))
            advance()
            return true
        }
        return false
    }

    /// Puts a relation in the place of its left operand.
    private mutating func replaceOperand(
        levels: Int, _ relation: (Expression) -> Expression.Kind
    ) throws(ParseFailure) {
        guard let operand = operands.popLast() else { return }
        try push(
            relation(operand.expression), from: operand.expression.span.start,
            above: operand.height + levels - 1, .relation)
    }

    /// Parses what follows `has`: a string, or names joined by dots.
    private mutating func attributePath() throws(ParseFailure) -> [Text] {
        if token.kind == .string {
            let name = try stringText(token)
            advance()
            return [name]
        }
        var path = [try attributeName("an attribute's name or a string after `has`")]
        while skip(.dot) {
            path.append(try attributeName("an attribute's name after `.`"))
        }
        return path
    }

    /// Completes the signs that stand directly before the operand.
    mutating func applySigns() throws(ParseFailure) {
        while let frame = frames.last, frame.precedence == .unary, let operand = operands.popLast()
        {
            switch frame {
            case .not(let start):
                try push(.not(operand.expression), from: start, above: operand.height)
            case .negate(let start):
                try push(.negate(operand.expression), from: start, above: operand.height)
            default: break
            }
            frames.removeLast()
        }
    }

    /// Completes all waiting operators that bind more tightly than `limit`.
    mutating func reduce(above limit: Precedence) throws(ParseFailure) {
        while let frame = frames.last, frame.precedence > limit, let right = operands.last {
            switch frame {
            case .chain(let precedence, let start, let first):
                let (list, tallest) = takeOperands(from: first)
                try push(
                    precedence == .and ? .and(list) : .or(list), from: start, above: tallest,
                    precedence)
            case .binary(let sign, let precedence):
                let left = operands[operands.count - 2]
                operands.removeLast(2)
                try push(
                    .binary(sign, left.expression, right.expression),
                    from: left.expression.span.start, above: max(left.height, right.height),
                    precedence)
            default:
                try reduceContainer()
            }
            frames.removeLast()
        }
    }

    /// Completes `left is T in right`.
    private mutating func reduceContainer() throws(ParseFailure) {
        guard let right = operands.popLast(), let left = operands.popLast(),
            let type = keys.popLast()
        else { return }
        try push(
            .isType(left.expression, type.text, in: right.expression),
            from: left.expression.span.start, above: max(left.height, right.height), .relation)
    }
}

extension BinaryOperator {
    /// The operator that a token stands for.
    fileprivate init(_ kind: Token.Kind) {
        switch kind {
        case .notEqual: self = .notEqual
        case .less: self = .less
        case .lessOrEqual: self = .lessOrEqual
        case .greater: self = .greater
        case .greaterOrEqual: self = .greaterOrEqual
        case .in: self = .in
        case .plus: self = .add
        case .minus: self = .subtract
        case .star: self = .multiply
        default: self = .equal
        }
    }
}
