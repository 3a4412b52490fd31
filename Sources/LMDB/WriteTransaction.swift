import CLMDB
import Glibc

/// The one change under way: reads see it, nobody else does until it is committed.
///
/// Belongs to the thread that began it, where it must end too, so no `await` may come between;
/// anything else stops the process. Destroyed without ``commit()``, it leaves no trace.
@safe
package struct WriteTransaction: ~Copyable, ReadableTransaction {
    let access: TransactionAccess
    private let environment: Environment
    private let lock: WriterLockFile
    private let thread: pthread_t
    private var isOver = false
    /// Whether a change found the map full: the transaction can only be aborted, and repeated
    /// after ``Environment/grow(to:patience:)``.
    package private(set) var isMapFull = false

    init(_ environment: Environment, _ lock: WriterLockFile) throws(LMDBError) {
        let pointer = unsafe try environment.startWriting()
        self.environment = environment
        self.lock = lock
        self.thread = pthread_self()
        unsafe self.access = TransactionAccess(pointer: pointer)
    }

    deinit {
        if !isOver {
            Self.requireThread(thread)
            unsafe mdb_txn_abort(access.pointer)
        }
        environment.endWriting()
    }

    package var id: Int { access.id }

    /// Makes the change the newest state, on disk when this returns.
    ///
    /// - Throws: `mapFull`, `noSpace`, `fileTooLarge`, `inputOutput`: nothing has changed;
    ///   `badTransaction` when an earlier call in it failed for good. `panic` afterwards means
    ///   that the environment must be opened again.
    package consuming func commit() throws(LMDBError) {
        Self.requireThread(thread)
        let result = unsafe mdb_txn_commit(access.pointer)
        // The library frees the transaction whether or not it could commit.
        isOver = true
        if result == EIO, let available = environment.handle.availableBytes(), available == 0 {
            // LMDB calls a write cut short by a full disk an input/output error.
            throw LMDBError(.noSpace, "commit")
        }
        try LMDBError.check(result, "commit")
    }

    /// Gives the change up.
    package consuming func abort() {}

    private static func requireThread(_ thread: pthread_t) {
        precondition(
            pthread_equal(thread, pthread_self()) != 0,
            "a write transaction ends on the thread that began it: LMDB's mutex is the thread's")
    }
}

extension WriteTransaction {
    /// How ``put(_:_:in:mode:)`` treats the keys that are there.
    package enum PutMode: Sendable {
        /// Replaces the value of an existing key.
        case overwrite
        /// Refuses an existing key with `keyExists`.
        case noOverwrite
        /// Adds after the last key and refuses any other place with `keyExists`; the fastest way
        /// to load sorted keys, and it leaves full pages.
        case append

        fileprivate var flags: UInt32 {
            switch self {
            case .overwrite: 0
            case .noOverwrite: UInt32(MDB_NOOVERWRITE)
            case .append: UInt32(MDB_APPEND)
            }
        }
    }

    /// Stores a value under a key.
    ///
    /// - Throws: `emptyKey`; `keyTooLong`; `keyExists` as the mode says; `mapFull`,
    ///   `transactionFull`, `corrupted`, after which this transaction can only be aborted.
    package mutating func put(
        _ key: Span<UInt8>, _ value: Span<UInt8>, in database: Database, mode: PutMode = .overwrite
    ) throws(LMDBError) {
        try TransactionAccess.checkKey(key, "store a value")
        let result = unsafe key.withUnsafeBufferPointer { keyBytes in
            unsafe value.withUnsafeBufferPointer { valueBytes in
                var name = unsafe MDB_val(keyBytes)
                var data = unsafe MDB_val(valueBytes)
                return unsafe mdb_put(access.pointer, database.index, &name, &data, mode.flags)
            }
        }
        try checkChange(result, "store a value")
    }

    /// Stores a value of a known size under a key, written in place by the closure.
    ///
    /// The span holds zeros and ends with the closure.
    ///
    /// - Throws: as ``put(_:_:in:mode:)``.
    package mutating func reserve(
        _ key: Span<UInt8>, byteCount: Int, in database: Database, mode: PutMode = .overwrite,
        _ write: (inout MutableRawSpan) -> Void
    ) throws(LMDBError) {
        precondition(byteCount >= 0, "a value cannot have fewer than 0 bytes")
        try TransactionAccess.checkKey(key, "store a value")
        var data = unsafe MDB_val(mv_size: byteCount, mv_data: nil)
        let result = unsafe key.withUnsafeBufferPointer { keyBytes in
            var name = unsafe MDB_val(keyBytes)
            return unsafe mdb_put(
                access.pointer, database.index, &name, &data, mode.flags | UInt32(MDB_RESERVE))
        }
        try checkChange(result, "store a value")
        let reserved = unsafe UnsafeMutableRawBufferPointer(start: data.mv_data, count: byteCount)
        // Reserved memory is whatever the heap held before; none of it may reach the file.
        unsafe reserved.initializeMemory(as: UInt8.self, repeating: 0)
        var span = unsafe reserved.mutableBytes
        write(&span)
    }

    /// Removes a key; false when it was not there.
    ///
    /// - Throws: as ``put(_:_:in:mode:)``: removing takes pages too.
    @discardableResult
    package mutating func delete(
        _ key: Span<UInt8>, in database: Database
    ) throws(LMDBError) -> Bool {
        try TransactionAccess.checkKey(key, "delete a key")
        let result = unsafe key.withUnsafeBufferPointer { keyBytes in
            var name = unsafe MDB_val(keyBytes)
            return unsafe mdb_del(access.pointer, database.index, &name, nil)
        }
        if result == MDB_NOTFOUND { return false }
        try checkChange(result, "delete a key")
        return true
    }

    /// Removes every key of a database; the database stays.
    package mutating func deleteAll(in database: Database) throws(LMDBError) {
        try checkChange(unsafe mdb_drop(access.pointer, database.index, 0), "empty a database")
    }

    private mutating func checkChange(
        _ result: Int32, _ operation: StaticString
    ) throws(LMDBError) {
        if result == MDB_MAP_FULL { isMapFull = true }
        try LMDBError.check(result, operation)
    }
}

extension WriteTransaction {
    package func get<Value: ~Copyable>(
        _ key: Span<UInt8>, in database: Database, _ read: (Span<UInt8>) -> Value
    ) throws(LMDBError) -> Value? {
        guard let bytes = unsafe try access.bytes(for: key, in: database) else { return nil }
        return unsafe read(bytes.span)
    }

    /// The value of a key where it lies; nil when the key is not there.
    ///
    /// Void after the next change or the end of this transaction: nothing checks that.
    ///
    /// - Throws: as ``get(_:in:_:)``.
    @unsafe
    package func unsafeBytes(
        for key: Span<UInt8>, in database: Database
    ) throws(LMDBError) -> UnsafeRawBufferPointer? {
        guard let bytes = unsafe try access.bytes(for: key, in: database) else { return nil }
        return UnsafeRawBufferPointer(bytes)
    }

    package func count(in database: Database) throws(LMDBError) -> Int {
        try access.count(in: database)
    }

    package func withCursor<Value: ~Copyable, Failure: LMDBErrorConvertible>(
        in database: Database, _ body: (inout Cursor) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try access.withCursor(in: database, body)
    }
}
