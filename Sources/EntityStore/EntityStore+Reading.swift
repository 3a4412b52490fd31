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
