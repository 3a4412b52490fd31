import CEpoll
import Glibc

/// A loopback address: `::1`, or one of 127.0.0.0/8 in four decimal numbers.
///
/// What is judged is what is bound: the text goes to no resolver.
struct LoopbackAddress: Equatable {
    /// The four numbers, the first of them 127; nil for `::1`.
    private let numbers: [UInt8]?
    private let text: String

    /// Reads an address in digits; nil when the text is none, or is not a loopback address.
    init?(_ text: String) {
        self.text = text
        if text.utf8.elementsEqual("::1".utf8) {
            numbers = nil
            return
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var numbers: [UInt8] = []
        for part in parts {
            // A leading zero means octal to some readers.
            guard (1...3).contains(part.count), part.allSatisfy({ (0x30...0x39).contains($0) }),
                part.count == 1 || part.first != 0x30,
                let number = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            numbers.append(number)
        }
        guard numbers[0] == 127 else { return nil }
        self.numbers = numbers
    }

    /// Opens a socket that listens at the address.
    /// - Parameter port: 0 for one that the system chooses.
    /// - Returns: the descriptor, which the caller must close, and the port.
    /// - Throws: `addressInUse`, `system`.
    func listen(
        port: UInt16, backlog: Int
    ) throws(StreamSocketError) -> (descriptor: Int32, port: UInt16) {
        let name = StreamEndpoint.loopback(host: text, port: Int(port)).description
        guard
            let made = FileDescriptor(
                owning: writ_tcp_socket(numbers == nil ? AF_INET6 : AF_INET))
        else { throw .system(operation: "make a socket for", path: name, code: errno) }
        var on: Int32 = 1
        // Connections of a server that has ended do not keep the port from the next one; Linux still
        // refuses a port at which another listens.
        _ = unsafe setsockopt(
            made.number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var storage = sockaddr_storage()
        let length = fill(&storage, port: port)
        let status = unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(made.number, generic, length)
            }
        }
        if status != 0 {
            if errno == EADDRINUSE { throw .addressInUse(path: name) }
            throw .system(operation: "bind", path: name, code: errno)
        }
        if Glibc.listen(made.number, Int32(truncatingIfNeeded: min(backlog, 65_535))) != 0 {
            if errno == EADDRINUSE { throw .addressInUse(path: name) }
            throw .system(operation: "listen at", path: name, code: errno)
        }
        guard case .internet(_, let chosen) = ListeningAddress(of: made.number) else {
            throw .system(operation: "ask for the port of", path: name, code: errno)
        }
        return (made.release(), chosen)
    }

    /// Writes the system's form of the address.
    /// - Returns: its length.
    private func fill(_ storage: inout sockaddr_storage, port: UInt16) -> socklen_t {
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            guard let numbers else {
                var address = sockaddr_in6()
                address.sin6_family = sa_family_t(AF_INET6)
                address.sin6_port = in_port_t(bigEndian: port)
                address.sin6_addr = in6addr_loopback
                unsafe bytes.storeBytes(of: address, as: sockaddr_in6.self)
                return socklen_t(MemoryLayout<sockaddr_in6>.size)
            }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(bigEndian: port)
            address.sin_addr.s_addr = in_addr_t(
                bigEndian: numbers.reduce(0) { $0 << 8 | in_addr_t($1) })
            unsafe bytes.storeBytes(of: address, as: sockaddr_in.self)
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        }
    }
}
