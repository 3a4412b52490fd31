import Glibc

/// The right to write to an environment, held by one owner over all processes.
///
/// LMDB makes a second writer wait for as long as the first one takes. This lock stands before
/// it and answers at once: it is an advisory lock on `writer.lock` in the environment's
/// directory, dropped by the kernel when the process ends, however it ends. A write transaction
/// keeps it held even if the lock itself goes first.
package struct WriterLock: ~Copyable, Sendable {
    package let environment: Environment
    private let file: WriterLockFile

    /// Why the lock was not given.
    package enum Refusal: Error, Sendable, Equatable {
        /// Another owner writes. The process id is its own word, as it sees itself; nil when it
        /// left none.
        case held(by: Int32?)
        /// The lock could not be tried: `readOnly` for an environment opened so, else the
        /// `errno` of opening or locking the file.
        case failed(LMDBError)
    }

    /// Takes the lock, without waiting.
    package init(_ environment: Environment) throws(Refusal) {
        if environment.isReadOnly {
            throw .failed(LMDBError(.readOnly, "take the writer lock"))
        }
        self.file = try WriterLockFile(environment.path + "/writer.lock", environment.fileMode)
        self.environment = environment
    }

    /// Begins a write transaction, to be committed on this thread.
    ///
    /// - Throws: `busy` when this process has one already; `noSpace`, `panic`, and what reading
    ///   the newest state may throw.
    package func beginWrite() throws(LMDBError) -> WriteTransaction {
        try WriteTransaction(environment, file)
    }
}

extension WriterLock.Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .held(by: let owner?):
            "the store is being written by process \(owner): wait for it or stop it"
        case .held(by: nil): "the store is being written by another process: wait for it"
        case .failed(let error): error.description
        }
    }
}

/// The locked file; closing it gives the lock up.
final class WriterLockFile: Sendable {
    private let descriptor: Int32

    init(_ path: String, _ mode: mode_t) throws(WriterLock.Refusal) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else {
            throw .failed(LMDBError(.init(rawValue: errno), "open the writer lock"))
        }
        // flock belongs to the open file, not to the process: it also excludes another thread.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let cause = errno
            let owner = Self.owner(descriptor)
            close(descriptor)
            if cause == EWOULDBLOCK { throw .held(by: owner) }
            throw .failed(LMDBError(.init(rawValue: cause), "take the writer lock"))
        }
        self.descriptor = descriptor
        // For the words of a refusal only, so a full disk does not matter.
        let line = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 {
            _ = unsafe line.withUnsafeBytes {
                unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0)
            }
        }
    }

    deinit {
        // The file stays: removing it would let two owners lock two files of one name. Unlocked
        // by hand, because a child being spawned by another thread shares it until it executes.
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    private static func owner(_ descriptor: Int32) -> Int32? {
        var line = [UInt8](repeating: 0, count: 16)
        let count = unsafe line.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard count > 1, line[count - 1] == UInt8(ascii: "\n") else { return nil }
        return Int32(String(decoding: line[..<(count - 1)], as: UTF8.self))
    }
}
