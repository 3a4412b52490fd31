/// A transaction of either kind, as something to read from.
///
/// Call the concrete types where speed counts: a generic call cannot be specialised across
/// modules.
package protocol ReadableTransaction: ~Copyable {
    /// The id of the snapshot that is read; in a write transaction, of the one being made.
    var id: Int { get }

    /// Lends the value of a key to the closure and returns what it makes of it; nil, without a
    /// call, when the key is not there.
    ///
    /// The span lies in the map and ends with the closure.
    ///
    /// - Throws: `emptyKey`, `keyTooLong`, `badTransaction` after a reset or a failed write,
    ///   `corrupted`.
    func get<Value: ~Copyable>(
        _ key: Span<UInt8>, in database: Database, _ read: (Span<UInt8>) -> Value
    ) throws(LMDBError) -> Value?

    /// The number of keys in a database.
    func count(in database: Database) throws(LMDBError) -> Int

    /// Opens a cursor on a database, lends it to the closure, and closes it.
    func withCursor<Value: ~Copyable, Failure: LMDBErrorConvertible>(
        in database: Database, _ body: (inout Cursor) throws(Failure) -> Value
    ) throws(Failure) -> Value
}
