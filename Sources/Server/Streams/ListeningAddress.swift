import Glibc

/// Where a listening stream socket is, as the system has it.
package enum ListeningAddress: Equatable, Sendable, CustomStringConvertible {
    /// The bytes of a path.
    case path([UInt8])
    /// The 4 or 16 bytes of an address, and a port.
    case internet([UInt8], port: UInt16)

    package init(path: String) { self = .path(Array(path.utf8)) }

    /// - Parameter host: an address in digits; no resolver is asked.
    /// - Returns: nil for another host, and for what is no port.
    package init?(host: String, port: Int) {
        guard let port = UInt16(exactly: port), !host.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, host, &bytes) == 1 {
            self = .internet(Array(bytes.prefix(4)), port: port)
        } else if unsafe inet_pton(AF_INET6, host, &bytes) == 1 {
            self = .internet(bytes, port: port)
        } else {
            return nil
        }
    }

    /// The address that a socket is bound to.
    ///
    /// - Returns: nil when it is bound to none, or to one of another kind, such as a name of Linux's
    ///   abstract namespace, which anybody may have taken.
    package init?(of descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe getsockname(descriptor, generic, &length)
            }
        }
        guard status == 0 else { return nil }
        let bytes = unsafe withUnsafeBytes(of: &storage) { bytes in
            unsafe Array(bytes.prefix(Int(length)))
        }
        // Behind the family: of the internet the port, then the address, which in version 6 comes after
        // four bytes of flow information; of files the path (ip(7), ipv6(7), unix(7)).
        switch Int32(storage.ss_family) {
        case AF_INET where bytes.count >= 8: self = .internet(Array(bytes[4..<8]), port: bytes.port)
        case AF_INET6 where bytes.count >= 24:
            self = .internet(Array(bytes[8..<24]), port: bytes.port)
        case AF_UNIX:
            let path = Array(bytes.dropFirst(2).prefix { $0 != 0 })
            if path.isEmpty { return nil }
            self = .path(path)
        default: return nil
        }
    }

    /// The path, or the address and the port.
    package var description: String {
        switch self {
        case .path(let bytes): String(decoding: bytes, as: UTF8.self)
        case .internet(let bytes, let port):
            bytes.count == 4 ? "\(Self.digits(bytes)):\(port)" : "[\(Self.digits(bytes))]:\(port)"
        }
    }

    private static func digits(_ address: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = address.count == 4 ? AF_INET : AF_INET6
        _ = unsafe text.withUnsafeMutableBytes { text in
            unsafe inet_ntop(
                family, address, text.baseAddress?.assumingMemoryBound(to: CChar.self),
                socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
}

extension [UInt8] {
    /// The port of an internet socket's address.
    fileprivate var port: UInt16 { UInt16(self[2]) << 8 | UInt16(self[3]) }
}

extension StreamEndpoint {
    /// Where a service manager's socket for it must be.
    package var address: ListeningAddress? {
        switch self {
        case .unixSocket(let path): ListeningAddress(path: path)
        case .loopback(let host, let port): ListeningAddress(host: host, port: port)
        }
    }
}
