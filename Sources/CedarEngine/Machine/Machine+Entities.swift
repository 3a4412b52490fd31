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

    /// What a variable has: a record's members or an entity's attributes; nil when the entity is
    /// not in the store.
    @inline(__always)
    func members<Source: EntitySource & ~Copyable>(
        of variable: UInt8, _ source: borrowing Source, _ workspace: inout Workspace
    ) throws(Fault) -> FlatRecord? {
        guard variable < 3 else { return request.context }
        if let known = workspace.entities.knownAttributes(of: Int(variable)) { return known }
        return try attributes(of: variable, source, &workspace)
    }

    @inline(never)
    private func attributes<Source: EntitySource & ~Copyable>(
        of variable: UInt8, _ source: borrowing Source, _ workspace: inout Workspace
    ) throws(Fault) -> FlatRecord? {
        try workspace.entities.record(
            of: FlatEntity(self.variable(variable).flat), variable: Int(variable), in: source)?
            .attributes
    }

    /// An attribute of a variable.
    @inline(__always)
    func load<Source: EntitySource & ~Copyable>(
        _ variable: UInt8, _ key: UInt32, _ source: borrowing Source,
        _ workspace: inout Workspace
    ) throws(Fault) -> Operand {
        guard let members = try members(of: variable, source, &workspace) else {
            throw .missingEntity
        }
        guard let value = members.search(FlatString(rules.constant(key))) else {
            throw .missingAttribute
        }
        return Operand(value)
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

    /// The value of an indexed path; nil when it is missing and every policy asks before it reads.
    func value<Source: EntitySource & ~Copyable>(
        of path: IndexedPath, _ source: borrowing Source, _ workspace: inout Workspace
    ) throws(Fault) -> Operand? {
        var value = variable(path.variable)
        let names = rules.constant(path.names)
        for index in 0..<Int(path.count) {
            let key = names.half(index &* 4)
            let found =
                path.isGuarded
                ? try find(key, in: value, source, &workspace)
                : try attribute(key, of: value, source, &workspace)
            guard let found else {
                if path.isGuarded { return nil }
                throw .missingAttribute
            }
            value = Operand(found)
        }
        return value
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
        try isIn(try left.entity(), nil, right, source, &workspace)
    }

    /// The same for a variable.
    @inline(__always)
    func isIn<Source: EntitySource & ~Copyable>(
        _ left: UInt8, _ right: Operand, _ source: borrowing Source,
        _ workspace: inout Workspace
    ) throws(Fault) -> Bool {
        let entity = try variable(left).entity()
        if let ancestors = workspace.entities.knownAncestors(of: Int(left)) {
            return try isIn(entity, ancestors, right)
        }
        return try isIn(entity, Int(left), right, source, &workspace)
    }

    /// The same for an entity all of whose ancestors are at hand.
    @inline(never)
    private func isIn(
        _ entity: FlatEntity, _ ancestors: FlatSet, _ right: Operand
    ) throws(Fault) -> Bool {
        switch right.tag {
        case .entity:
            let target = FlatEntity(right.flat)
            return entity.equals(target) || ancestors.contains(target)
        case .set:
            let targets = FlatSet(right.flat)
            guard targets.isAllEntities else { throw .typeError }
            return targets.contains(entity) || ancestors.intersects(targets)
        case .bool, .long, .string, .decimal, .datetime, .duration, .ip, .record:
            throw .typeError
        }
    }

    private func isIn<Source: EntitySource & ~Copyable>(
        _ entity: FlatEntity, _ variable: Int?, _ right: Operand, _ source: borrowing Source,
        _ workspace: inout Workspace
    ) throws(Fault) -> Bool {
        switch right.tag {
        case .entity:
            let target = FlatEntity(right.flat)
            if entity.equals(target) { return true }
            return try workspace.entities.hasAncestor(
                entity, variable: variable, in: source
            ) { $0.contains(target) }
        case .set:
            let targets = FlatSet(right.flat)
            guard targets.isAllEntities else { throw .typeError }
            if targets.contains(entity) { return true }
            if targets.count == 0 { return false }
            return try workspace.entities.hasAncestor(
                entity, variable: variable, in: source
            ) { $0.intersects(targets) }
        case .bool, .long, .string, .decimal, .datetime, .duration, .ip, .record:
            throw .typeError
        }
    }
}
