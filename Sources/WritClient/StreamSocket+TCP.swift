import Glibc

extension StreamSocket {
    /// Connects to a host, of whose addresses the first that answers counts.
    /// - Throws: `noServer`, `timeout` or `system`.
    init(host: String, port: UInt16, deadline: Deadline) throws(ClientError) {
        self.init(owning: try Self.connected(host, port, deadline))
    }

    private static func connected(
        _ host: String, _ port: UInt16, _ deadline: Deadline
    ) throws(ClientError) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "\(port)", &hints, &list) == 0 else {
            throw .noServer(path: "\(host):\(port)")
        }
        defer { if let list = unsafe list { unsafe freeaddrinfo(list) } }
        var last = ClientError.noServer(path: "\(host):\(port)")
        var next = unsafe list
        while let address = unsafe next {
            do throws(ClientError) {
                return try unsafe connect(address.pointee, host, port, deadline)
            } catch {
                last = error
            }
            unsafe next = address.pointee.ai_next
        }
        throw last
    }

    @unsafe
    private static func connect(
        _ address: addrinfo, _ host: String, _ port: UInt16, _ deadline: Deadline
    ) throws(ClientError) -> Int32 {
        let number = unsafe socket(
            address.ai_family, address.ai_socktype | O_CLOEXEC | O_NONBLOCK, address.ai_protocol)
        if number < 0 { throw .system(operation: "make a socket", code: errno) }
        var on: Int32 = 1
        // A frame goes out at once, not with the next one.
        _ = unsafe setsockopt(
            number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var code: Int32 = 0
        if unsafe Glibc.connect(number, address.ai_addr, address.ai_addrlen) != 0 { code = errno }
        if code == EINPROGRESS || code == EINTR {
            var watched = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
            while unsafe poll(&watched, 1, deadline.remainingMilliseconds) < 0, errno == EINTR {}
            if watched.revents == 0 {
                code = ETIMEDOUT
            } else {
                var length = socklen_t(MemoryLayout<Int32>.size)
                _ = unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length)
            }
        }
        if code == 0 { return number }
        _ = close(number)
        switch code {
        case ECONNREFUSED: throw .noServer(path: "\(host):\(port)")
        case ETIMEDOUT: throw .timeout(operation: "connect to `\(host):\(port)`")
        default: throw .system(operation: "connect to `\(host):\(port)`", code: code)
        }
    }
}
