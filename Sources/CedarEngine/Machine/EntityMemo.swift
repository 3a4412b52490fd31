/// The entities that a decision has looked up, so that each is looked up once.
struct EntityMemo: ~Copyable {
    private struct Entry: BitwiseCopyable {
        let hash: UInt64
        let uid: UInt64
        /// Address of the record; 0 when the entity is not there.
        let record: UInt64
        /// Address of the set of all ancestors; 0 when the source has none at hand, ``unasked``
        /// when it was not asked yet.
        var ancestors: UInt64
        /// The decision that made the entry; one of an earlier decision is free.
        let generation: UInt64
    }

    private static let slots = 64
    private static let unasked: UInt64 = 1
    private var entries = [64 of Entry](
        repeating: Entry(hash: 0, uid: 0, record: 0, ancestors: 0, generation: 0))
    private var used = 0
    private var generation: UInt64 = 1
    /// The entries of the principal, the action and the resource; -1 while they have none.
    private var variables = [3 of Int](repeating: -1)
    /// The addresses of their attributes; 0 while they were not asked for.
    private var attributes = [3 of UInt64](repeating: 0)
    /// The addresses of sets of all their ancestors; 0 where there is none, or none was found yet.
    private var ancestors = [3 of UInt64](repeating: 0)

    /// Forgets all entities, without touching their entries.
    @inline(__always)
    mutating func reset() {
        generation &+= 1
        used = 0
        for index in 0..<3 {
            variables[index] = -1
            attributes[index] = 0
            ancestors[index] = 0
        }
    }

    /// The attributes of a variable's entity, if they were asked for in this decision.
    @inline(__always)
    func knownAttributes(of variable: Int) -> FlatRecord? {
        let address = attributes[variable]
        return address == 0 ? nil : FlatRecord(FlatBytes(address: address))
    }

    /// All ancestors of a variable's entity, if some search in this decision found them in one set.
    @inline(__always)
    func knownAncestors(of variable: Int) -> FlatSet? {
        let address = ancestors[variable]
        return address == 0 ? nil : FlatSet(FlatBytes(address: address))
    }

    /// Finds an entity's record, asking the source the first time; nil when it is absent.
    @inline(__always)
    mutating func record<Source: EntitySource & ~Copyable>(
        of uid: FlatEntity, in source: borrowing Source
    ) throws(Fault) -> EntityRecord? {
        try find(uid, in: source).record
    }

    /// The same for the entity of a variable: 0 the principal, 1 the action, 2 the resource.
    @inline(__always)
    mutating func record<Source: EntitySource & ~Copyable>(
        of uid: FlatEntity, variable: Int, in source: borrowing Source
    ) throws(Fault) -> EntityRecord? {
        try find(uid, variable, in: source).record
    }

    @inline(__always)
    private mutating func find<Source: EntitySource & ~Copyable>(
        _ uid: FlatEntity, _ variable: Int, in source: borrowing Source
    ) throws(Fault) -> (record: EntityRecord?, slot: Int?) {
        let known = variables[variable]
        if known >= 0 {
            let record = entries[known].record
            return (record == 0 ? nil : EntityRecord(FlatBytes(address: record)), known)
        }
        let found = try find(uid, in: source)
        variables[variable] = found.slot ?? -1
        attributes[variable] = found.record?.attributes.flat.address ?? 0
        return found
    }

    /// Whether an entity has an ancestor that passes a test: one that a union of sets passes just
    /// when one of the sets does.
    ///
    /// - Parameter variable: the number of the variable whose entity it is, if it is known.
    @inline(__always)
    mutating func hasAncestor<Source: EntitySource & ~Copyable>(
        _ uid: FlatEntity, variable: Int? = nil, in source: borrowing Source,
        where passes: (FlatSet) -> Bool
    ) throws(Fault) -> Bool {
        let (record, slot) =
            if let variable { try find(uid, variable, in: source) } else {
                try find(uid, in: source)
            }
        guard let record else { return false }
        let parents = record.parents
        // With one parent there is nothing to gain.
        if parents.count > 1, let all = allAncestors(of: uid, slot, in: source) {
            if let variable { ancestors[variable] = all.flat.address }
            return passes(all)
        }
        if passes(parents) { return true }
        var isWhole = true
        for index in 0..<parents.count {
            switch source.ancestors(of: FlatEntity(parents.element(index))) {
            case .found(let ancestors):
                if passes(ancestors) { return true }
                isWhole = isWhole && ancestors.count == 0
            case .absent: continue
            case .failed: throw .storeUnavailable
            }
        }
        // The parents are all there is.
        if isWhole, let variable { ancestors[variable] = parents.flat.address }
        return false
    }

    @inline(__always)
    private mutating func allAncestors<Source: EntitySource & ~Copyable>(
        of uid: FlatEntity, _ slot: Int?, in source: borrowing Source
    ) -> FlatSet? {
        guard let slot else { return source.allAncestors(of: uid) }
        if entries[slot].ancestors == Self.unasked {
            entries[slot].ancestors = source.allAncestors(of: uid)?.flat.address ?? 0
        }
        let address = entries[slot].ancestors
        return address == 0 ? nil : FlatSet(FlatBytes(address: address))
    }

    /// Finds an entity's record and the entry that remembers it; nil when there was no room.
    @inline(never)
    private mutating func find<Source: EntitySource & ~Copyable>(
        _ uid: FlatEntity, in source: borrowing Source
    ) throws(Fault) -> (record: EntityRecord?, slot: Int?) {
        let hash = uid.hash
        var slot = Int(truncatingIfNeeded: hash) & (Self.slots - 1)
        while entries[slot].generation == generation {
            if entries[slot].hash == hash {
                let known = entries[slot].uid
                if known == uid.flat.address || FlatBytes(address: known).equals(uid.flat) {
                    let record = entries[slot].record
                    return (record == 0 ? nil : EntityRecord(FlatBytes(address: record)), slot)
                }
            }
            slot = (slot + 1) & (Self.slots - 1)
        }
        let found: EntityRecord?
        switch source.record(of: uid) {
        case .found(let record): found = record
        case .absent: found = nil
        case .failed: throw .storeUnavailable
        }
        // A quarter stays free so that every search ends; what does not fit is asked for again.
        guard used < Self.slots * 3 / 4 else { return (found, nil) }
        entries[slot] = Entry(
            hash: hash, uid: uid.flat.address, record: found?.flat.address ?? 0,
            ancestors: Self.unasked, generation: generation)
        used += 1
        return (found, slot)
    }
}
