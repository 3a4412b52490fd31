import CLMDB
import Synchronization

/// A view of one committed state of the environment.
///
/// Owned by one thread at a time. While it reads, the pages it sees are kept from reuse, so it
/// should not live long; ``reset()`` lets go of them and ``renew()`` moves on to the newest state
/// at a fraction of the cost of a new transaction.
@safe
package struct ReadTransaction: ~Copyable, ReadableTransaction {
    let access: TransactionAccess
    private let environment: Environment
    private let gate: ReaderGate
    private var isOver = false
    /// False between a reset and the next renewal.
    private var isActive = true

    init(_ environment: Environment) throws(LMDBError) {
        let gate = ReaderGate()
        var begun: OpaquePointer?
        environment.state.withLock { $0.gates.append(gate) }
        do {
            try environment.startReading(gate, "begin a read transaction") {
                unsafe mdb_txn_begin(
                    environment.handle.pointer, nil, UInt32(MDB_RDONLY), &begun)
            }
        } catch {
            environment.forget(gate)
            throw error
        }
        guard let pointer = unsafe begun else {
            preconditionFailure("LMDB reported success without a transaction")
        }
        self.environment = environment
        self.gate = gate
        unsafe self.access = TransactionAccess(pointer: pointer)
    }

    deinit {
        if !isOver { unsafe mdb_txn_abort(access.pointer) }
        gate.leave()
        environment.forget(gate)
    }

    package var id: Int { access.id }

    /// Lets go of the state that is read; reading is refused until ``renew()``.
    ///
    /// Every pointer obtained from this transaction is void.
    package mutating func reset() {
        if !isActive { return }
        isActive = false
        unsafe mdb_txn_reset(access.pointer)
        gate.leave()
    }

    /// Moves to the newest committed state.
    ///
    /// Every pointer obtained from this transaction before is void. Waits for a resize of the map
    /// under way, and adopts the size of a map that another process has grown.
    ///
    /// - Throws: `busy` when another read of this process keeps a grown map from being adopted
    ///   for a second; `panic`. The transaction stays reset then.
    package mutating func renew() throws(LMDBError) {
        reset()
        // Without a retain: the environment's count is shared by all threads, and the contention
        // would cost many times the renewal.
        gate.enter()
        if !environment.isResizing.load(ordering: .sequentiallyConsistent),
            unsafe mdb_txn_renew(access.pointer) == MDB_SUCCESS
        {
            isActive = true
            return
        }
        try renewSlowly()
    }

    package func get<Value: ~Copyable>(
        _ key: Span<UInt8>, in database: Database, _ read: (Span<UInt8>) -> Value
    ) throws(LMDBError) -> Value? {
        try requireActive("read a value")
        guard let bytes = unsafe try access.bytes(for: key, in: database) else { return nil }
        return unsafe read(bytes.span)
    }

    /// The value of a key where it lies in the map; nil when the key is not there.
    ///
    /// Void after ``reset()``, ``renew()`` or the end of this transaction: nothing checks that.
    ///
    /// - Throws: as ``get(_:in:_:)``.
    @unsafe
    package func unsafeBytes(
        for key: Span<UInt8>, in database: Database
    ) throws(LMDBError) -> UnsafeRawBufferPointer? {
        try requireActive("read a value")
        guard let bytes = unsafe try access.bytes(for: key, in: database) else { return nil }
        return UnsafeRawBufferPointer(bytes)
    }

    package func count(in database: Database) throws(LMDBError) -> Int {
        try requireActive("count the keys")
        return try access.count(in: database)
    }

    package func withCursor<Value: ~Copyable, Failure: LMDBErrorConvertible>(
        in database: Database, _ body: (inout Cursor) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        if !isActive { throw Failure(LMDBError(.badTransaction, "open a cursor")) }
        return try access.withCursor(in: database, body)
    }

    @inline(never)
    private mutating func renewSlowly() throws(LMDBError) {
        gate.leave()
        try environment.startReading(gate, "renew a read transaction") {
            unsafe mdb_txn_renew(access.pointer)
        }
        isActive = true
    }

    // The library would call it an invalid argument, which says nothing.
    private func requireActive(_ operation: StaticString) throws(LMDBError) {
        if !isActive { throw LMDBError(.badTransaction, operation) }
    }

    /// Ends the transaction so that databases opened in it stay open.
    consuming func endKeepingDatabases() {
        // A read-only commit only ends the transaction; it has nothing to fail at.
        unsafe mdb_txn_commit(access.pointer)
        isOver = true
    }
}

extension Environment {
    /// Begins a read transaction on the newest committed state.
    ///
    /// Takes a reader slot until it is destroyed: keep it, reset and renew it.
    ///
    /// - Throws: `readersFull` when every slot belongs to a living process; `busy` as
    ///   ``ReadTransaction/renew()``; `panic`.
    package func beginRead() throws(LMDBError) -> ReadTransaction {
        try ReadTransaction(self)
    }

    func forget(_ gate: ReaderGate) {
        state.withLock { state in
            guard let index = state.gates.firstIndex(where: { $0 === gate }) else { return }
            state.gates.swapAt(index, state.gates.endIndex - 1)
            state.gates.removeLast()
        }
    }
}
