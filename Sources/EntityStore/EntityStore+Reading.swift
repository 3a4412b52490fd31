import CedarEngine
package import CedarSyntax
import LMDB

extension EntityStore {
    /// The newest revision: the number of changes ever committed.
    package var revision: UInt64 {
        get throws(StoreError) {
            try read { (transaction) throws(StoreError) in
                try transaction.state(layout).revision
            }
        }
    }

    /// Looks an entity up in the newest revision.
    ///
    /// - Throws: `corrupted` when its record is damaged.
    package func get(_ uid: EntityUID) throws(StoreError) -> Entity? {
        var encoder = FlatEncoder()
        let flat = try FlatUID(uid, &encoder)
        return try read { (transaction) throws(StoreError) in
            let record = try transaction.chain(.entity, flat.hash, layout).record(flat)
            return record.map { record in record.withFlat { EntityRecord($0).entity } }
        }
    }

    /// The store's figures in the newest revision.
    package func statistics() throws(StoreError) -> StoreStatistics {
        try read { (transaction) throws(StoreError) in
            let state = try transaction.state(layout)
            do throws(LMDBError) {
                let information = try environment.information
                return StoreStatistics(
                    revision: state.revision, format: StoreState.supportedFormat,
                    entities: Int(clamping: state.entityCount),
                    parents: try transaction.count(in: layout.children),
                    closures: try transaction.count(in: layout.closures),
                    edges: try transaction.count(in: layout.edges),
                    usedBytes: information.usedBytes, mapBytes: information.mapBytes,
                    readerSlotsUsed: information.readerSlotsUsed,
                    readerSlots: information.readerSlots)
            } catch {
                throw StoreError(error, "read the store's figures")
            }
        }
    }

    /// Runs the closure in a read transaction on the newest revision.
    func read<Value>(
        _ body: (borrowing ReadTransaction) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let transaction: ReadTransaction
        do throws(LMDBError) {
            transaction = try environment.beginRead()
        } catch {
            throw StoreError(error, "read the store")
        }
        return try body(transaction)
    }
}

/// The figures of a store.
package struct StoreStatistics: Sendable, Equatable {
    package let revision: UInt64
    /// The format of the store's files.
    package let format: UInt32
    package let entities: Int
    /// Entities that are a parent of something, in the store or not.
    package let parents: Int
    /// Parents that have ancestors.
    package let closures: Int
    /// Edges between parents.
    package let edges: Int
    /// Bytes of the data file up to its last page.
    package let usedBytes: Int
    /// Bytes the data file may grow to before the map must grow.
    package let mapBytes: Int
    package let readerSlotsUsed: Int
    package let readerSlots: Int
}
