import CEpoll
import Glibc

/// The listening sockets that a service manager opened before it started this process.
///
/// Whoever restarts the service keeps them: clients that connect meanwhile wait, and are not refused. A
/// socket with the name of a listener (systemd's `FileDescriptorName=`) is for that listener, one
/// without a name of its own for the listener at its address.
///
/// Source: sd_listen_fds_with_names(3).
package struct InheritedSockets: ~Copyable {
    private struct Entry {
        let descriptor: Int32
        /// Nil when nobody gave it one.
        let name: String?
        let address: ListeningAddress
    }

    private var entries: [Entry] = []
    /// The listeners that were asked for, for messages.
    private var listeners: [String] = []

    /// The first descriptor that a service manager passes.
    private static let firstDescriptor: Int32 = 3
    private static let maximumCount = 64

    /// Takes over what the environment says was passed to this process, and nothing else.
    ///
    /// The environment says it no more afterwards, so that no child believes it was meant.
    /// - Throws: `invalidConfiguration`, when something else was passed than listening stream sockets at
    ///   paths and addresses, or when their names do not match their number.
    package init() throws(StreamSocketError) {
        let process = Self.variable("LISTEN_PID").flatMap { Int($0) }
        let count = Self.variable("LISTEN_FDS").flatMap { Int($0) }
        let names = Self.variable("LISTEN_FDNAMES")
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { _ = unsafe unsetenv(name) }
        let isMeant = process == Int(getpid())
        try self.init(
            first: Self.firstDescriptor, count: isMeant ? max(0, count ?? 0) : 0,
            names: isMeant ? names : nil)
    }

    /// Takes over descriptors that follow each other, and closes them in the end.
    ///
    /// - Parameter text: their names with colons between; nil when they have none.
    /// - Throws: as ``init()`` does.
    package init(first: Int32, count: Int, names text: String?) throws(StreamSocketError) {
        guard count <= Self.maximumCount else {
            throw .invalidConfiguration("the service manager passed \(count) sockets")
        }
        let names = text?.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if let names, count > 0, names.count != count {
            throw .invalidConfiguration(
                "the service manager passed \(count) sockets and \(names.count) names")
        }
        for offset in 0..<count {
            let descriptor = first + Int32(offset)
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let name = names.flatMap { Self.givenName($0[offset]) }
            do throws(Flaw) {
                entries.append(
                    Entry(
                        descriptor: descriptor, name: name,
                        address: try Self.address(ofListening: descriptor)))
            } catch {
                let called = name.map { ", named `\($0)`" } ?? ""
                throw .invalidConfiguration(
                    "descriptor \(descriptor)\(called), passed by the service manager, "
                        + error.rawValue)
            }
        }
    }

    deinit {
        for entry in entries { _ = close(entry.descriptor) }
    }

    /// Gives a listener its socket, which it must close.
    ///
    /// - Parameters:
    ///   - listener: its name.
    ///   - address: where it is to listen; nil when that cannot be told without asking a resolver.
    ///   - place: the same as the configuration has it, for messages.
    /// - Returns: nil when there is none for it.
    /// - Throws: `invalidConfiguration`, when several have its name, or the one that has is elsewhere.
    package mutating func take(
        _ listener: String, at address: ListeningAddress?, _ place: String
    ) throws(StreamSocketError) -> Int32? {
        listeners.append(listener)
        let named = entries.indices.filter {
            entries[$0].name?.utf8.elementsEqual(listener.utf8) ?? false
        }
        guard named.count <= 1 else {
            throw .invalidConfiguration(
                "the service manager passed \(named.count) sockets with the name `\(listener)`: give "
                    + "each listener a unit of its own")
        }
        if let index = named.first, entries[index].address != address {
            throw .invalidConfiguration(
                "the service manager's socket with the name `\(listener)` is at "
                    + "`\(entries[index].address)`, and the listener at `\(place)`: give both the "
                    + "same path, or the same address in digits and port")
        }
        let unnamed = entries.firstIndex { $0.name == nil && $0.address == address }
        guard let index = named.first ?? unnamed else { return nil }
        return entries.remove(at: index).descriptor
    }

    /// Refuses sockets that no listener has taken: they would take connections which nobody answers.
    ///
    /// - Throws: `invalidConfiguration`.
    package consuming func finish() throws(StreamSocketError) {
        guard let entry = entries.first else { return }
        guard let name = entry.name else {
            throw .invalidConfiguration(
                "the service manager passed a socket at `\(entry.address)`, which no listener of the "
                    + "configuration has")
        }
        throw .invalidConfiguration(
            "the service manager passed a socket with the name `\(name)`, which no listener of the "
                + "configuration has: there are "
                + listeners.map { "`\($0)`" }.joined(separator: ", "))
    }

    // MARK: Reading

    /// Why a descriptor cannot be listened on, with what to do, to follow its name.
    private enum Flaw: String, Error {
        case noSocket = "is no socket"
        case datagrams = "is a socket for datagrams: use `ListenStream=`"
        case packets = "is a socket for packets: use `ListenStream=`"
        case notListening = "does not listen: leave `Accept=` out"
        case noAddress = """
            is at no path and no address of TCP: use `ListenStream=/run/writ/writ.sock`, or as in \
            `ListenStream=127.0.0.1:9191`
            """
    }

    private static func address(ofListening descriptor: Int32) throws(Flaw) -> ListeningAddress {
        guard let type = option(SO_TYPE, of: descriptor) else { throw .noSocket }
        if type == Int32(SOCK_DGRAM.rawValue) { throw .datagrams }
        guard type == Int32(SOCK_STREAM.rawValue) else { throw .packets }
        guard option(SO_ACCEPTCONN, of: descriptor) == 1 else { throw .notListening }
        guard let address = ListeningAddress(of: descriptor) else { throw .noAddress }
        return address
    }

    /// The name that somebody chose: systemd's own for sockets without one are that of their unit, and
    /// `unknown`.
    private static func givenName(_ name: String) -> String? {
        name.isEmpty || name == "unknown" || name.hasSuffix(".socket") ? nil : name
    }

    private static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
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
