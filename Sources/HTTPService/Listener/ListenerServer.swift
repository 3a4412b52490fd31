import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOPosix
import Server
import Synchronization

/// Accepts the connections of one listener and answers their requests, until it is stopped.
///
/// A socket in the file system is ``ListeningSocket``'s: its lock keeps another service from taking the
/// path, and one that a service manager opened is left to its owner.
final class ListenerServer: Sendable {
    private typealias Connections = NIOAsyncChannel<GuardedChannel.Value, Never>

    /// The port that is listened on; nil for a socket in the file system.
    let port: Int?
    private let socket: ListenerSocket
    private let quiescing: ServerQuiescingHelper
    private let serving: Task<Void, Never>

    private static let backlog = 1024

    private init(
        _ connections: Connections, _ socket: ListenerSocket, _ quiescing: ServerQuiescingHelper,
        _ child: GuardedChannel, _ name: String, _ executor: (any TaskExecutor)?, _ log: Logger
    ) {
        port = connections.channel.localAddress?.port
        self.socket = socket
        self.quiescing = quiescing
        // What serves a connection is begun in it, and runs where it does.
        serving = Task(executorPreference: executor) {
            await Self.serve(connections, child, name, log)
        }
    }

    /// Opens the listener's socket, or takes the one over that was passed, and begins to answer.
    ///
    /// - Parameter executor: where requests are answered; nil for where all tasks run.
    /// - Throws: when it cannot be listened on; nothing is left open then.
    static func start(
        _ listener: HTTPListener, _ child: GuardedChannel, on executor: (any TaskExecutor)?,
        _ log: Logger
    ) async throws(HTTPServiceError) -> ListenerServer {
        let socket: ListenerSocket
        do throws(LocalSocketError) {
            socket = try ListenerSocket(listener, backlog: backlog)
        } catch {
            throw HTTPServiceError("cannot listen on `\(listener.name)`: \(error.description)")
        }
        let group = MultiThreadedEventLoopGroup.singleton
        let quiescing = ServerQuiescingHelper(group: group)
        let maximum = listener.limits.maximumConnections
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: Int32(backlog))
            .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(
                        AvailableConnectionsChannelHandler(maxConnections: maximum))
                    try pipeline.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
        do {
            let connections: Connections
            switch listener.address {
            case .tcp(let host, let port):
                if let inherited = listener.inherited {
                    connections = try await bootstrap.bind(inherited) {
                        child.setup(channel: $0, logger: log)
                    }
                    // The library has set its own default of 128; with that it serves as well.
                    _ = listen(inherited, Int32(backlog))
                    break
                }
                connections =
                    try await bootstrap
                    .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
                    .bind(host: host, port: port) { child.setup(channel: $0, logger: log) }
            case .unix:
                connections = try await bootstrap.bind(try socket.descriptor()) {
                    child.setup(channel: $0, logger: log)
                }
                // The library has set its own default of 128.
                socket.setBacklog(backlog)
            }
            return ListenerServer(
                connections, socket, quiescing, child, listener.name, executor, log)
        } catch let error as IOError {
            // The library's own words name one of its functions.
            let reason = unsafe String(cString: strerror(error.errnoCode))
            throw HTTPServiceError(
                "cannot listen on `\(listener.name)` at \(listener.address): \(reason)")
        } catch {
            throw HTTPServiceError(
                "cannot listen on `\(listener.name)` at \(listener.address): \(error)")
        }
    }

    private static func serve(
        _ connections: Connections, _ child: GuardedChannel, _ name: String, _ log: Logger
    ) async {
        await withDiscardingTaskGroup { tasks in
            do {
                try await connections.executeThenClose { accepted in
                    for try await connection in accepted {
                        tasks.addTask { await child.handle(value: connection, logger: log) }
                    }
                }
            } catch {
                log.error(
                    "a listener takes no more connections",
                    metadata: ["listener": "\(name)", "error": "\(error)"])
            }
        }
    }

    /// Takes no more connections, and closes those that are open once what they sent is answered.
    func drain() {
        socket.removeFile()
        quiescing.initiateShutdown(promise: nil)
    }

    /// Ends the connections that are still open.
    func cut() { serving.cancel() }

    /// Waits until all connections have ended, and lets go of the socket.
    func end() async {
        await serving.value
        socket.close()
    }
}

/// The socket of a listener in the file system, or nothing for one of the network, which is the
/// library's.
private final class ListenerSocket: Sendable {
    private let socket: Mutex<ListeningSocket?>

    init(_ listener: HTTPListener, backlog: Int) throws(LocalSocketError) {
        guard case .unix(let path) = listener.address else {
            socket = Mutex(nil)
            return
        }
        if let inherited = listener.inherited {
            socket = Mutex(
                try ListeningSocket(inherited: inherited, at: .unixSocket(path: path)))
        } else {
            socket = Mutex(
                try ListeningSocket(
                    path: path, backlog: backlog, for: listener.peers))
        }
    }

    /// A descriptor of its own for the network library, which closes what it is given.
    func descriptor() throws -> Int32 {
        let copy = socket.withLock { fcntl($0?.descriptor ?? -1, F_DUPFD_CLOEXEC, 0) }
        guard copy >= 0 else { throw IOError(errnoCode: errno, reason: "copy a descriptor") }
        return copy
    }

    /// Sets how many connections may wait to be accepted.
    func setBacklog(_ count: Int) {
        // With fewer it serves as well.
        _ = socket.withLock { listen($0?.descriptor ?? -1, Int32(count)) }
    }

    func removeFile() { socket.withLock { $0?.removeFile() } }

    func close() { socket.withLock { $0 = nil } }
}
