import Glibc

/// A connection that sends any bytes, without waiting.
struct RawSocket: ~Copyable {
    let number: Int32

    deinit { _ = close(number) }

    init(path: String) throws(Finding) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Finding("`\(path)` is too long for a socket")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let made = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard made >= 0 else { throw Finding("cannot make a socket: error \(errno)") }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(made, $0, size)
            }
        }
        guard status == 0, fcntl(made, F_SETFL, O_NONBLOCK) == 0 else {
            let code = errno
            _ = close(made)
            throw Finding("cannot connect to `\(path)`: error \(code)")
        }
        number = made
    }

    /// Sends as much as is taken at once.
    /// - Returns: the bytes taken; -1 when the peer takes no more for ever.
    func send(_ bytes: ArraySlice<UInt8>) -> Int {
        let sent = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if sent < 0 { return errno == EAGAIN || errno == EINTR ? 0 : -1 }
        return sent
    }

    /// Appends up to `limit` bytes of what has come.
    /// - Returns: false at the end of the connection.
    func receive(into bytes: inout [UInt8], limit: Int = 65_536) -> Bool {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = unsafe recv(number, &buffer, limit, 0)
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        bytes += buffer[..<count]
        return count > 0
    }

    func finishSending() { _ = shutdown(number, Int32(SHUT_WR)) }

    /// Waits for input, and for room for output if so wanted.
    /// - Returns: false when neither came in time.
    func wait(output: Bool, milliseconds: Int32) -> Bool {
        let events = output ? POLLIN | POLLOUT : POLLIN
        var watched = pollfd(fd: number, events: Int16(events), revents: 0)
        return unsafe poll(&watched, 1, milliseconds) > 0
    }

    /// Sends all bytes, in pieces if so wanted, closes for writing, and reads to the end.
    func exchange(
        _ bytes: [UInt8], pieceBytes: Int = .max, timeoutMilliseconds: Int32 = 20_000
    ) throws(Finding) -> [UInt8] {
        var received: [UInt8] = []
        var offset = 0
        var isOpen = true
        while isOpen {
            if offset < bytes.count {
                let end = pieceBytes < bytes.count - offset ? offset + pieceBytes : bytes.count
                let sent = send(bytes[offset..<end])
                offset = sent < 0 ? bytes.count : offset + sent
                if offset == bytes.count { finishSending() }
            } else if bytes.isEmpty {
                finishSending()
            }
            guard wait(output: offset < bytes.count, milliseconds: timeoutMilliseconds) else {
                throw Finding("the server hangs: no answer in \(timeoutMilliseconds) ms")
            }
            isOpen = receive(into: &received)
        }
        return received
    }
}
