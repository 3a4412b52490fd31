import CLMDB
import Synchronization

extension Environment {
    /// Begins the library's write transaction, following another process's growth of the map.
    @unsafe
    func startWriting() throws(LMDBError) -> OpaquePointer {
        var adoptions = 0
        while true {
            let generation = try claimWriting()
            var begun: OpaquePointer?
            let result = unsafe mdb_txn_begin(handle.pointer, nil, 0, &begun)
            if result == MDB_SUCCESS, let pointer = unsafe begun { return unsafe pointer }
            endWriting()
            guard result == MDB_MAP_RESIZED, adoptions < Self.maximumAdoptions else {
                throw LMDBError(.init(rawValue: result), "begin a write transaction")
            }
            adoptions += 1
            try adoptMapSize(since: generation)
        }
    }

    func endWriting() {
        state.withLock { $0.hasWriteTransaction = false }
    }

    private func claimWriting() throws(LMDBError) -> Int {
        try state.withLock { (state) throws(LMDBError) in
            if state.isUnusable { throw LMDBError(.panic, "begin a write transaction") }
            // The library would make this thread wait, for ever if it is the same one.
            if state.hasWriteTransaction { throw LMDBError(.busy, "begin a write transaction") }
            state.hasWriteTransaction = true
            return state.mapGeneration
        }
    }
}

extension WriterLock {
    /// Runs the closure in a write transaction and commits; when the map is full, doubles it and
    /// runs the closure again from the start.
    ///
    /// The closure may run several times, each time on a fresh transaction without a trace of the
    /// last, so it must have no other effect. An error from the closure aborts.
    ///
    /// - Parameter maximumMapBytes: the size the map may reach; at that size `mapFull` is final.
    /// - Throws: the closure's errors; those of beginning, growing and committing, converted.
    package func write<Value, Failure: LMDBErrorConvertible>(
        maximumMapBytes: Int, _ body: (inout WriteTransaction) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        while true {
            switch attempt(body) {
            case .success(let value): return value
            case .failure(.body(let failure)): throw failure
            case .failure(.mapFull(let failure)):
                do throws(LMDBError) {
                    let size = try environment.information.mapBytes
                    guard size < maximumMapBytes else { throw LMDBError(.mapFull, "grow the map") }
                    let (doubled, overflow) = size.multipliedReportingOverflow(by: 2)
                    try environment.grow(
                        to: overflow ? maximumMapBytes : min(doubled, maximumMapBytes))
                } catch .mapFull {
                    throw failure
                } catch {
                    throw Failure(error)
                }
            }
        }
    }

    private enum AttemptFailure<Failure: Error>: Error {
        case body(Failure)
        case mapFull(Failure)
    }

    private func attempt<Value, Failure: LMDBErrorConvertible>(
        _ body: (inout WriteTransaction) throws(Failure) -> Value
    ) -> Result<Value, AttemptFailure<Failure>> {
        var transaction: WriteTransaction
        do throws(LMDBError) {
            transaction = try beginWrite()
        } catch {
            return .failure(.body(Failure(error)))
        }
        let value: Value
        do throws(Failure) {
            value = try body(&transaction)
        } catch {
            return .failure(transaction.isMapFull ? .mapFull(error) : .body(error))
        }
        do throws(LMDBError) {
            let isMapFull = transaction.isMapFull
            do throws(LMDBError) {
                try transaction.commit()
            } catch {
                if isMapFull || error.code == .mapFull { throw LMDBError(.mapFull, "commit") }
                throw error
            }
            return .success(value)
        } catch {
            return .failure(
                error.code == .mapFull ? .mapFull(Failure(error)) : .body(Failure(error)))
        }
    }
}
