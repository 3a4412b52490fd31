import CLMDB
import Synchronization

/// A named table of keys and values.
///
/// Valid for the life of the environment that opened it, in every transaction begun after that.
package struct Database: BitwiseCopyable, Hashable, Sendable {
    /// What its keys are and how they are ordered; fixed when the database is made.
    package enum Keys: Sendable {
        /// Any bytes, in the order of the bytes.
        case bytes
        /// Unsigned numbers of eight bytes in the machine's byte order, in the order of numbers.
        ///
        /// They are found faster than bytes. A key of another size is the caller's mistake, which
        /// LMDB does not notice.
        case numbers

        var flags: UInt32 {
            switch self {
            case .bytes: 0
            case .numbers: UInt32(MDB_INTEGERKEY)
            }
        }
    }

    let index: MDB_dbi
}

extension Environment {
    /// Opens a database; nil when the environment has none of that name.
    ///
    /// Databases are opened in a transaction of their own, so a handle never depends on a
    /// transaction that may abort.
    ///
    /// - Throws: `databasesFull`; `incompatible` for a database that allows duplicate keys or
    ///   has other keys; whatever beginning a read throws.
    package func openDatabase(
        named name: String, keys: Database.Keys = .bytes
    ) throws(LMDBError) -> Database? {
        try databaseOpening.withLock { (_) throws(LMDBError) in
            let transaction = try beginRead()
            let database: Database
            do throws(LMDBError) {
                database = try transaction.access.open(name, keys, isNew: false)
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
    /// - Throws: as ``Environment/openDatabase(named:keys:)``, and whatever a write throws.
    package func createDatabase(
        named name: String, keys: Database.Keys = .bytes
    ) throws(LMDBError) -> Database {
        if let existing = try environment.openDatabase(named: name, keys: keys) {
            return existing
        }
        return try environment.databaseOpening.withLock { (_) throws(LMDBError) in
            let transaction = try beginWrite()
            let database = try transaction.access.open(name, keys, isNew: true)
            try transaction.commit()
            return database
        }
    }
}
