import CedarSyntax

extension Machine {
    /// The attribute of an entity or record; a fault when the entity is not in the store.
    @inline(__always)
    func attribute<Source: EntitySource & ~Copyable>(
        _ key: UInt32, of operand: Operand, _ source: borrowing Source,
        _ workspace: inout Workspace
    ) throws(Fault) -> FlatBytes? {
        switch operand.tag {
        case .record:
            return FlatRecord(operand.flat).find(FlatString(rules.constant(key)))
        case .entity:
            guard
                let record = try workspace.entities.record(
                    of: FlatEntity(operand.flat), in: source)
            else { throw .missingEntity }
            return record.attributes.find(FlatString(rules.constant(key)))
        case .bool, .long, .string, .decimal, .datetime, .duration, .ip, .set:
            throw .typeError
        }
    }

    /// The same for `has`: an entity that is not in the store has nothing.
    @inline(__always)
    func find<Source: EntitySource & ~Copyable>(
        _ key: UInt32, in operand: Operand, _ source: borrowing Source,
        _ workspace: inout Workspace
    ) throws(Fault) -> FlatBytes? {
        switch operand.tag {
        case .record:
            return FlatRecord(operand.flat).find(FlatString(rules.constant(key)))
        case .entity:
            return try workspace.entities.record(of: FlatEntity(operand.flat), in: source)?
                .attributes.find(FlatString(rules.constant(key)))
        case .bool, .long, .string, .decimal, .datetime, .duration, .ip, .set:
            throw .typeError
        }
    }

    func tag<Source: EntitySource & ~Copyable>(
        _ key: Operand, of operand: Operand, _ instruction: Instruction,
        _ source: borrowing Source, _ workspace: inout Workspace
    ) throws(Fault) -> Operand {
        let entity = try operand.entity()
        let key = try key.string()
        let record = try workspace.entities.record(of: entity, in: source)
        if instruction.operation == .hasTag {
            return Operand(record?.tags.find(key) != nil)
        }
        guard let record else { throw .missingEntity }
        guard let value = record.tags.find(key) else { throw .missingTag }
        return Operand(value)
    }

    /// `left in right`, where right is an entity or a set; every element of the set must be an
    /// entity, also when an earlier one decides.
    @inline(__always)
    func isIn<Source: EntitySource & ~Copyable>(
        _ left: Operand, _ right: Operand, _ source: borrowing Source,
        _ workspace: inout Workspace
    ) throws(Fault) -> Bool {
        let entity = try left.entity()
        switch right.tag {
        case .entity:
            let target = FlatEntity(right.flat)
            if entity.equals(target) { return true }
            guard let record = try workspace.entities.record(of: entity, in: source) else {
                return false
            }
            return try record.parents.hasAncestor(in: source) { $0.contains(target) }
        case .set:
            let targets = FlatSet(right.flat)
            guard targets.isAllEntities else { throw .typeError }
            if targets.contains(entity) { return true }
            if targets.count == 0 { return false }
            guard let record = try workspace.entities.record(of: entity, in: source) else {
                return false
            }
            return try record.parents.hasAncestor(in: source) { $0.intersects(targets) }
        case .bool, .long, .string, .decimal, .datetime, .duration, .ip, .record:
            throw .typeError
        }
    }
}

extension FlatSet {
    /// Whether these parents or the ancestors of one of them pass a test.
    @inline(__always)
    func hasAncestor<Source: EntitySource & ~Copyable>(
        in source: borrowing Source, where passes: (FlatSet) -> Bool
    ) throws(Fault) -> Bool {
        if passes(self) { return true }
        for index in 0..<count {
            switch source.ancestors(of: FlatEntity(element(index))) {
            case .found(let ancestors):
                if passes(ancestors) { return true }
            case .absent:
                continue
            case .failed:
                throw .storeUnavailable
            }
        }
        return false
    }
}
