/// How tightly an operator binds.
enum Precedence: UInt8, BitwiseCopyable, Comparable {
    case none, or, and, relation, sum, product, unary

    /// The precedence of a binary operator, `none` for all other tokens.
    init(_ kind: Token.Kind) {
        switch kind {
        case .or: self = .or
        case .and: self = .and
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in, .has, .like,
            .is:
            self = .relation
        case .plus, .minus: self = .sum
        case .star: self = .product
        default: self = .none
        }
    }

    static func < (left: Precedence, right: Precedence) -> Bool { left.rawValue < right.rawValue }
}

extension Parser {
    /// Parses an expression: `if`, or operators and operands.
    mutating func expression() throws(ParseFailure) -> Expression {
        if nesting > limits.maximumDepth { throw tooDeep(token.span) }
        nesting += 1
        let expression =
            token.kind == .if ? try conditional() : try operation(binding: .or)
        nesting -= 1
        return expression
    }

    private mutating func conditional() throws(ParseFailure) -> Expression {
        let start = token.start
        advance()
        let condition = try expression()
        var below = height
        guard skip(.then) else { throw noBranch("`then`") }
        let consequence = try expression()
        below = max(below, height)
        guard skip(.else) else { throw noBranch("`else`") }
        let alternative = try expression()
        below = max(below, height)
        return try node(
            .ifThenElse(condition, then: consequence, else: alternative), from: start,
            above: below)
    }

    /// Parses operands and the operators between them that bind at least this tightly.
    mutating func operation(binding minimum: Precedence) throws(ParseFailure) -> Expression {
        var left = try unary()
        // What the last operator was: one that binds more tightly cannot follow it here.
        var last = Precedence.unary
        while true {
            let next = Precedence(token.kind)
            guard next >= minimum, next <= last, next != .none else { return left }
            switch next {
            case .or: left = try disjunction(left)
            case .and: left = try conjunction(left)
            case .relation:
                if last == .relation { throw chainedRelation() }
                left = try relation(left)
            default: left = try arithmetic(left, rightBinding: next == .sum ? .product : .unary)
            }
            last = next
        }
    }

    private mutating func conjunction(_ left: Expression) throws(ParseFailure) -> Expression {
        var operands: [Expression]
        var below = height
        if case .and(let inner) = left.kind {
            operands = inner
            below -= 1
        } else {
            operands = [left]
        }
        while skip(.and) {
            operands.append(try operation(binding: .relation))
            below = max(below, height)
        }
        return try node(.and(operands), from: left.span.start, above: below)
    }

    private mutating func disjunction(_ left: Expression) throws(ParseFailure) -> Expression {
        var operands: [Expression]
        var below = height
        if case .or(let inner) = left.kind {
            operands = inner
            below -= 1
        } else {
            operands = [left]
        }
        while skip(.or) {
            operands.append(try operation(binding: .and))
            below = max(below, height)
        }
        return try node(.or(operands), from: left.span.start, above: below)
    }

    private mutating func arithmetic(
        _ left: Expression, rightBinding: Precedence
    ) throws(ParseFailure) -> Expression {
        let sign: BinaryOperator =
            switch token.kind {
            case .plus: .add
            case .minus: .subtract
            default: .multiply
            }
        advance()
        let below = height
        let right = try operation(binding: rightBinding)
        return try node(
            .binary(sign, left, right), from: left.span.start, above: max(below, height))
    }
}
