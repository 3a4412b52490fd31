import CedarEngine
package import CedarSchema
import CedarSyntax
import LMDB

/// One run of ``EntityStore/check(progress:)`` over one snapshot.
final class StoreCheck {
    private let layout: StoreLayout
    private let conformance: EntityConformance?
    private(set) var report = CheckReport()
    /// Of each edge to a parent: the key of the parent, its identity.
    private var edges: ByteSorter
    /// The parents that have parents.
    private var graph: GroupGraph
    private var expectedEdges = 0
    private var expectedKeys = 0

    init(_ store: EntityStore, _ conformance: EntityConformance?) {
        layout = store.layout
        self.conformance = conformance
        edges = ByteSorter(
            memoryBytes: store.options.sortBytes, directory: store.path,
            operation: "check the store")
        graph = GroupGraph(store.layout, overlay: [:])
    }

    func run(
        _ transaction: borrowing ReadTransaction, _ progress: (CheckProgress) -> Void
    ) throws(StoreError) {
        let state = try transaction.state(layout)
        report.revision = state.revision
        let total = Int(clamping: state.entityCount)
        try checkEntities(transaction) {
            progress(CheckProgress(phase: .entities, done: $0, total: total))
        }
        if report.entities != total {
            report.note("the store counts \(total) entities and holds \(report.entities)")
        }
        try checkParents(transaction) { (done, total) in
            progress(CheckProgress(phase: .parents, done: done, total: total))
        }
        try checkEdges(transaction)
        try checkChanges(transaction, state.revision)
        try checkKeys(transaction)
        try checkRestrictions(transaction)
        try checkClosures(transaction) { (done, total) in
            progress(CheckProgress(phase: .closures, done: done, total: total))
        }
    }

    /// Every entity: checksum, structure, key; its parents are gathered.
    private func checkEntities(
        _ transaction: borrowing ReadTransaction, _ progress: (Int) -> Void
    ) throws(StoreError) {
        try walk(.entity, transaction) { (key, chain) throws(StoreError) in
            var seen: Set<FlatUID> = []
            for range in chain.ranges {
                let record = Array(chain.bytes[range])
                report.entities += 1
                if report.entities % 16_384 == 0 { progress(report.entities) }
                if let problem = RecordCheck.problem(record) {
                    report.note("`entities`, key \(Self.words(key)): \(problem)")
                    continue
                }
                let uid = record.withFlat { FlatUID(EntityRecord($0).uid) }
                if !seen.insert(uid).inserted { report.note("`\(uid.uid)` is stored twice") }
                requireKey(key, of: uid, .entity)
                if let conformance { requireConformance(record, conformance) }
                try relate(uid, ParentList.of(record), transaction)
                try checkKeys(of: uid, record, transaction)
            }
        }
        progress(report.entities)
    }

    private func requireConformance(_ record: [UInt8], _ conformance: EntityConformance) {
        do throws(DataError) {
            let entity = record.withFlat { EntityRecord($0).entity }
            try conformance.check(
                alone: entity.withoutUndeclaredBookkeeping(conformance.schema))
        } catch {
            report.note(nonconforming: error.message)
        }
    }

    private func relate(
        _ uid: FlatUID, _ parents: [FlatUID], _ transaction: borrowing ReadTransaction
    ) throws(StoreError) {
        for parent in parents {
            try edges.add(layout.key(parent.hash).number, parent.bytes)
        }
        guard !parents.isEmpty, try transaction.isParent(uid, layout) else { return }
        graph.add(uid)
        expectedEdges += parents.count
        for parent in parents {
            let chain = try transaction.edges(
                layout.key(edgeFrom: parent, to: uid), layout)
            if GroupEdge.find(chain, parent, uid) == nil {
                report.note("the edge from `\(parent.uid)` to `\(uid.uid)` is missing")
            }
        }
    }

