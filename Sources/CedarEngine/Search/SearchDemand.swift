package import CedarSyntax

/// What must be true of an entity that is searched for a policy to be satisfied, as far as the policy's
/// text tells.
///
/// It is necessary and not sufficient: who meets it is decided still, who does not is permitted by no
/// means. "The other" is the entity in the other role, which is known.
package indirect enum SearchDemand: Sendable, Equatable {
    /// Nothing is known.
    case anything
    /// No entity can meet it.
    case nothing
    case equal(EntityUID)
    /// To be of a type.
    case type(Text)
    /// To be an entity or below it.
    case within(EntityUID)
    case equalsOther
    case withinOther
    /// To be the entity that an attribute of the other is, or one of those in it.
    case namedByOther(attribute: Text)
    /// To be below an entity that an attribute of the other is, or one of those in it.
    case withinNamedByOther(attribute: Text)
    /// An attribute is an entity, or a set that has it.
    case refers(attribute: Text, EntityUID)
    /// An attribute is the other, or a set that has the other.
    case refersToOther(attribute: Text)
    /// An attribute is the other or an ancestor of the other, or a set that has one of them.
    case refersAboveOther(attribute: Text)
    case otherEqual(EntityUID)
    case otherWithin(EntityUID)
    case otherType(Text)
    case all([SearchDemand])
    case either([SearchDemand])
}

/// Reads demands off expressions.
struct SearchDemandReader {
    let searched: Variable
    let other: Variable

    /// So deep conditions are looked into; what is nested deeper is not known.
    private static let maximumDepth = 24

    /// What must be true of the searched entity for an expression to be true.
    func demand(_ expression: Expression, depth: Int = 0) -> SearchDemand {
        guard depth < Self.maximumDepth else { return .anything }
        switch expression.kind {
        case .bool(let value): return value ? .anything : .nothing
        case .and(let operands):
            return Self.all(operands.map { demand($0, depth: depth + 1) })
        case .or(let operands):
            return Self.either(operands.map { demand($0, depth: depth + 1) })
        case .ifThenElse(let guardian, let then, let otherwise):
            return Self.either([
                Self.all([demand(guardian, depth: depth + 1), demand(then, depth: depth + 1)]),
                demand(otherwise, depth: depth + 1),
            ])
        case .binary(.equal, let left, let right):
            return Self.all([equality(left, right), equality(right, left)])
        case .binary(.in, let left, let right): return membership(left, right)
        case .binary(.contains, let left, let right): return containment(left, right)
        case .isType(let operand, let type, let group):
            var demands = [typeTest(operand, type)]
            if let group { demands.append(membership(operand, group)) }
            return Self.all(demands)
        default: return .anything
        }
    }

    func demand(_ variable: Variable, _ constraint: ScopeConstraint) -> SearchDemand {
        let isOther = variable == other
        switch constraint {
        case .any: return .anything
        case .equal(.entity(let uid)): return isOther ? .otherEqual(uid) : .equal(uid)
        case .in(.entity(let uid)): return isOther ? .otherWithin(uid) : .within(uid)
        case .isType(let type): return isOther ? .otherType(type) : .type(type)
        case .isTypeIn(let type, .entity(let uid)):
            return isOther
                ? .all([.otherType(type), .otherWithin(uid)]) : .all([.type(type), .within(uid)])
        // A slot that nothing fills applies to nobody; such policies are not asked.
        case .equal(.slot), .in(.slot), .isTypeIn(_, .slot): return .anything
        }
    }

    private func typeTest(_ operand: Expression, _ type: Text) -> SearchDemand {
        if isVariable(operand, searched) { return .type(type) }
        return isVariable(operand, other) ? .otherType(type) : .anything
    }

    /// `left == right`, read from the left.
    private func equality(_ left: Expression, _ right: Expression) -> SearchDemand {
        if isVariable(left, searched) {
            if case .entity(let uid) = right.kind { return .equal(uid) }
            if isVariable(right, other) { return .equalsOther }
            if let name = attribute(right, of: other) { return .namedByOther(attribute: name) }
        }
        if let name = attribute(left, of: searched) {
            if case .entity(let uid) = right.kind { return .refers(attribute: name, uid) }
            if isVariable(right, other) { return .refersToOther(attribute: name) }
        }
        if isVariable(left, other), case .entity(let uid) = right.kind { return .otherEqual(uid) }
        return .anything
    }

    /// `left in right`.
    private func membership(_ left: Expression, _ right: Expression) -> SearchDemand {
        if case .set(let elements) = right.kind {
            return Self.either(elements.map { membership(left, $0) })
        }
        if isVariable(left, searched) {
            if case .entity(let uid) = right.kind { return .within(uid) }
            if isVariable(right, other) { return .withinOther }
            if let name = attribute(right, of: other) {
                return .withinNamedByOther(attribute: name)
            }
        }
        if isVariable(left, other) {
            if case .entity(let uid) = right.kind { return .otherWithin(uid) }
            if let name = attribute(right, of: searched) {
                return .refersAboveOther(attribute: name)
            }
        }
        return .anything
    }

    /// `left.contains(right)`.
    private func containment(_ left: Expression, _ right: Expression) -> SearchDemand {
        if case .set(let elements) = left.kind {
            return Self.either(
                elements.map { Self.all([equality($0, right), equality(right, $0)]) })
        }
        if let name = attribute(left, of: searched) {
            if case .entity(let uid) = right.kind { return .refers(attribute: name, uid) }
            if isVariable(right, other) { return .refersToOther(attribute: name) }
        }
        if let name = attribute(left, of: other), isVariable(right, searched) {
            return .namedByOther(attribute: name)
        }
        return .anything
    }

    private func isVariable(_ expression: Expression, _ variable: Variable) -> Bool {
        if case .variable(variable) = expression.kind { return true }
        return false
    }

    private func attribute(_ expression: Expression, of variable: Variable) -> Text? {
        guard case .attribute(let owner, let name) = expression.kind, isVariable(owner, variable)
        else { return nil }
        return name
    }

    // MARK: Joining

    static func all(_ demands: [SearchDemand]) -> SearchDemand {
        var kept: [SearchDemand] = []
        for demand in demands {
            switch demand {
            case .anything: continue
            case .nothing: return .nothing
            case .all(let inner): kept += inner
            default: kept.append(demand)
            }
        }
        return kept.count > 1 ? .all(kept) : kept.first ?? .anything
    }

    static func either(_ demands: [SearchDemand]) -> SearchDemand {
        var kept: [SearchDemand] = []
        for demand in demands {
            switch demand {
            case .anything: return .anything
            case .nothing: continue
            case .either(let inner): kept += inner
            default: kept.append(demand)
            }
        }
        return kept.count > 1 ? .either(kept) : kept.first ?? .nothing
    }
}
