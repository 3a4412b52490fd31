import CedarSyntax

extension TreeEvaluator {
    func negated(_ operand: Value) throws(TreeFault) -> Value {
        let (difference, overflow) = try Int64(0).subtractingReportingOverflow(operand.long())
        if overflow { throw .overflow }
        return .long(difference)
    }

    /// Applies an operator to operands that are already evaluated.
    func apply(_ operation: BinaryOperator, _ left: Value, _ right: Value)
        throws(TreeFault) -> Value
    {
        switch operation {
        case .equal: return .bool(left.isEqual(to: right))
        case .notEqual: return .bool(!left.isEqual(to: right))
        case .less: return .bool(try isLess(left, right))
        case .lessOrEqual: return .bool(try !isLess(right, left))
        case .greater: return .bool(try isLess(right, left))
        case .greaterOrEqual: return .bool(try !isLess(left, right))
        case .add:
            return try long(left.long().addingReportingOverflow(right.long()))
        case .subtract:
            return try long(left.long().subtractingReportingOverflow(right.long()))
        case .multiply:
            return try long(left.long().multipliedReportingOverflow(by: right.long()))
        case .in: return .bool(try isIn(left, right))
        case .contains: return .bool(try left.set().contains(equalTo: right))
        case .containsAll:
            let elements = try left.set()
            return .bool(try right.set().allSatisfy { elements.contains(equalTo: $0) })
        case .containsAny:
            let elements = try left.set()
            return .bool(try right.set().contains { elements.contains(equalTo: $0) })
        case .hasTag:
            let (uid, key) = (try left.entity(), try right.string())
            return .bool(entities[uid]?.tags[key] != nil)
        case .getTag:
            let (uid, key) = (try left.entity(), try right.string())
            guard let entity = entities[uid] else { throw .missingEntity }
            guard let tag = entity.tags[key] else { throw .missingTag }
            return tag
        }
    }

    /// Returns whether the left entity is the right one or below it; of a set, below any member.
    ///
    /// All members of the set are looked at before any is tried.
    func isIn(_ left: Value, _ right: Value) throws(TreeFault) -> Bool {
        let uid = try left.entity()
        switch right {
        case .entity(let container): return entities.isEqualOrBelow(uid, container)
        case .set(let elements):
            var containers: [EntityUID] = []
            for element in elements { containers.append(try element.entity()) }
            return containers.contains { entities.isEqualOrBelow(uid, $0) }
        default: throw .typeError
        }
    }

    private func isLess(_ left: Value, _ right: Value) throws(TreeFault) -> Bool {
        switch (left, right) {
        case (.long(let left), .long(let right)): left < right
        case (.datetime(let left), .datetime(let right)): left.milliseconds < right.milliseconds
        case (.duration(let left), .duration(let right)): left.milliseconds < right.milliseconds
        default: throw .typeError
        }
    }

    private func long(_ result: (partialValue: Int64, overflow: Bool)) throws(TreeFault) -> Value {
        if result.overflow { throw .overflow }
        return .long(result.partialValue)
    }
}

extension Pattern {
    /// Returns whether the whole text matches, scalar by scalar.
    ///
    /// Keeps the set of all places in the pattern that the scalars so far can lead to.
    func matchesPlainly(_ text: Text) -> Bool {
        var places = skippingWildcards(from: [0])
        for scalar in text.string.unicodeScalars {
            var next: Set<Int> = []
            for place in places where place < elements.count {
                switch elements[place] {
                case .wildcard: next.insert(place)
                case .scalar(scalar): next.insert(place + 1)
                case .scalar: break
                }
            }
            places = skippingWildcards(from: next)
        }
        return places.contains(elements.count)
    }

    /// Adds the places after wildcards, as a wildcard also matches nothing.
    private func skippingWildcards(from places: Set<Int>) -> Set<Int> {
        var result = places
        for place in places {
            var end = place
            while end < elements.count, elements[end] == .wildcard {
                end += 1
                result.insert(end)
            }
        }
        return result
    }
}
