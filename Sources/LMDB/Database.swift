import CLMDB
import Synchronization

/// A named table of keys and values, ordered by the bytes of the keys.
///
/// Valid for the life of the environment that opened it, in every transaction begun after that.
package struct Database: BitwiseCopyable, Hashable, Sendable {
    let index: MDB_dbi
}

extension Environment {
    /// Opens a database; nil when the environment has none of that name.
    ///
    /// Databases are opened in a transaction of their own, so a handle never depends on a
    /// transaction that may abort.
    ///
    /// - Throws: `databasesFull`; `incompatible` for a database that allows duplicate keys or
    ///   orders its keys otherwise; whatever beginning a read throws.
    package func openDatabase(named name: String) throws(LMDBError) -> Database? {
        try databaseOpening.withLock { (_) throws(LMDBError) in
            let transaction = try beginRead()
            let database: Database
            do throws(LMDBError) {
                database = try transaction.access.open(name, flags: 0)
            } catch LMDBError.Code.notFound {
                return nil
            }
            transaction.endKeepingDatabases()
            return database
        }
    }
}

extension WriterLock {
    /// Opens a database, making an empty one where there is none of that name, in a write
    /// transaction of its own that is committed.
    ///
    /// - Throws: as ``Environment/openDatabase(named:)``, and whatever a write throws.
    package func createDatabase(named name: String) throws(LMDBError) -> Database {
        if let existing = try environment.openDatabase(named: name) { return existing }
        return try environment.databaseOpening.withLock { (_) throws(LMDBError) in
            let transaction = try beginWrite()
            let database = try transaction.access.open(name, flags: UInt32(MDB_CREATE))
            try transaction.commit()
            return database
        }
    }
}