    /// The number of children of every parent, against those gathered.
    private func checkParents(
        _ transaction: borrowing ReadTransaction, _ progress: (Int, Int) -> Void
    ) throws(StoreError) {
        let total = try transaction.keyCount(.children, layout)
        var sorted = try edges.sorted()
        var pending = try sorted.next()
        while let first = pending {
            var counts: [FlatUID: UInt64] = [:]
            while let edge = pending, edge.key == first.key {
                counts[edge.bytes.withFlat { FlatUID(FlatEntity($0)) }, default: 0] += 1
                pending = try sorted.next()
            }
            do throws(StoreError) {
                for (parent, count) in counts {
                    try checkCount(of: parent, count, transaction)
                }
            } catch {
                try pass(error, "`children`")
            }
            report.parents += counts.count
            if report.parents % 16_384 < counts.count { progress(report.parents, total) }
        }
        var found = 0
        try walk(.children, transaction) { (key, chain) throws(StoreError) in
            for range in chain.ranges {
                found += 1
                requireKey(key, of: ChildCount.parent(in: chain, range), .children)
            }
        }
        if found != report.parents {
            report.note("the store counts children of \(found) entities, not \(report.parents)")
        }
    }

    private func checkCount(
        of parent: FlatUID, _ count: UInt64, _ transaction: borrowing ReadTransaction
    ) throws(StoreError) {
        let chain = try transaction.chain(.children, parent.hash, layout)
        let stored = chain.find(parent).map { ChildCount.count(in: chain, $0) } ?? 0
        if stored != count {
            report.note("`\(parent.uid)` has \(count) children, and the store counts \(stored)")
        }
        if try transaction.chain(.entity, parent.hash, layout).find(parent) == nil {
            report.absentParents += 1
        }
    }

    private func checkEdges(_ transaction: borrowing ReadTransaction) throws(StoreError) {
        var found = 0
        try walk(.edge, transaction) { (key, chain) throws(StoreError) in
            for range in chain.ranges {
                found += 1
                let ends = GroupEdge.ends(chain, range)
                if layout.key(edgeFrom: ends.parent, to: ends.child) != key {
                    report.note("an edge of `\(ends.parent.uid)` is stored under a wrong key")
                }
            }
        }
        if found != expectedEdges {
            report.note("the store holds \(found) edges between groups, not \(expectedEdges)")
        }
    }

    /// The secondary keys of one entity.
    private func checkKeys(
        of uid: FlatUID, _ record: [UInt8], _ transaction: borrowing ReadTransaction
    ) throws(StoreError) {
        do throws(StoreError) {
            for key in try SecondaryKeys.of(record, "check the store") {
                expectedKeys += 1
                guard try transaction.owner(of: key, layout) != uid else { continue }
                let (type, id) = (key.uid.type, key.uid.id)
                report.note("the \(type) `\(id)` does not lead to `\(uid.uid)`")
            }
        } catch {
            try pass(error, "`keys`")
        }
    }

    private func checkKeys(_ transaction: borrowing ReadTransaction) throws(StoreError) {
        var found = 0
        try walk(.secondaryKey, transaction) { (_, chain) throws(StoreError) in
            found += chain.ranges.count
        }
        if found != expectedKeys {
            report.note("the store holds \(found) secondary keys, not \(expectedKeys)")
        }
    }

    private func checkRestrictions(_ transaction: borrowing ReadTransaction) throws(StoreError) {
        do throws(StoreError) {
            _ = try transaction.restrictions(layout)
        } catch {
            try pass(error, "`restrictions`")
        }
    }

    /// The log of changed keys: every revision from its first to the newest, each well formed.
    private func checkChanges(
        _ transaction: borrowing ReadTransaction, _ revision: UInt64
    ) throws(StoreError) {
        var last: (revision: UInt64, loggedKeys: UInt64)?
        try walk(.change, transaction) { (key, chain) throws(StoreError) in
            guard chain.ranges.count == 1, let change = LoggedChange(chain.bytes),
                key.count == 8, change.revision == UInt64(littleEndian: key.word(at: 0))
            else {
                report.note("`changes`, key \(Self.words(key)): the entry is no list of keys")
                return
            }
            let count = UInt64(change.entityCount + change.closureCount)
            if let last, change.revision != last.revision &+ 1 {
                report.note("`changes` misses what came after revision \(last.revision)")
            } else if let last, change.loggedKeys != last.loggedKeys &+ count {
                report.note("`changes` counts its keys wrongly at revision \(change.revision)")
            }
            last = (change.revision, change.loggedKeys)
        }
        if (last?.revision ?? 0) != revision {
            report.note("`changes` ends before revision \(revision)")
        }
    }

