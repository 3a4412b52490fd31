extension Expression {
    /// The expressions directly inside it, in source order.
    package var operands: [Expression] {
        switch kind {
        case .bool, .long, .string, .entity, .variable: []
        case .not(let operand), .negate(let operand), .isEmpty(let operand),
            .attribute(let operand, _), .has(let operand, _), .like(let operand, _):
            [operand]
        case .and(let operands), .or(let operands), .set(let operands), .call(_, let operands):
            operands
        case .binary(_, let left, let right): [left, right]
        case .ifThenElse(let guardian, let then, let other): [guardian, then, other]
        case .isType(let operand, _, let group): [operand] + (group.map { [$0] } ?? [])
        case .record(let members): members.map(\.value)
        }
    }
}
