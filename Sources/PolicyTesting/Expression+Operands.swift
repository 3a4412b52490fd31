import CedarSyntax

extension Expression {
    /// The same expression with other operands.
    ///
    /// - Parameter new: as many as it has.
    func replacingOperands(_ new: [Expression]) -> Expression {
        precondition(new.count == operands.count, "as many operands as before")
        var copy = self
        switch kind {
        case .bool, .long, .string, .entity, .variable: break
        case .not: copy.kind = .not(new[0])
        case .negate: copy.kind = .negate(new[0])
        case .isEmpty: copy.kind = .isEmpty(new[0])
        case .attribute(_, let name): copy.kind = .attribute(new[0], name)
        case .has(_, let path): copy.kind = .has(new[0], path: path)
        case .like(_, let pattern): copy.kind = .like(new[0], pattern)
        case .and: copy.kind = .and(new)
        case .or: copy.kind = .or(new)
        case .set: copy.kind = .set(new)
        case .call(let function, _): copy.kind = .call(function, new)
        case .binary(let symbol, _, _): copy.kind = .binary(symbol, new[0], new[1])
        case .ifThenElse: copy.kind = .ifThenElse(new[0], then: new[1], else: new[2])
        case .isType(_, let type, let group):
            copy.kind = .isType(new[0], type, in: group == nil ? nil : new[1])
        case .record(let members):
            copy.kind = .record(zip(members, new).map { (key: $0.key, value: $1) })
        }
        return copy
    }

    /// The negation; of a negation what it negates.
    var negated: Expression {
        if case .not(let operand) = kind { return operand }
        return Expression(.not(self), span)
    }
}
