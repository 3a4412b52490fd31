import Glibc

/// An owned, connected stream socket.
struct StreamSocket: ~Copyable {
    let number: Int32

    deinit { _ = close(number) }

    /// Takes a connected socket over.
    init(owning number: Int32) { self.number = number }

    /// Connects to a Unix domain socket.
    init(path: String, options: ConnectionOptions) throws(ClientError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < room, !bytes.contains(0) else {
            throw .invalidPath(path)
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
            unsafe field.copyBytes(from: bytes)
        }
        // SOCK_CLOEXEC is O_CLOEXEC on Linux (socket(2)); the Glibc module has only the latter.
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        if number < 0 { throw .system(operation: "make a socket", code: errno) }
        do throws(ClientError) {
            try Self.connect(number, &address, path, options)
            try Self.checkServer(number, options)
        } catch {
            _ = close(number)
            throw error
        }
        self.number = number
    }

    /// Sends without waiting.
    /// - Returns: the bytes taken; `nil` with `errno` when none were.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int? {
        while true {
            let flags =
                Int32(truncatingIfNeeded: MSG_DONTWAIT) | Int32(truncatingIfNeeded: MSG_NOSIGNAL)
            let sent = unsafe Glibc.send(number, bytes.baseAddress, bytes.count, flags)
            if sent >= 0 { return sent }
            if errno != EINTR { return nil }
        }
    }

    /// Receives without waiting.
    /// - Returns: the bytes received, 0 at the end; `nil` with `errno` when there are none.
    func receive(into bytes: UnsafeMutableRawBufferPointer) -> Int? {
        while true {
            let received = unsafe recv(
                number, bytes.baseAddress, bytes.count, Int32(truncatingIfNeeded: MSG_DONTWAIT))
            if received >= 0 { return received }
            if errno != EINTR { return nil }
        }
    }

    /// Waits for the socket.
    /// - Parameter events: POLLIN, POLLOUT or both.
    /// - Returns: the events that came; 0 when the time was up.
    func wait(for events: Int32, until deadline: Deadline) -> Int32 {
        while true {
            var watched = pollfd(fd: number, events: Int16(events), revents: 0)
            let count = unsafe poll(&watched, 1, deadline.remainingMilliseconds)
            if count > 0 { return Int32(watched.revents) }
            if count == 0 && deadline.hasPassed { return 0 }
            if count < 0 && errno != EINTR { return Int32(POLLERR) }
        }
    }

    private static func connect(
        _ number: Int32, _ address: inout sockaddr_un, _ path: String, _ options: ConnectionOptions
    ) throws(ClientError) {
        // A connect waits for room in the server's backlog as long as a send would.
        let (seconds, attoseconds) = options.connectTimeout.components
        var limit = timeval(
            tv_sec: Int(Swift.max(0, seconds)),
            tv_usec: Int(Swift.max(1, attoseconds / 1_000_000_000_000)))
        let size = socklen_t(MemoryLayout<timeval>.size)
        if unsafe setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &limit, size) != 0 {
            throw .system(operation: "set the time limit of a socket", code: errno)
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let deadline = Deadline(after: options.connectTimeout)
        while true {
            let status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    unsafe Glibc.connect(number, generic, length)
                }
            }
            if status == 0 { return }
            switch errno {
            case EINTR where !deadline.hasPassed: continue
            case EAGAIN, EINTR: throw .timeout(operation: "connect to `\(path)`")
            case ENOENT, ECONNREFUSED: throw .noServer(path: path)
            default: throw .system(operation: "connect to `\(path)`", code: errno)
            }
        }
    }

    /// Judges the user as whom the server listens. Source: unix(7), SO_PEERCRED.
    private static func checkServer(
        _ number: Int32, _ options: ConnectionOptions
    ) throws(ClientError) {
        guard let accepted = options.serverUserIDs else { return }
        // struct ucred: process, user, group.
        var credentials: [3 of UInt32] = .init(repeating: .max)
        var length = socklen_t(MemoryLayout<[3 of UInt32]>.size)
        if unsafe getsockopt(number, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0 {
            throw .system(operation: "ask who the server is", code: errno)
        }
        if !accepted.contains(credentials[1]) { throw .untrustedServer(userID: credentials[1]) }
    }
}

/// The instant at which a wait is given up.
struct Deadline {
    private let instant: ContinuousClock.Instant

    init(after duration: Duration) { instant = ContinuousClock.now + duration }

    var hasPassed: Bool { ContinuousClock.now >= instant }

    /// The time left, rounded up, for poll.
    var remainingMilliseconds: Int32 {
        let (seconds, attoseconds) = (instant - ContinuousClock.now).components
        if seconds < 0 || attoseconds < 0 { return 0 }
        return Int32(Swift.min(seconds, 1_000_000) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
