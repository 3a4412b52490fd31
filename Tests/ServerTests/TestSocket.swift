import CEpoll
import Glibc
import Testing

/// A socket as a service manager has it: at 127.0.0.1 or `::1` and a free port, or at a path.
final class TestSocket {
    let descriptor: Int32
    private let directory = TemporaryDirectory()

    /// The path of one of the Unix domain.
    var path: String { directory.socket }

    init(_ family: Int32, _ type: __socket_type, listens: Bool, isBound: Bool = true) throws {
        descriptor = socket(family, Int32(type.rawValue) | O_CLOEXEC, 0)
        try #require(descriptor >= 0)
        guard isBound else { return }
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(family)
        let path = Array(directory.socket.utf8)
        let length = unsafe withUnsafeMutableBytes(of: &storage) { bytes -> Int in
            switch family {
            case AF_INET:
                unsafe bytes.storeBytes(
                    of: in_addr_t(0x7F00_0001).bigEndian, toByteOffset: 4, as: in_addr_t.self)
                return MemoryLayout<sockaddr_in>.size
            case AF_INET6:
                unsafe bytes.storeBytes(of: in6addr_loopback, toByteOffset: 8, as: in6_addr.self)
                return MemoryLayout<sockaddr_in6>.size
            default:
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[2...]).copyBytes(from: path)
                return 3 + path.count
            }
        }
        let status = unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(length))
            }
        }
        try #require(status == 0)
        if listens { try #require(listen(descriptor, 16) == 0) }
    }

    deinit { close(descriptor) }
}
