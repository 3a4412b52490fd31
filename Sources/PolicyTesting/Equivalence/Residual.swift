import CedarSchema
import CedarSyntax

/// Simplifies policies for one kind of request: what the schema decides is decided.
///
/// Only tests that cannot error are decided (of the request's own entities against types and named
/// entities), and nothing moves across what may error. So the residual is satisfied, not satisfied
/// and in error on exactly those requests of the kind on which the policy is, for entities that
/// conform to the schema and policies that are valid under it.
struct Residual {
    let kind: RequestKind
    let schema: Schema

    /// The conditions that remain; nil when the policy cannot be satisfied.
    func conjuncts(of policy: Policy) -> [Expression]? {
        let span = policy.span
        let action = Expression(.variable(.action), span)
        var all = scope(.principal, policy.principal, span)
        switch policy.action {
        case .any: break
        case .equal(let uid):
            all.append(
                Expression(.binary(.equal, action, Expression(.entity(uid), span)), span))
        case .in(let uid):
            all.append(Expression(.binary(.in, action, Expression(.entity(uid), span)), span))
        case .inSet(let uids):
            let set = Expression(.set(uids.map { Expression(.entity($0), span) }), span)
            all.append(Expression(.binary(.in, action, set), span))
        }
        all += scope(.resource, policy.resource, span)
        all += policy.conditions.map {
            $0.kind == .when ? $0.body : Expression(.not($0.body), span)
        }
        let whole = reduce(Expression(.and(all), span))
        switch whole.kind {
        case .bool(false): return nil
        case .bool(true): return []
        case .and(let operands): return operands
        default: return [whole]
        }
    }

    private func scope(
        _ variable: Variable, _ constraint: ScopeConstraint, _ span: SourceSpan
    ) -> [Expression] {
        let subject = Expression(.variable(variable), span)
        func compare(_ symbol: BinaryOperator, _ target: EntityOrSlot) -> [Expression] {
            // A slot that is not filled stays what no expression is: nothing is known of it.
            guard case .entity(let uid) = target else {
                return [Expression(.string(Text("?\(variable.rawValue)")), span)]
            }
            return [Expression(.binary(symbol, subject, Expression(.entity(uid), span)), span)]
        }
        switch constraint {
        case .any: return []
        case .equal(let target): return compare(.equal, target)
        case .in(let target): return compare(.in, target)
        case .isType(let type): return [Expression(.isType(subject, type, in: nil), span)]
        case .isTypeIn(let type, let target):
            return [Expression(.isType(subject, type, in: nil), span)] + compare(.in, target)
        }
    }

    // MARK: Expressions

    /// Decides what the kind of request decides, operands first.
    func reduce(_ expression: Expression) -> Expression {
        switch expression.kind {
        case .and(let operands): return chain(operands, true, expression.span)
        case .or(let operands): return chain(operands, false, expression.span)
        case .not(let operand):
            let inner = reduce(operand)
            if case .bool(let value) = inner.kind {
                return Expression(.bool(!value), expression.span)
            }
            return inner.negated
        case .ifThenElse(let guardian, let then, let other):
            let decisive = reduce(guardian)
            if case .bool(let value) = decisive.kind { return reduce(value ? then : other) }
            return Expression(
                .ifThenElse(decisive, then: reduce(then), else: reduce(other)), expression.span)
        case .isType(let operand, let type, let group):
            return typeTest(operand, type, group, expression)
        case .binary(let symbol, let left, let right):
            if let known = comparison(symbol, left, right, expression.span) { return known }
        default: break
        }
        return expression.replacingOperands(expression.operands.map(reduce))
    }

    /// Reduces `&&` (going on at true) or `||` (going on at false).
    private func chain(_ operands: [Expression], _ goesOn: Bool, _ span: SourceSpan) -> Expression {
        var kept: [Expression] = []
        for operand in operands {
            let reduced = reduce(operand)
            switch reduced.kind {
            case .bool(goesOn): continue
            case .bool:
                // What follows is never evaluated. What came before may error, so it stays.
                kept.append(reduced)
                return whole(kept, goesOn, span)
            case .and(let inner) where goesOn: kept += inner
            case .or(let inner) where !goesOn: kept += inner
            default: kept.append(reduced)
            }
        }
        return whole(kept, goesOn, span)
    }

    private func whole(_ kept: [Expression], _ goesOn: Bool, _ span: SourceSpan) -> Expression {
        switch kept.count {
        case 0: Expression(.bool(goesOn), span)
        case 1: kept[0]
        default: Expression(goesOn ? .and(kept) : .or(kept), span)
        }
    }

    private func typeTest(
        _ operand: Expression, _ type: Text, _ group: Expression?, _ expression: Expression
    ) -> Expression {
        guard case .variable(let variable) = operand.kind, let known = kind.type(of: variable)
        else { return expression.replacingOperands(expression.operands.map(reduce)) }
        guard known == type else { return Expression(.bool(false), expression.span) }
        guard let group else { return Expression(.bool(true), expression.span) }
        return reduce(Expression(.binary(.in, operand, group), expression.span))
    }

    /// Decides `==`, `!=` and `in` between a variable of the request and named entities.
    private func comparison(
        _ symbol: BinaryOperator, _ left: Expression, _ right: Expression, _ span: SourceSpan
    ) -> Expression? {
        guard case .variable(let variable) = left.kind, let type = kind.type(of: variable) else {
            return nil
        }
        func known(_ truth: Bool) -> Expression { Expression(.bool(truth), span) }
        switch (symbol, right.kind) {
        case (.equal, .entity(let uid)):
            if variable == .action { return known(uid == kind.action.uid) }
            return uid.type == type ? nil : known(false)
        case (.notEqual, .entity(let uid)):
            if variable == .action { return known(uid != kind.action.uid) }
            return uid.type == type ? nil : known(true)
        case (.in, .entity(let uid)):
            if variable == .action { return known(isAction(in: uid)) }
            if schema.canDescend(type, from: uid.type) { return nil }
            // Nothing of its type is below it but itself.
            return uid.type == type
                ? Expression(.binary(.equal, left, right), span) : known(false)
        case (.in, .set(let elements)) where variable == .action:
            var isMember = false
            for element in elements {
                guard case .entity(let uid) = element.kind else { return nil }
                isMember = isMember || isAction(in: uid)
            }
            return known(isMember)
        default: return nil
        }
    }

    private func isAction(in group: EntityUID) -> Bool {
        kind.action.uid == group || kind.action.ancestors.contains(group)
    }
}
