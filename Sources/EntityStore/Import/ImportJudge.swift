import CedarEngine
import CedarSyntax
import LMDB

/// What can only be said of an import as a whole.
enum ImportJudge {
    /// Refuses duplicates and cycles before the first batch is written.
    ///
    /// Takes two passes over the sorted records: one for the keys of all parents, one for the
    /// parents of those entities that are parents themselves.
    static func judge(
        _ reading: inout ImportReading, _ store: EntityStore, _ operation: String
    ) throws(StoreError) {
        let layout = store.layout
        var parentKeys: Set<UInt64> = []
        var groups = ImportGroups(try reading.sorted(), operation)
        while let records = try groups.next() {
            for record in records {
                for parent in ParentList.of(record) {
                    parentKeys.insert(layout.key(parent.hash).number)
                }
            }
        }
        let sorted = try reading.sorted()
        try store.read { (transaction) throws(StoreError) in
            var overlay: [FlatUID: [FlatUID]] = [:]
            let hasParents = try transaction.lastKey(.children, layout) != nil
            var groups = ImportGroups(sorted, operation)
            while let records = try groups.next() {
                for record in records {
                    let uid = record.withFlat { FlatUID(EntityRecord($0).uid) }
                    var isGroup = parentKeys.contains(layout.key(uid.hash).number)
                    if !isGroup, hasParents { isGroup = try transaction.isParent(uid, layout) }
                    if isGroup { overlay[uid] = ParentList.of(record) }
                }
            }
            parentKeys = []
            var graph = GroupGraph(layout, overlay: overlay)
            for uid in overlay.keys { graph.add(uid) }
            try graph.addDescendants(in: transaction)
            try graph.computeAncestors(in: transaction)
        }
    }

    /// Adds to a cycle the place of the first entity of the file that is on it.
    static func placed(
        _ error: StoreError, _ reading: inout ImportReading, _ operation: String
    ) throws(StoreError) -> StoreError {
        guard case .cycle(let cycle, nil) = error.code else { return error.during(operation) }
        let path = Set(cycle.path)
        var first: StorePlace?
        var entries = try reading.sorted()
        while let entry = try entries.next() {
            let uid = entry.bytes.withFlat(at: StorePlace.byteCount) { EntityRecord($0).uid.uid }
            guard path.contains(uid) else { continue }
            let place = StorePlace(entry.bytes)
            if first.map({ place.offset < $0.offset }) ?? true { first = place }
        }
        return StoreError(.cycle(cycle, first), operation, error.message)
    }
}
