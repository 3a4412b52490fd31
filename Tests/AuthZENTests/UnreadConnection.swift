import Glibc

/// A connection to a local socket on which nothing is ever read.
enum UnreadConnection {
    /// Sends as many of some bytes as are taken, and waits for the end of the connection.
    ///
    /// - Returns: whether it ended in time.
    static func isClosed(
        by path: String, after bytes: [UInt8], seconds: Int
    ) async throws -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw TestFailure("no socket") }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: path.utf8)
        }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, size)
            }
        }
        guard status == 0 else { throw TestFailure("no connection") }
        let flags =
            Int32(truncatingIfNeeded: MSG_DONTWAIT) | Int32(truncatingIfNeeded: MSG_NOSIGNAL)
        _ = unsafe send(descriptor, bytes, bytes.count, flags)
        for _ in 0..<(10 * seconds) {
            try await Task.sleep(for: .milliseconds(100))
            var watched = pollfd(fd: descriptor, events: 0, revents: 0)
            if unsafe poll(&watched, 1, 0) > 0, watched.revents & Int16(POLLHUP) != 0 {
                return true
            }
        }
        return false
    }
}
