import CLMDB
import Glibc
import Synchronization

/// A directory with one LMDB data file, open in this process and shared by its threads.
///
/// Any number of threads read at once, each with its own ``ReadTransaction``; at most one write
/// transaction exists at a time, and only under the ``WriterLock``. Transactions keep the
/// environment alive; it closes when the last of them and the last reference are gone. An
/// environment does not survive `fork`: open it in the child.
@safe
package final class Environment: Sendable {
    /// Longest key in bytes. Source: LMDB manual, `mdb_env_get_maxkeysize`.
    package static let maximumKeyBytes = 511

    /// The directory, as it was given.
    package let path: String
    /// Whether the environment was opened for reading only.
    package let isReadOnly: Bool

    let handle: EnvironmentHandle
    let fileMode: mode_t
    /// Read by every renewal after it has entered its gate; true while the map moves, and for
    /// ever once the environment is unusable.
    let isResizing = Atomic<Bool>(false)
    let state = Mutex(State())
    /// Held while a database is opened: LMDB allows one such transaction in a process.
    let databaseOpening = Mutex(())

    private let identity: DirectoryIdentity

    /// What the threads of this process share.
    struct State {
        /// A gate for each read transaction that exists, reading or reset.
        var gates: [ReaderGate] = []
        var hasWriteTransaction = false
        /// Counts how often the map moved.
        var mapGeneration = 0
        /// Set when a remapping failed half way: LMDB has no map then and would crash.
        var isUnusable = false
    }

    /// Opens the environment in a directory, making both where the options allow it.
    ///
    /// - Throws: `noSuchFile` when the directory, its parent, or (unless `createIfMissing`) the
    ///   data file is missing; `notDirectory`; `permissionDenied`; `invalid` for a file that is
    ///   no LMDB file; `versionMismatch`; `corrupted` for a shortened file opened read-only;
    ///   `alreadyOpen` when this process has it open; `embeddedZero`; `noMemory` when the map
    ///   does not fit the address space; any other `errno` of the system.
    package init(
        path: String, options: EnvironmentOptions = EnvironmentOptions()
    ) throws(LMDBError) {
        let identity = try EnvironmentDirectory.prepare(path, options)
        guard OpenEnvironments.insert(identity) else {
            throw LMDBError(.alreadyOpen, "open the environment")
        }
        let handle: EnvironmentHandle
        do {
            handle = try EnvironmentHandle(path: path, options: options)
        } catch {
            OpenEnvironments.remove(identity)
            throw error
        }
        self.path = path
        self.isReadOnly = options.readOnly
        self.fileMode = options.fileMode
        self.identity = identity
        self.handle = handle
    }

    deinit {
        handle.close()
        OpenEnvironments.remove(identity)
    }

    /// The environment's figures now.
    ///
    /// - Throws: `panic` when the environment is unusable.
    package var information: EnvironmentInformation {
        get throws(LMDBError) {
            // Under the lock, because both calls read through the map.
            try state.withLock { (state) throws(LMDBError) in
                if state.isUnusable { throw LMDBError(.panic, "read the environment's figures") }
                return try handle.information()
            }
        }
    }

    /// Frees the slots of readers whose process has died, and returns how many there were.
    ///
    /// A stale slot keeps old pages from being reused, so the file grows; call this at start-up
    /// and now and then.
    ///
    /// - Complexity: O(slots in use), a system call for each process among them.
    package func checkReaders() throws(LMDBError) -> Int {
        var cleared: Int32 = 0
        try LMDBError.check(
            unsafe mdb_reader_check(handle.pointer, &cleared), "check for stale readers")
        return Int(cleared)
    }
}
