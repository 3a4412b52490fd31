import CLMDB

/// A place in the key order of one database.
///
/// Lent by a transaction's `withCursor`. Begins nowhere; each move says whether it landed on an
/// entry, and ``withEntry(_:)`` reads the entry it stands on.
@safe
package struct Cursor: ~Copyable {
    private let pointer: OpaquePointer
    private var key = unsafe MDB_val()
    private var value = unsafe MDB_val()
    /// Whether the cursor stands on an entry that can be read.
    package private(set) var hasEntry = false

    @unsafe
    init(_ pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe mdb_cursor_close(pointer)
    }

    /// Moves to the first entry; false when the database is empty.
    package mutating func first() throws(LMDBError) -> Bool { try move(MDB_FIRST) }

    /// Moves to the last entry; false when the database is empty.
    package mutating func last() throws(LMDBError) -> Bool { try move(MDB_LAST) }

    /// Moves to the next entry, the first one if nowhere yet; false after the last.
    package mutating func next() throws(LMDBError) -> Bool { try move(MDB_NEXT) }

    /// Moves to the entry before, the last one if nowhere yet; false before the first.
    package mutating func previous() throws(LMDBError) -> Bool { try move(MDB_PREV) }

    /// Moves to the first entry whose key is not less than this one; false when all are less.
    ///
    /// - Throws: `emptyKey`, `keyTooLong`, `badTransaction`, `corrupted`.
    package mutating func seek(_ target: Span<UInt8>) throws(LMDBError) -> Bool {
        try TransactionAccess.checkKey(target, "seek a key")
        hasEntry = false
        let result = unsafe target.withUnsafeBufferPointer { bytes in
            unsafe key = MDB_val(bytes)
            return unsafe mdb_cursor_get(pointer, &key, &value, MDB_SET_RANGE)
        }
        return try arrive(result, "seek a key")
    }

    /// Lends the key and the value of the entry to the closure. The spans end with it.
    ///
    /// - Precondition: ``hasEntry``.
    package func withEntry<Value: ~Copyable, Failure: Error>(
        _ read: (_ key: Span<UInt8>, _ value: Span<UInt8>) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        precondition(hasEntry, "the cursor stands on no entry")
        return unsafe try read(key.bytes.span, value.bytes.span)
    }

    private mutating func move(_ step: MDB_cursor_op) throws(LMDBError) -> Bool {
        hasEntry = false
        return try arrive(unsafe mdb_cursor_get(pointer, &key, &value, step), "move a cursor")
    }

    private mutating func arrive(
        _ result: Int32, _ operation: StaticString
    ) throws(LMDBError) -> Bool {
        if result == MDB_NOTFOUND { return false }
        try LMDBError.check(result, operation)
        hasEntry = true
        return true
    }
}
