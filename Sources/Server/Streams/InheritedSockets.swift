import CEpoll
import Glibc

/// The listening sockets that a service manager opened before it started this process.
///
/// Whoever restarts the service keeps them: clients that connect meanwhile wait, and are not refused.
/// Source: sd_listen_fds(3).
package struct InheritedSockets: ~Copyable {
    /// A socket with the path it is bound to.
    private struct Entry {
        let descriptor: Int32
        let path: String
    }

    private var entries: [Entry] = []

    /// The first descriptor that a service manager passes.
    private static let firstDescriptor: Int32 = 3
    private static let maximumCount = 64

    /// Takes over what the environment says was passed to this process, and nothing else.
    ///
    /// The environment says it no more afterwards, so that no child believes it was meant.
    /// - Throws: `invalidConfiguration`, when what was passed is not a listening stream socket at a
    ///   path.
    package init() throws(StreamSocketError) {
        let process = Self.number("LISTEN_PID")
        let count = Self.number("LISTEN_FDS")
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { _ = unsafe unsetenv(name) }
        guard let process, let count, process == Int(getpid()), count > 0 else { return }
        guard count <= Self.maximumCount else {
            throw .invalidConfiguration("the service manager passed \(count) sockets")
        }
        for offset in 0..<Int32(count) {
            let descriptor = Self.firstDescriptor + offset
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            guard let path = Self.path(ofListening: descriptor) else {
                throw .invalidConfiguration(
                    "descriptor \(descriptor), passed by the service manager, is no listening "
                        + "stream socket at a path: use `ListenStream=/run/writ/writ.sock`")
            }
            entries.append(Entry(descriptor: descriptor, path: path))
        }
    }

    deinit {
        for entry in entries { _ = close(entry.descriptor) }
    }

    /// The paths of the sockets that nobody took.
    package var paths: [String] { entries.map(\.path) }

    /// Gives the socket at a path to the caller, who must close it; nil when there is none.
    package mutating func take(_ path: String) -> Int32? {
        guard
            let index = entries.firstIndex(where: { $0.path.utf8.elementsEqual(path.utf8) })
        else { return nil }
        return entries.remove(at: index).descriptor
    }

    private static func number(_ name: String) -> Int? {
        guard let value = unsafe getenv(name) else { return nil }
        return Int(unsafe String(cString: value))
    }

    private static func path(ofListening descriptor: Int32) -> String? {
        guard option(SO_ACCEPTCONN, of: descriptor) == 1,
            option(SO_TYPE, of: descriptor) == Int32(SOCK_STREAM.rawValue)
        else { return nil }
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe getsockname(descriptor, generic, &length)
            }
        }
        guard status == 0, address.sun_family == sa_family_t(AF_UNIX) else { return nil }
        let bytes = unsafe withUnsafeBytes(of: &address.sun_path) { field in
            unsafe Array(field.prefix { $0 != 0 })
        }
        // An abstract name begins with a zero: anybody may have taken it.
        return bytes.isEmpty ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 else {
            return nil
        }
        return value
    }
}
