import CEpoll
import Glibc

/// A listening socket in the file system, with the lock that keeps its path, or one at a loopback
/// address.
///
/// The lock file `PATH.lock` is held for as long as the socket is, so that two servers that start
/// at once cannot both judge the other's socket stale.
package struct ListeningSocket: ~Copyable {
    /// The longest path that fits into a socket address with its final zero (unix(7)).
    static let maximumPathBytes = 107

    /// The listening descriptor, which belongs to this value.
    package let descriptor: Int32
    /// Where the socket is, with the port that the system chose.
    package let endpoint: StreamEndpoint
    /// Whether a service manager opened the socket, whose path, if it has one, is then its own.
    package let isInherited: Bool
    /// -1 when there is no file of ours.
    private let lock: Int32
    /// Nil when there is no file of ours.
    private let file: (path: String, identity: FileStatus.Identity)?

    /// Makes the directory if it is not there, judges what is at the path, binds and listens.
    ///
    /// Modes only keep the way open to those who may connect: who connects is what the kernel says of
    /// them, and judged by whoever accepts. Where others than this process's user may, the socket is
    /// open to all, and a directory that is made here may be entered, not listed.
    /// - Parameter peers: who may connect.
    /// - Throws: any `StreamSocketError` but `invalidConfiguration` and `handler`; nothing that was
    ///   there before has changed then, except that a stale socket may be gone.
    package init(
        path: String, backlog: Int, for peers: PeerAllowList
    ) throws(StreamSocketError) {
        try Self.checkPath(path)
        try SocketDirectory.prepare(for: path, peers)
        let lock = try Self.acquireLock(path)
        do throws(StreamSocketError) {
            try Self.removeStale(path)
            let made = try Self.bindAndListen(
                path, mode: peers.isForOthers ? 0o666 : 0o660, backlog: backlog)
            descriptor = made.0
            file = (path, made.1)
        } catch {
            Self.releaseLock(lock, path)
            throw error
        }
        self.lock = lock
        endpoint = .unixSocket(path: path)
        isInherited = false
    }

    /// Binds to a loopback address and listens.
    /// - Parameter port: 0 for one that the system chooses.
    /// - Throws: `invalidConfiguration`, `addressInUse`, `system`.
    package init(loopback host: String, port: Int, backlog: Int) throws(StreamSocketError) {
        let wanted = StreamEndpoint.loopback(host: host, port: port)
        guard let address = LoopbackAddress(host), let number = UInt16(exactly: port) else {
            throw .invalidConfiguration(wanted.problem ?? "no address")
        }
        let made = try address.listen(port: number, backlog: backlog)
        descriptor = made.descriptor
        endpoint = .loopback(host: host, port: Int(made.port))
        lock = -1
        file = nil
        isInherited = false
    }

    /// Takes over the socket that a service manager opened at an endpoint; see ``InheritedSockets``.
    /// - Throws: `system`.
    package init(
        inherited descriptor: Int32, at endpoint: StreamEndpoint
    ) throws(StreamSocketError) {
        // `accept` must not wait when a client has gone meanwhile.
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            let code = errno
            _ = close(descriptor)
            throw .system(operation: "take over", path: endpoint.description, code: code)
        }
        self.descriptor = descriptor
        self.endpoint = endpoint
        isInherited = true
        lock = -1
        file = nil
    }

    deinit {
        removeFile()
        _ = close(descriptor)
        if let file { Self.releaseLock(lock, file.path) }
    }

    /// Removes the socket's file, so that nobody finds it any more; connections made stay. An
    /// inherited one is left to its owner.
    package func removeFile() {
        // Only our own socket file is removed: someone may have put another in its place.
        guard let file, FileStatus(path: file.path)?.identity == file.identity else { return }
        _ = unsafe unlink(file.path)
    }

    static func checkPath(_ path: String) throws(StreamSocketError) {
        let bytes = path.utf8
        guard bytes.first == UInt8(ascii: "/"), bytes.last != UInt8(ascii: "/"),
            !bytes.contains(0)
        else { throw .invalidPath(path: path) }
        if bytes.count > maximumPathBytes {
            throw .pathTooLong(path: path, limitBytes: maximumPathBytes)
        }
    }

    private static func acquireLock(_ path: String) throws(StreamSocketError) -> Int32 {
        let lockPath = path + ".lock"
        while true {
            let lock = unsafe open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            if lock < 0 { throw .system(operation: "open", path: lockPath, code: errno) }
            if flock(lock, LOCK_EX | LOCK_NB) != 0 {
                let code = errno
                _ = close(lock)
                if code == EINTR { continue }
                if code == EWOULDBLOCK { throw .addressInUse(path: path) }
                throw .system(operation: "lock", path: lockPath, code: code)
            }
            // A server that stops removes its lock file: the lock counts only on the file that
            // is still there.
            if let own = FileStatus(descriptor: lock),
                own.identity == FileStatus(path: lockPath)?.identity
            {
                return lock
            }
            _ = close(lock)
        }
    }

    private static func releaseLock(_ lock: Int32, _ path: String) {
        _ = unsafe unlink(path + ".lock")
        _ = close(lock)
    }

    /// Removes a socket at which nobody answers; the lock must be held.
    private static func removeStale(_ path: String) throws(StreamSocketError) {
        guard let status = FileStatus(path: path) else {
            if errno == ENOENT { return }
            throw .system(operation: "examine", path: path, code: errno)
        }
        guard status.mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let probe = try makeSocket(path)
        if connectSocket(probe.number, path) == 0 { throw .addressInUse(path: path) }
        switch errno {
        case ECONNREFUSED:
            if unsafe unlink(path) != 0 && errno != ENOENT {
                throw .system(operation: "remove the stale socket", path: path, code: errno)
            }
        case ENOENT: return
        // A full backlog is a sign of life.
        case EAGAIN: throw .addressInUse(path: path)
        default: throw .system(operation: "probe", path: path, code: errno)
        }
    }

    private static func makeSocket(_ path: String) throws(StreamSocketError) -> FileDescriptor {
        guard let made = FileDescriptor(owning: writ_unix_socket()),
            fcntl(made.number, F_SETFL, O_NONBLOCK) == 0
        else { throw .system(operation: "make a socket for", path: path, code: errno) }
        return made
    }

    private static func bindAndListen(
        _ path: String, mode: mode_t, backlog: Int
    ) throws(StreamSocketError) -> (Int32, FileStatus.Identity) {
        let made = try makeSocket(path)
        if bindSocket(made.number, path) != 0 {
            if errno == EADDRINUSE { throw .addressInUse(path: path) }
            throw .system(operation: "bind", path: path, code: errno)
        }
        // Nobody can connect before `listen`, so the mode is right from the first moment.
        guard unsafe chmod(path, mode) == 0, let status = FileStatus(path: path) else {
            let code = errno
            _ = unsafe unlink(path)
            throw .system(operation: "set the mode of", path: path, code: code)
        }
        if listen(made.number, Int32(truncatingIfNeeded: min(backlog, 65_535))) != 0 {
            let code = errno
            _ = unsafe unlink(path)
            throw .system(operation: "listen at", path: path, code: code)
        }
        return (made.release(), status.identity)
    }
}

private func bindSocket(_ descriptor: Int32, _ path: String) -> Int32 {
    unsafe withSocketAddress(path) { unsafe bind(descriptor, $0, $1) }
}

private func connectSocket(_ descriptor: Int32, _ path: String) -> Int32 {
    unsafe withSocketAddress(path) { unsafe connect(descriptor, $0, $1) }
}

/// Lends the address of a path that fits into one.
private func withSocketAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
        for (index, byte) in path.utf8.enumerated() where index < field.count - 1 {
            unsafe field[index] = byte
        }
    }
    return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            unsafe body(generic, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}
