import CLMDB
import Glibc
import Synchronization

extension Environment {
    /// Makes the map at least this large, and returns its size in bytes.
    ///
    /// The map moves, so nothing in this process may be reading it: new reads are held up for at
    /// most a millisecond at a time, and reads under way get until `patience` runs out to end.
    /// Other processes notice with their next transaction. The size is recorded in the file by
    /// the next commit. Rounded up to whole pages; a smaller size than now changes nothing.
    ///
    /// - Throws: `busy` when this process has a write transaction (abort it first) or a read
    ///   transaction outlasts `patience`; `noMemory` when the address space has no such room;
    ///   `panic` when the environment is unusable.
    @discardableResult
    package func grow(
        to bytes: Int, patience: Duration = .seconds(5)
    ) throws(LMDBError) -> Int {
        let deadline = ContinuousClock.now + patience
        while true {
            let attempt = try remap(refusingWriter: true) { (handle) throws(LMDBError) in
                if bytes > (try handle.information().mapBytes) { try handle.setMapBytes(bytes) }
                return try handle.information().mapBytes
            }
            if let attempt { return attempt }
            if ContinuousClock.now >= deadline { throw LMDBError(.busy, "grow the map") }
            // Long enough for the readers held up to get through.
            usleep(2_000)
        }
    }

    /// Maps the size that another process has given the file.
    ///
    /// - Parameter generation: the map's generation before the transaction was refused; when
    ///   another thread has moved the map since, there is nothing left to do.
    func adoptMapSize(since generation: Int) throws(LMDBError) {
        let deadline = ContinuousClock.now + .seconds(1)
        while state.withLock({ $0.mapGeneration }) == generation {
            let done: Void? = try remap(refusingWriter: false) { (handle) throws(LMDBError) in
                try handle.setMapBytes(nil)
            }
            if done != nil { return }
            if ContinuousClock.now >= deadline {
                throw LMDBError(.busy, "adopt the size of a map grown by another process")
            }
            usleep(2_000)
        }
    }

    /// Runs the body while no transaction of this process is live; nil when one stayed live.
    private func remap<Value>(
        refusingWriter: Bool, _ body: (EnvironmentHandle) throws(LMDBError) -> Value
    ) throws(LMDBError) -> Value? {
        try state.withLock { (state) throws(LMDBError) -> Value? in
            if state.isUnusable { throw LMDBError(.panic, "resize the map") }
            if state.hasWriteTransaction {
                if refusingWriter { throw LMDBError(.busy, "grow the map") }
                return nil
            }
            isResizing.store(true, ordering: .sequentiallyConsistent)
            defer {
                if !state.isUnusable { isResizing.store(false, ordering: .sequentiallyConsistent) }
            }
            guard Self.drains(state.gates) else { return nil }
            do throws(LMDBError) {
                let value = try body(handle)
                state.mapGeneration += 1
                return value
            } catch {
                if error.code == .panic { state.isUnusable = true }
                throw error
            }
        }
    }

    /// Waits up to a millisecond for every reader to leave.
    private static func drains(_ gates: [ReaderGate]) -> Bool {
        let deadline = ContinuousClock.now + .milliseconds(1)
        for gate in gates {
            while gate.isReading {
                if ContinuousClock.now >= deadline { return false }
                usleep(20)
            }
        }
        return true
    }
}

extension Environment {
    /// Starts or renews a read, and leaves its gate entered.
    ///
    /// Waits for a resize under way, adopts another process's, and frees the slots of dead
    /// readers when there are no others. On refusal the gate is left again.
    func startReading(
        _ gate: ReaderGate, _ operation: StaticString, _ attempt: () -> Int32
    ) throws(LMDBError) {
        var adoptions = 0
        var hasCheckedReaders = false
        while true {
            // The lock is held for as long as the map moves.
            let generation = try state.withLock { (state) throws(LMDBError) in
                if state.isUnusable { throw LMDBError(.panic, operation) }
                return state.mapGeneration
            }
            gate.enter()
            if isResizing.load(ordering: .sequentiallyConsistent) {
                gate.leave()
                continue
            }
            let result = attempt()
            if result == MDB_SUCCESS { return }
            gate.leave()
            if result == MDB_MAP_RESIZED, adoptions < Self.maximumAdoptions {
                adoptions += 1
                try adoptMapSize(since: generation)
            } else if result == MDB_READERS_FULL, !hasCheckedReaders {
                hasCheckedReaders = true
                if try checkReaders() == 0 { throw LMDBError(.readersFull, operation) }
            } else {
                throw LMDBError(.init(rawValue: result), operation)
            }
        }
    }

    /// How often one transaction follows another process's growth before it gives up.
    static var maximumAdoptions: Int { 8 }
}
