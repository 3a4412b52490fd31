import CedarEngine
import LMDB

/// What one write transaction changes: records first, then, in ``finish(_:)``, the hierarchy.
///
/// Edges to parents are gathered while records are written, sorted by parent, and counted at the
/// end; so the memory it takes does not grow with the number of entities, only with the number of
/// groups whose ancestors change.
struct StoreChange: ~Copyable {
    private let layout: StoreLayout
    private let operation: String
    /// Of each new or lost edge to a parent: the key of the parent; sign and identity.
    private var edges: ByteSorter
    /// Parents whose own parents changed.
    private var regrouped: [FlatUID]
    /// Secondary keys that records gain and lose: the key's hash; sign, key and owner.
    private var keyChanges: SecondaryKeyChanges
    private var hasRestrictionChanges = false
    private var encoder: FlatEncoder
    /// The last keys of the databases: what comes after them is appended, which fills pages.
    private var lastEntityKey: UInt64?
    private var lastChildKey: UInt64?
    private var hasParents: Bool { lastChildKey != nil }
    private var state: StoreState
    private var changed: ChangedKeys
    private let logBounds: ChangeLogBounds
    private let sortBytes: Int
    private let directory: String

    /// Entities that were not in the store.
    private(set) var added = 0
    /// Entities whose record changed.
    private(set) var replaced = 0
    /// Entities that were there with the same record.
    private(set) var unchanged = 0
    private(set) var removed = 0

    init(
        _ transaction: borrowing WriteTransaction, _ store: EntityStore, _ operation: String
    ) throws(StoreError) {
        let state = try transaction.state(store.layout)
        let lastEntityKey = try transaction.lastKey(.entity, store.layout)
        let lastChildKey = try transaction.lastKey(.children, store.layout)
        self.state = state
        self.lastEntityKey = lastEntityKey
        self.lastChildKey = lastChildKey
        layout = store.layout
        self.operation = operation
        regrouped = []
        changed = ChangedKeys(maximumCount: store.options.changeLog.maximumKeys)
        logBounds = store.options.changeLog
        sortBytes = store.options.sortBytes
        directory = store.path
        edges = ByteSorter(
            memoryBytes: store.options.sortBytes, directory: store.path, operation: operation)
        keyChanges = SecondaryKeyChanges(store, operation)
        encoder = FlatEncoder()
    }

    /// Writes the records of entities whose hashes share a key; keys come in rising order.
    mutating func put(
        _ records: [[UInt8]], _ transaction: inout WriteTransaction
    ) throws(StoreError) {
        guard let first = records.first else { return }
        let hash = first.withFlat { EntityRecord($0).uid.hash }
        let key = layout.key(hash).number
        let isNew = lastEntityKey.map { $0 < key } ?? true
        var chain =
            try isNew
            ? EntryChain(.entity, nil) : transaction.chain(.entity, hash, layout)
        var isChanged = false
        for record in records {
            let range = record.withFlat { chain.find(EntityRecord($0).uid) }
            var old: [UInt8]?
            if let range {
                if chain.bytes[range].elementsEqual(record) {
                    unchanged += 1
                    continue
                }
                old = Array(chain.bytes[range])
                replaced += 1
            } else {
                added += 1
            }
            isChanged = true
            try relate(old, record, &transaction)
            chain.replace(range, with: record)
        }
        guard isChanged else { return }
        try transaction.store(chain, hash, layout, mode: isNew ? .append : .overwrite)
        changed.add(entity: key)
        if isNew { lastEntityKey = key }
    }

    /// Removes an entity; false when it was not there.
    mutating func remove(
        _ uid: FlatUID, _ transaction: inout WriteTransaction
    ) throws(StoreError) -> Bool {
        var chain = try transaction.chain(.entity, uid.hash, layout)
        guard let range = chain.find(uid) else { return false }
        try relate(Array(chain.bytes[range]), nil, &transaction)
        chain.remove(range)
        try transaction.store(chain, uid.hash, layout)
        changed.add(entity: layout.key(uid.hash).number)
        removed += 1
        return true
    }

    /// Says that the restrictions are changed in the same transaction.
    mutating func noteRestrictionChange() { hasRestrictionChanges = true }

    /// Gathers what a changed record means for the hierarchy.
    private mutating func relate(
        _ old: [UInt8]?, _ new: [UInt8]?, _ transaction: inout WriteTransaction
    ) throws(StoreError) {
        try keyChanges.add(old, new)
        let lost = ParentList.of(old, without: new)
        let gained = ParentList.of(new, without: old)
        if lost.isEmpty && gained.isEmpty { return }
        for parent in lost { try edges.add(parent.hash & layout.keyMask, [0], parent.bytes) }
        for parent in gained { try edges.add(parent.hash & layout.keyMask, [1], parent.bytes) }
        guard hasParents, let record = new ?? old else { return }
        let uid = record.withFlat { FlatUID(EntityRecord($0).uid) }
        guard try transaction.isParent(uid, layout) else { return }
        for parent in lost { try transaction.removeEdge(parent, uid, layout) }
        regrouped.append(uid)
    }

