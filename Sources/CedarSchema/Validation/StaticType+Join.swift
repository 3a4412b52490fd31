import CedarSyntax

extension StaticType {
    /// Whether every value of this type is one of another.
    func isSubtype(of other: StaticType, _ mode: ValidationMode) -> Bool {
        switch (self, other) {
        case (.never, _): true
        case (.bool(let known), .bool(let wanted)): wanted == nil || known == wanted
        case (.long, .long), (.string, .string): true
        case (.extension(let left), .extension(let right)): left == right
        case (.entity(let left), .entity(let right)):
            mode == .strict ? left == right : Set(left).isSubset(of: right)
        case (.set(let left), .set(let right)): left.isSubtype(of: right, mode)
        case (.record(let left), .record(let right)): left.isSubtype(of: right, mode)
        default: false
        }
    }

    /// Returns the smallest type that has all values of both; nil when the mode allows none.
    func joined(with other: StaticType, _ mode: ValidationMode) -> StaticType? {
        if isSubtype(of: other, mode) { return other }
        if other.isSubtype(of: self, mode) { return self }
        switch (self, other) {
        case (.bool, .bool):
            return .bool(nil)
        case (.entity(let left), .entity(let right)) where mode == .permissive:
            return .entity(Set(left).union(right).sorted())
        case (.set(let left), .set(let right)):
            return left.joined(with: right, mode).map { .set($0) }
        case (.record(let left), .record(let right)):
            return left.joined(with: right, mode).map { .record($0) }
        default:
            return nil
        }
    }

    /// Whether no value is of both types; false also when that is not known.
    func isDisjoint(with other: StaticType) -> Bool {
        guard case .entity(let left) = self, case .entity(let right) = other else { return false }
        return Set(left).isDisjoint(with: right)
    }
}

extension StaticRecord {
    func isSubtype(of other: StaticRecord, _ mode: ValidationMode) -> Bool {
        guard !isOpen || other.isOpen else { return false }
        if mode == .strict || !other.isOpen {
            guard attributes.count == other.attributes.count else { return false }
        }
        return other.attributes.allSatisfy { wanted in
            guard let attribute = self[wanted.name],
                attribute.type.isSubtype(of: wanted.type, mode)
            else { return false }
            return mode == .strict
                ? attribute.isRequired == wanted.isRequired
                : attribute.isRequired || !wanted.isRequired
        }
    }

    /// Returns the record with the attributes of both; in permissive mode those that have no
    /// common type are left out and make it open.
    func joined(with other: StaticRecord, _ mode: ValidationMode) -> StaticRecord? {
        var common: [Attribute] = []
        for attribute in attributes {
            let joined = other[attribute.name].flatMap { attribute.joined(with: $0, mode) }
            if let joined {
                common.append(joined)
            } else if mode == .strict {
                return nil
            }
        }
        let isComplete =
            common.count == attributes.count && common.count == other.attributes.count
        guard isComplete || mode == .permissive else { return nil }
        return StaticRecord(
            attributes: common, isOpen: isOpen || other.isOpen || !isComplete)
    }
}

extension StaticRecord.Attribute {
    fileprivate func joined(with other: Self, _ mode: ValidationMode) -> Self? {
        guard mode == .permissive || isRequired == other.isRequired,
            let type = type.joined(with: other.type, mode)
        else { return nil }
        return Self(name: name, type: type, isRequired: isRequired && other.isRequired)
    }
}

extension StaticType {
    /// Says what keeps two types from being one in strict mode, when it is hidden in records.
    func mismatch(with other: StaticType) -> String? {
        guard case .inside(let reason) = deviation(from: other) else { return nil }
        return reason
    }

    private enum Deviation {
        /// The types themselves have nothing in common.
        case plain
        /// An attribute of a record differs, in these words.
        case inside(String)
    }

    /// Finds the first place where strict mode does not join two types; nil when it does.
    private func deviation(from other: StaticType) -> Deviation? {
        switch (self, other) {
        case (.set(let left), .set(let right)):
            return left.deviation(from: right)
        case (.record(let left), .record(let right)):
            for attribute in left.attributes {
                guard let counterpart = right[attribute.name] else {
                    return Self.lonely(attribute)
                }
                if attribute.isRequired != counterpart.isRequired {
                    return .inside(
                        "the attribute `\(attribute.name)` is optional in only one of the records")
                }
                switch attribute.type.deviation(from: counterpart.type) {
                case nil: continue
                case .plain:
                    return .inside(
                        "the attribute `\(attribute.name)` is `\(attribute.type)` in one record "
                            + "and `\(counterpart.type)` in the other")
                case .inside(let reason): return .inside(reason)
                }
            }
            return right.attributes.first { left[$0.name] == nil }.map(Self.lonely)
        default:
            return joined(with: other, .strict) == nil ? .plain : nil
        }
    }

    private static func lonely(_ attribute: StaticRecord.Attribute) -> Deviation {
        .inside("only one of the records has the attribute `\(attribute.name)`")
    }
}
