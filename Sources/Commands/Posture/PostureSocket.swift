import EntityStore
import Glibc
import Posture

/// Reads one document a line from the connections of a Unix socket, until it is asked to end.
struct PostureSocket {
    static let maximumConnections = 64
    private static let waitMilliseconds: Int32 = 250

    private let path: String
    private let intake: PostureIntake

    init(_ path: String, _ intake: PostureIntake) {
        self.path = path
        self.intake = intake
    }

    func run() throws(Failure) {
        EndRequest.install()
        let listener = try makeListener()
        var sources: [Int32: PostureSource] = [:]
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var connections = 0
        while !EndRequest.isMade {
            var polled = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            for descriptor in sources.keys.sorted() {
                polled.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
            }
            let ready = unsafe polled.withUnsafeMutableBufferPointer {
                unsafe poll($0.baseAddress, nfds_t($0.count), Self.waitMilliseconds)
            }
            guard ready > 0 else { continue }
            for entry in polled.dropFirst() where entry.revents != 0 {
                let count = unsafe chunk.withUnsafeMutableBytes {
                    unsafe recv(entry.fd, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
                }
                if count < 0, errno == EAGAIN || errno == EINTR { continue }
                if count > 0 {
                    sources[entry.fd]?.feed(chunk[..<count])
                } else {
                    sources[entry.fd]?.end()
                    sources[entry.fd] = nil
                    close(entry.fd)
                }
            }
            guard polled[0].revents != 0 else { continue }
            let accepted = accept(listener, nil, nil)
            guard accepted >= 0 else { continue }
            _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
            // One too many is turned away, so that those that are open go on.
            guard sources.count < Self.maximumConnections else {
                close(accepted)
                continue
            }
            connections += 1
            sources[accepted] = PostureSource(
                intake, name: "connection \(connections)", hasLinesOnly: true)
        }
        close(listener)
        _ = unsafe unlink(path)
        // A line without its end may be half of one.
        for descriptor in sources.keys { close(descriptor) }
    }

    private func makeListener() throws(Failure) -> Int32 {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else {
            throw Failure("cannot make a socket: \(systemWords(errno))")
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < 108 else {
            throw Failure("cannot listen on `\(path)`: the path is longer than 107 bytes")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        var status = stat()
        if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK {
            _ = unsafe unlink(path)
        }
        let mask = umask(0o177)
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        umask(mask)
        guard bound == 0, Glibc.listen(listener, 64) == 0 else {
            throw Failure("cannot listen on `\(path)`: \(systemWords(errno))")
        }
        return listener
    }
}