    /// Brings the hierarchy up to date with the records written so far.
    ///
    /// - Throws: `cycle`; `badEntity` for too many ancestors and for a key that another entity
    ///   has; `corrupted`.
    mutating func settle(_ transaction: inout WriteTransaction) throws(StoreError) {
        if keyChanges.count > 0 {
            try keyChanges.write(&transaction, layout)
            keyChanges = keyChanges.emptied()
        }
        if edges.count == 0, regrouped.isEmpty { return }
        try countChildren(&transaction)
        try computeClosures(&transaction)
        edges = ByteSorter(memoryBytes: sortBytes, directory: directory, operation: operation)
    }

    /// Brings the hierarchy, the log of changed keys and the store's own record up to date.
    ///
    /// - Returns: the revision that the commit will make, or the present one when nothing changed.
    /// - Throws: `cycle`, `badEntity` for too many ancestors, `corrupted`.
    consuming func finish(
        _ transaction: inout WriteTransaction
    ) throws(StoreError) -> (revision: UInt64, counts: StoreChangeCounts) {
        let counts = StoreChangeCounts(
            added: added, replaced: replaced, unchanged: unchanged, removed: removed)
        guard counts.isChange || hasRestrictionChanges else { return (state.revision, counts) }
        try settle(&transaction)
        let (count, overflow) = (state.entityCount &+ UInt64(added))
            .subtractingReportingOverflow(UInt64(removed))
        guard !overflow else {
            throw StoreError(
                .corrupted, operation, "the number of entities is wrong: run a check")
        }
        state.entityCount = count
        state.revision += 1
        if hasRestrictionChanges { state.restrictionsRevision = state.revision }
        try transaction.log(changed, revision: state.revision, logBounds, layout, operation)
        do throws(LMDBError) {
            let key = StoreState.key
            try transaction.put(key.span, state.bytes.span, in: layout.meta)
        } catch {
            throw StoreError(error, operation)
        }
        return (state.revision, counts)
    }

    private mutating func countChildren(
        _ transaction: inout WriteTransaction
    ) throws(StoreError) {
        var sorted = try edges.sorted()
        var pending = try sorted.next()
        while let first = pending {
            var changes: [FlatUID: Int] = [:]
            while let edge = pending, edge.key == first.key {
                let uid = edge.bytes.withFlat(at: 1) { FlatUID(FlatEntity($0)) }
                changes[uid, default: 0] += edge.bytes[0] == 1 ? 1 : -1
                pending = try sorted.next()
            }
            try count(changes, &transaction)
        }
    }

    /// Changes the counts of parents that share a key.
    private mutating func count(
        _ changes: [FlatUID: Int], _ transaction: inout WriteTransaction
    ) throws(StoreError) {
        guard let hash = changes.keys.first?.hash else { return }
        let key = layout.key(hash).number
        let isNew = lastChildKey.map { $0 < key } ?? true
        var chain =
            try isNew
            ? EntryChain(.children, nil) : transaction.chain(.children, hash, layout)
        var isChanged = false
        for (parent, change) in changes where change != 0 {
            let range = chain.find(parent)
            let old = range.map { ChildCount.count(in: chain, $0) } ?? 0
            let new = Int(clamping: old) + change
            guard new >= 0 else {
                throw StoreError(
                    .corrupted, operation,
                    "the number of children of `\(parent.uid)` is wrong: run a check")
            }
            isChanged = true
            if new > 0 {
                chain.replace(range, with: ChildCount.entry(parent, UInt64(new)))
            } else if let range {
                chain.remove(range)
            }
            if old == 0 {
                // It is a group now, with whatever parents it has.
                if try !transaction.parents(of: parent, layout).isEmpty {
                    regrouped.append(parent)
                }
            } else if new == 0 {
                for grandparent in try transaction.parents(of: parent, layout) {
                    try transaction.removeEdge(grandparent, parent, layout)
                }
                if try transaction.storeClosure(of: parent, [], layout, &encoder) {
                    changed.add(closure: key)
                }
            }
        }
        guard isChanged else { return }
        try transaction.store(chain, hash, layout, mode: isNew ? .append : .overwrite)
        if isNew { lastChildKey = key }
    }

    private mutating func computeClosures(
        _ transaction: inout WriteTransaction
    ) throws(StoreError) {
        var graph = GroupGraph(layout)
        for uid in regrouped where try transaction.isParent(uid, layout) {
            guard graph.add(uid) else { continue }
            for parent in try transaction.parents(of: uid, layout) {
                try transaction.addEdge(parent, uid, layout)
            }
        }
        regrouped = []
        try graph.addDescendants(in: transaction)
        try graph.computeAncestors(in: transaction)
        for number in graph.dirty {
            let uid = graph.uids[Int(number)]
            if try transaction.storeClosure(
                of: uid, graph.ancestors(of: number), layout, &encoder)
            {
                changed.add(closure: layout.key(uid.hash).number)
            }
        }
    }
}

/// What a change did to entities.
package struct StoreChangeCounts: Sendable, Equatable {
    package var added = 0
    package var replaced = 0
    package var unchanged = 0
    package var removed = 0

    /// Whether anything is different afterwards.
    package var isChange: Bool { added + replaced + removed > 0 }

    mutating func add(_ other: StoreChangeCounts) {
        added += other.added
        replaced += other.replaced
        unchanged += other.unchanged
        removed += other.removed
    }
}
