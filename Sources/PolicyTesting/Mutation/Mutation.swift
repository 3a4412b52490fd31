package import CedarSyntax

/// A small change of a policy that its tests should notice.
package struct Mutation: Sendable {
    /// What sort of mistake it stands for.
    package enum Kind: String, CaseIterable, Sendable {
        case dropPolicy = "drop-policy"
        case flipEffect = "flip-effect"
        case widenScope = "widen-scope"
        case dropAction = "drop-action"
        case dropCondition = "drop-condition"
        case negateCondition = "negate-condition"
        case dropOperand = "drop-operand"
        case negateOperand = "negate-operand"
        case swapConnective = "swap-connective"
        case moveBoundary = "move-boundary"
        case changeQuantifier = "change-quantifier"
        case changeConstant = "change-constant"
        case dropElement = "drop-element"
        case weakenTypeTest = "weaken-type-test"
        case loosenPattern = "loosen-pattern"
    }

    /// Where the change applies.
    enum Site: Sendable {
        case policy
        case effect
        case principal(ScopeConstraint)
        case action(ActionConstraint)
        case resource(ScopeConstraint)
        case dropClause(Int)
        case negateClause(Int)
        /// In a clause, down the operands with these indices.
        case expression(clause: Int, path: [Int], ExpressionChange)
    }

    package let kind: Kind
    /// Index of the policy.
    package let policy: Int
    /// What of the source is changed.
    package let span: SourceSpan
    /// What stands there instead; empty when it is left out.
    package let replacement: String
    let site: Site
}

/// A change of one expression, its operands left as they are.
enum ExpressionChange: Sendable {
    case dropOperand(Int)
    case negateOperand(Int)
    case become(Expression)
}

extension Mutation {
    /// Makes the change.
    func applied(to policy: Policy) -> Policy {
        var conditions = policy.conditions
        switch site {
        case .policy:
            // Never satisfied: the others keep their numbers.
            let never = Expression(.bool(false), policy.span)
            conditions.insert(
                Policy.Condition(kind: .when, body: never, span: policy.span), at: 0)
        case .effect: return policy.with(effect: policy.effect == .permit ? .forbid : .permit)
        case .principal(let constraint): return policy.with(principal: constraint)
        case .action(let constraint): return policy.with(action: constraint)
        case .resource(let constraint): return policy.with(resource: constraint)
        case .dropClause(let index): conditions.remove(at: index)
        case .negateClause(let index):
            conditions[index].kind = conditions[index].kind == .when ? .unless : .when
        case .expression(let clause, let path, let change):
            conditions[clause].body = conditions[clause].body.changed(at: path[...], change)
        }
        return policy.with(conditions: conditions)
    }
}

extension Expression {
    /// Makes a change below this expression.
    fileprivate func changed(at path: ArraySlice<Int>, _ change: ExpressionChange) -> Expression {
        var operands = operands
        if let next = path.first {
            operands[next] = operands[next].changed(at: path.dropFirst(), change)
            return replacingOperands(operands)
        }
        switch change {
        case .become(let other): return other
        case .negateOperand(let index):
            operands[index] = operands[index].negated
            return replacingOperands(operands)
        case .dropOperand(let index):
            operands.remove(at: index)
            switch kind {
            // A chain of one is that one.
            case .and where operands.count == 1, .or where operands.count == 1: return operands[0]
            case .and: return Expression(.and(operands), span)
            case .or: return Expression(.or(operands), span)
            case .set: return Expression(.set(operands), span)
            default: preconditionFailure("only chains and sets lose operands")
            }
        }
    }
}
