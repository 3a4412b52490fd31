/// Where a stream server is found.
package enum StreamEndpoint: Sendable, Equatable, CustomStringConvertible {
    /// A Unix domain socket: its directory is made with mode 0700 when it is not there.
    case unixSocket(path: String)
    /// A loopback address in digits; anybody on this machine may ask there. Port 0 is chosen by the
    /// system.
    case loopback(host: String, port: Int)

    /// The path, or the address and the port.
    package var description: String {
        switch self {
        case .unixSocket(let path): path
        case .loopback(let host, let port):
            host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// What is wrong with an address; nil when it can be bound, and for every path, which is judged
    /// when it is opened.
    package var problem: String? {
        guard case .loopback(let host, let port) = self else { return nil }
        guard LoopbackAddress(host) != nil else {
            return "`\(host)` is not a loopback address in digits, such as 127.0.0.1 or ::1"
        }
        return (0...65_535).contains(port) ? nil : "port is not in 0...65535"
    }
}
