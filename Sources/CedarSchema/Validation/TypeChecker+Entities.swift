import CedarSyntax

// `is` and `in`.

extension TypeChecker {
    /// Checks `operand is type`, or `operand is type in group`, which is `&&` of the two.
    mutating func typeTest(
        _ operand: Expression, _ type: Text, in group: Expression?, at span: SourceSpan,
        _ known: CapabilitySet
    ) -> Answer {
        let answer = expect(.entity, operand, known) { _ in
            "`is` tests the type of entities only"
        }
        guard case .entity(let names)? = answer.type else {
            if let group { _ = expect(.entityOrEntities, group, known) }
            return .failed
        }
        guard names.contains(type) else { return Answer(.bool(false)) }
        let truth: Bool? = names.count == 1 ? true : nil
        guard let group else { return Answer(.bool(truth)) }
        dereference(answer.reach, at: span)
        let membership = membership(operand, names, group, known)
        guard case .bool(let isIn)? = membership.type else { return .failed }
        return Answer(.bool(isIn == true ? truth : isIn))
    }

    mutating func membership(
        _ left: Expression, _ right: Expression, _ known: CapabilitySet
    ) -> Answer {
        let answer = expect(.entity, left, known) { _ in
            "`in` is for the hierarchy of entities; to search in a set write `.contains(…)`"
        }
        guard case .entity(let names)? = answer.type else {
            _ = expect(.entityOrEntities, right, known)
            return .failed
        }
        dereference(answer.reach, at: left.span)
        return membership(left, names, right, known)
    }

    private mutating func membership(
        _ left: Expression, _ names: [Text], _ right: Expression, _ known: CapabilitySet
    ) -> Answer {
        let answer = expect(.entityOrEntities, right, known) { type in
            switch type {
            case .set: "to search in a set write `.contains(…)`"
            case .string: "to search in a text write `like \"*…*\"`"
            default: nil
            }
        }
        guard let type = answer.type else { return .failed }
        if let action = entity(left), action.isAction, let groups = entities(right) {
            // All actions and their groups are in the schema: the answer is known.
            return Answer(.bool(types.isAction(action, in: groups)))
        }
        let above: [Text]
        switch type {
        case .entity(let types), .set(.entity(let types)): above = types
        default: return Answer(.bool(nil))
        }
        let isPossible = names.contains { name in
            above.contains { types.canBeIn(name, $0) }
        }
        return Answer(.bool(isPossible ? nil : false))
    }

    /// The entity that an expression names, also as `action`.
    private func entity(_ expression: Expression) -> EntityUID? {
        switch expression.kind {
        case .entity(let uid): uid
        case .variable(.action): environment.action
        default: nil
        }
    }

    private func entities(_ expression: Expression) -> [EntityUID]? {
        guard case .set(let elements) = expression.kind else {
            return entity(expression).map { [$0] }
        }
        var entities: [EntityUID] = []
        for element in elements {
            guard let entity = entity(element) else { return nil }
            entities.append(entity)
        }
        return entities
    }
}
