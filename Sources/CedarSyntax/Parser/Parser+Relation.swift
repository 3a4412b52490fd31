extension Parser {
    /// Parses a comparison, `in`, `has`, `like` or `is`, whose left operand is read already.
    mutating func relation(_ left: Expression) throws(ParseFailure) -> Expression {
        let below = height
        switch token.kind {
        case .has:
            advance()
            let path = try attributePath()
            return try node(
                .has(left, path: path), from: left.span.start, above: below + path.count - 1)
        case .like:
            advance()
            guard token.kind == .string else { throw noPattern() }
            let pattern = try pattern(token)
            advance()
            return try node(.like(left, pattern), from: left.span.start, above: below)
        case .is:
            return try typeTest(left)
        default:
            return try comparison(left)
        }
    }

    private mutating func comparison(_ left: Expression) throws(ParseFailure) -> Expression {
        let below = height
        let comparison: BinaryOperator =
            switch token.kind {
            case .notEqual: .notEqual
            case .less: .less
            case .lessOrEqual: .lessOrEqual
            case .greater: .greater
            case .greaterOrEqual: .greaterOrEqual
            case .in: .in
            default: .equal
            }
        advance()
        let right = try operation(binding: .sum)
        return try node(
            .binary(comparison, left, right), from: left.span.start, above: max(below, height))
    }

    private mutating func typeTest(_ left: Expression) throws(ParseFailure) -> Expression {
        var below = height
        advance()
        let type = try entityTypeName()
        var container: Expression?
        if skip(.in) {
            container = try operation(binding: .sum)
            below = max(below, height)
        }
        return try node(.isType(left, type, in: container), from: left.span.start, above: below)
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
}
