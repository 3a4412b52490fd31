import CLMDB

/// The calls that read and write through a transaction of either kind.
///
/// A bare pointer and no owner: it lives no longer than the transaction it was taken from.
@safe
struct TransactionAccess: BitwiseCopyable {
    let pointer: OpaquePointer

    /// The id of the snapshot that is read or, in a write transaction, of the one being made.
    var id: Int { Int(clamping: unsafe mdb_txn_id(pointer)) }

    /// The value's place in the map, or nil.
    @unsafe
    func bytes(for key: Span<UInt8>, in database: Database) throws(LMDBError)
        -> UnsafeBufferPointer<UInt8>?
    {
        try Self.checkKey(key, "read a value")
        var value = unsafe MDB_val()
        let result = unsafe key.withUnsafeBufferPointer { bytes in
            var name = unsafe MDB_val(bytes)
            return unsafe mdb_get(pointer, database.index, &name, &value)
        }
        if result == MDB_SUCCESS { return unsafe value.bytes }
        if result == MDB_NOTFOUND { return nil }
        throw LMDBError(.init(rawValue: result), "read a value")
    }

    func count(in database: Database) throws(LMDBError) -> Int {
        var statistics = MDB_stat()
        try LMDBError.check(
            unsafe mdb_stat(pointer, database.index, &statistics), "count the keys")
        return Int(clamping: statistics.ms_entries)
    }

    func withCursor<Value: ~Copyable, Failure: LMDBErrorConvertible>(
        in database: Database, _ body: (inout Cursor) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var opened: OpaquePointer?
        let result = unsafe mdb_cursor_open(pointer, database.index, &opened)
        guard result == MDB_SUCCESS, let pointer = unsafe opened else {
            throw Failure(LMDBError(.init(rawValue: result), "open a cursor"))
        }
        var cursor = unsafe Cursor(pointer)
        return try body(&cursor)
    }

    /// Opens a database by name. The caller sees to it that one thread does so at a time.
    func open(
        _ name: String, _ keys: Database.Keys, isNew: Bool
    ) throws(LMDBError) -> Database {
        guard !name.utf8.contains(0) else { throw LMDBError(.embeddedZero, "open a database") }
        var index: MDB_dbi = 0
        try LMDBError.check(
            unsafe mdb_dbi_open(
                pointer, name, isNew ? keys.flags | UInt32(MDB_CREATE) : 0, &index),
            "open a database")
        // The flags are those of its maker, perhaps another program. Duplicates or other keys
        // would break what this module promises about keys.
        var found: UInt32 = 0
        try LMDBError.check(
            unsafe mdb_dbi_flags(pointer, index, &found), "open a database")
        if found != keys.flags { throw LMDBError(.incompatible, "open a database") }
        return Database(index: index)
    }

    static func checkKey(_ key: Span<UInt8>, _ operation: StaticString) throws(LMDBError) {
        if key.isEmpty { throw LMDBError(.emptyKey, operation) }
        if key.count > Environment.maximumKeyBytes {
            throw LMDBError(.keyTooLong, operation)
        }
    }
}

extension MDB_val {
    /// A view for the library to read from; it does not write through keys or put values.
    @unsafe
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe self.init(
            mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }

    /// What the library has pointed to.
    @unsafe
    var bytes: UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(
            start: mv_data?.assumingMemoryBound(to: UInt8.self), count: mv_size)
    }
}