    /// The ancestors of every parent that has some, computed anew.
    private func checkClosures(
        _ transaction: borrowing ReadTransaction, _ progress: (Int, Int) -> Void
    ) throws(StoreError) {
        do throws(StoreError) {
            try graph.computeAncestors(in: transaction)
        } catch {
            return try pass(error, "the hierarchy")
        }
        for number in graph.dirty {
            let uid = graph.uids[Int(number)]
            do throws(StoreError) {
                let stored = try transaction.closure(of: uid, layout)
                if Set(stored) != Set(graph.ancestors(of: number)) {
                    report.note("the stored ancestors of `\(uid.uid)` are wrong")
                }
            } catch {
                try pass(error, "the ancestors of `\(uid.uid)`")
            }
            report.closures += 1
            if report.closures % 16_384 == 0 { progress(report.closures, graph.dirty.count) }
        }
        var found = 0
        try walk(.closure, transaction) { (key, chain) throws(StoreError) in
            for range in chain.ranges {
                found += 1
                if let problem = Closure.problem(chain, range) {
                    report.note("`closures`, key \(Self.words(key)): \(problem)")
                } else {
                    requireKey(key, of: Closure.owner(chain, range), .closure)
                }
            }
        }
        if found != graph.dirty.count {
            report.note(
                "the store holds the ancestors of \(found) entities, not \(graph.dirty.count)")
        }
    }
}

extension StoreCheck {
    /// Lends every verified chain of a database; notes those that are damaged.
    private func walk(
        _ kind: StoredEntry.Kind, _ transaction: borrowing ReadTransaction,
        _ body: ([UInt8], EntryChain) throws(StoreError) -> Void
    ) throws(StoreError) {
        let name = StoreLayout.name(of: kind)
        do throws(StoreError) {
            try transaction.forEachValue(kind, layout) { (key, value) throws(StoreError) in
                do throws(StoreError) {
                    try body(key, try EntryChain(kind, value))
                } catch {
                    try pass(error, "`\(name)`, key \(Self.words(key))")
                }
            }
        } catch {
            try pass(error, "`\(name)`")
        }
    }

    /// Notes damage and passes everything else on.
    private func pass(_ error: StoreError, _ place: String) throws(StoreError) {
        switch error.code {
        case .corrupted, .cycle, .badEntity: report.note("\(place): \(error.message)")
        default: throw error
        }
    }

    private func requireKey(_ key: [UInt8], of uid: FlatUID, _ kind: StoredEntry.Kind) {
        let expected = layout.key(uid.hash).array
        if key.count != 8 || (0..<8).contains(where: { key[$0] != expected[$0] }) {
            report.note(
                "`\(uid.uid)` is stored under the wrong key in `\(StoreLayout.name(of: kind))`")
        }
    }

    private static func words(_ key: [UInt8]) -> String {
        key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension EntityStore {
    /// Verifies the newest revision: every checksum and structure, every count, every ancestor set.
    ///
    /// Damage is reported, not thrown. Damage to LMDB's own pages can stop the process instead,
    /// because LMDB trusts them.
    ///
    /// - Parameters:
    ///   - conformance: what entities must conform to; nil for nothing.
    ///   - progress: called about once for 16,384 things.
    /// - Throws: what keeps the check from going on: `noSpace`, `system`, `busy`, `corrupted` for
    ///   the store's own record.
    package func check(
        conformingTo conformance: EntityConformance? = nil,
        progress: (CheckProgress) -> Void = { _ in }
    ) throws(StoreError) -> CheckReport {
        let check = StoreCheck(self, conformance)
        try read { (transaction) throws(StoreError) in try check.run(transaction, progress) }
        return check.report
    }
}
