import Glibc

/// Why a socket could not be opened and served.
package enum StreamSocketError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A setting is out of range.
    case invalidConfiguration(String)
    /// The path does not fit into a socket address.
    case pathTooLong(path: String, limitBytes: Int)
    /// The path is empty, relative, or contains a zero byte.
    case invalidPath(path: String)
    /// The socket's directory belongs to someone else or others may write to it.
    case unsafeDirectory(path: String, reason: String)
    /// Nobody but its owner may enter a directory on the way to the socket, though others are listed that
    /// may connect.
    case closedDirectory(path: String)
    /// One who may connect may not enter a directory on the way to the socket, as its mode treats its group
    /// and others differently.
    case excludedPeer(path: String, peer: String, reason: String)
    /// Another server answers at the path or address, or holds the path's lock.
    case addressInUse(path: String)
    /// Something that is not a socket is at the path; it was left untouched.
    case notASocket(path: String)
    /// A system call failed.
    case system(operation: String, path: String, code: Int32)
    /// A worker could not make its protocol or handler.
    case handler(reason: String)

    /// The error in words.
    package var description: String {
        switch self {
        case .invalidConfiguration(let reason):
            "invalid socket configuration: \(reason)"
        case .pathTooLong(let path, let limit):
            "socket path `\(path)` is \(path.utf8.count) bytes long, more than the system's "
                + "limit of \(limit): choose a shorter path"
        case .invalidPath(let path):
            "socket path `\(path)` is not an absolute path to a file"
        case .unsafeDirectory(let path, let reason):
            "socket directory `\(path)` is not safe: \(reason)"
        case .closedDirectory(let path):
            "nobody but its owner may enter the directory `\(path)`, so other users that may "
                + "connect to a socket in it cannot: let them pass with `chmod 711 \(path)`, or "
                + "choose another place for the socket"
        case .excludedPeer(let path, let peer, let reason):
            "\(peer) may connect to a socket in the directory `\(path)` and may not enter it: "
                + "\(reason), or choose another place for the socket"
        case .addressInUse(let path):
            "address in use: another server answers at `\(path)`"
        case .notASocket(let path):
            "`\(path)` exists and is not a socket: remove it or choose another path"
        case .system(let operation, let path, let code):
            "cannot \(operation) `\(path)`: \(systemErrorText(code))"
        case .handler(let reason):
            "cannot start a worker: \(reason)"
        }
    }
}

/// The system's words for an error number.
func systemErrorText(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    _ = unsafe strerror_r(code, &buffer, buffer.count)
    let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return text.isEmpty ? "error \(code)" : String(decoding: text, as: UTF8.self)
}
