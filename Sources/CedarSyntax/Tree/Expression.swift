/// One expression of a policy as it was written, with its place in the source.
///
/// The tree keeps what authors wrote (`!=`, `>`, `has a.b`); `&&` and `||` chains are flat, so their
/// length does not add depth: `a && b && c` and `(a && b) && c` are the same tree, as in Cedar.
package struct Expression: Sendable {
    package var kind: Kind
    package var span: SourceSpan

    package init(_ kind: Kind, _ span: SourceSpan) {
        self.kind = kind
        self.span = span
    }

    package indirect enum Kind: Sendable {
        case bool(Bool)
        case long(Int64)
        case string(Text)
        case entity(EntityUID)
        case variable(Variable)
        case not(Expression)
        /// Arithmetic negation; a minus sign before a literal is part of the literal instead.
        case negate(Expression)
        /// `&&` over two or more operands, left to right.
        case and([Expression])
        /// `||` over two or more operands, left to right.
        case or([Expression])
        case binary(BinaryOperator, Expression, Expression)
        case isEmpty(Expression)
        case ifThenElse(Expression, then: Expression, else: Expression)
        /// `e.name` and `e["name"]`.
        case attribute(Expression, Text)
        /// `e has a` or `e has a.b.c`; the path is never empty.
        case has(Expression, path: [Text])
        case like(Expression, Pattern)
        /// `e is T` or `e is T in x`.
        case isType(Expression, Text, in: Expression?)
        case set([Expression])
        /// Members in source order; keys are unique.
        case record([(key: Text, value: Expression)])
        /// An extension function; the receiver of a method is the first argument. The number of
        /// arguments is not checked by the parser: a wrong one is an error when evaluated.
        case call(ExtensionFunction, [Expression])
    }
}

/// The four variables of a request.
package enum Variable: String, CaseIterable, Hashable, Sendable {
    case principal, action, resource, context
}

/// Operators and built-in methods with exactly two operands.
package enum BinaryOperator: String, CaseIterable, Hashable, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case `in`
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case contains, containsAll, containsAny, hasTag, getTag
}
