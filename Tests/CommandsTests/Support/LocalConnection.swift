import Glibc

/// A connection to a local socket on which anything can be sent.
final class LocalConnection {
    private let descriptor: Int32

    /// What failed, and how.
    struct Failed: Error, CustomStringConvertible {
        enum Phase: String {
            case connect
            case write
            case read
        }

        let phase: Phase
        /// The error of the system; 0 where only part of something was written.
        let code: Int32
        /// How long after the connection began.
        let elapsed: Duration

        var description: String {
            let reason =
                code == EAGAIN && phase == .read
                ? "no answer in the time that was waited"
                : code == 0 ? "only in part" : unsafe String(cString: strerror(code))
            return "\(phase): \(reason) (errno \(code)) after \(elapsed)"
        }
    }

    private let began = ContinuousClock.now

    /// - Parameter seconds: how long an answer may take.
    init(_ path: String, waiting seconds: Int = 60) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = Self.connect(descriptor, path)
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw failure(.connect, code)
        }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    private func failure(_ phase: Failed.Phase, _ code: Int32) -> Failed {
        Failed(phase: phase, code: code, elapsed: ContinuousClock.now - began)
    }

    private static func connect(_ descriptor: Int32, _ path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array(path.utf8))
        }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// How many of some connections are taken at once, none of which waits.
    static func connections(_ path: String, of count: Int) -> Int {
        let sockets = (0..<count).map { _ in
            socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        }
        defer { for socket in sockets { close(socket) } }
        return sockets.count { connect($0, path) == 0 }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        let sent = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        guard sent == bytes.count else { throw failure(.write, sent < 0 ? errno : 0) }
    }

    /// Reads what comes first, at most so many bytes.
    func read(atMost count: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw failure(.read, errno) }
        return Array(buffer[..<count])
    }

    /// Reads until the other end closes.
    func readAll() throws -> String { try read(until: nil) }

    /// Reads until the text ends so.
    func read(until end: String?) throws -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw failure(.read, errno) }
            if count == 0 { return text }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            if let end, text.hasSuffix(end) { return text }
        }
    }
}
