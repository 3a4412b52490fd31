import CEpoll
import Glibc

struct LoadFailure: Error, CustomStringConvertible {
    let description: String
}

/// Keeps one request in flight on each of some connections, from a thread of its own.
final class LoadBox: @unchecked Sendable {
    private let path: String
    private let request: [UInt8]
    private let connections: Int
    private let seconds: Int
    private let finish: @Sendable (Result<Double, any Error>) -> Void

    init(
        _ path: String, _ request: String, _ connections: Int, _ seconds: Int,
        _ finish: @escaping @Sendable (Result<Double, any Error>) -> Void
    ) {
        self.path = path
        self.request = Array(request.utf8)
        self.connections = connections
        self.seconds = seconds
        self.finish = finish
    }

    func start() {
        var thread = pthread_t()
        let kept = unsafe Unmanaged.passRetained(self).toOpaque()
        let result = unsafe pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer = unsafe pointer else { return nil }
                let box = unsafe Unmanaged<LoadBox>.fromOpaque(pointer).takeRetainedValue()
                box.finish(Result { try box.run() })
                return nil
            }, kept)
        if result != 0 { finish(.failure(LoadFailure(description: "no thread"))) }
        pthread_detach(thread)
    }

    /// Answers a second.
    private func run() throws -> Double {
        let poll = epoll_create1(0)
        defer { close(poll) }
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        for _ in 0..<connections {
            let socket = try connect()
            sockets.append(socket)
            guard
                writ_epoll_control(
                    poll, EPOLL_CTL_ADD, socket, EPOLLIN.rawValue, UInt64(socket)) == 0
            else { throw LoadFailure(description: "epoll refuses a socket") }
            try send(socket)
        }
        let clock = ContinuousClock()
        let begin = clock.now
        let end = begin + .seconds(seconds)
        var count = 0
        var buffer = [UInt8](repeating: 0, count: 4096)
        var events = unsafe [epoll_event](repeating: epoll_event(), count: 64)
        while clock.now < end {
            let ready = unsafe epoll_wait(poll, &events, 64, 1000)
            guard ready > 0 else { throw LoadFailure(description: "no answer for a second") }
            for index in 0..<Int(ready) {
                let socket = unsafe Int32(truncatingIfNeeded: events[index].data.u64)
                let received = unsafe read(socket, &buffer, buffer.count)
                // A small answer comes whole.
                guard received > 15, buffer[9] == UInt8(ascii: "2"),
                    buffer[received - 1] == UInt8(ascii: "}")
                else { throw LoadFailure(description: "a wrong answer of \(received) bytes") }
                count += 1
                try send(socket)
            }
        }
        let elapsed = (clock.now - begin).components
        return Double(count) / (Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18)
    }

    private func send(_ socket: Int32) throws {
        guard unsafe write(socket, request, request.count) == request.count else {
            throw LoadFailure(description: "a request cannot be sent")
        }
    }

    private func connect() throws -> Int32 {
        let descriptor = writ_unix_socket()
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw LoadFailure(description: "cannot connect to \(path)") }
        return descriptor
    }
}
