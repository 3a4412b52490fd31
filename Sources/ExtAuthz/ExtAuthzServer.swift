import CEpoll
import Glibc
import NIOCore
import NIOHTTP2
import NIOPosix
import Server
import Synchronization

/// Envoy's external authorization, version 3, by gRPC over HTTP/2 without TLS.
///
/// Starts serving in `start` and ends in `stop`, or when it is released.
package final class ExtAuthzServer: Sendable {
    /// Where the service is; with the port that the system chose.
    package let endpoint: ExtAuthzConfiguration.Endpoint
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let socket: Mutex<ListeningSocket?>
    private let workers: [any WorkerControl]
    private let boards: [ExtAuthzBoard]
    private let isStopped = Mutex(false)

    private init(
        _ endpoint: ExtAuthzConfiguration.Endpoint, _ group: MultiThreadedEventLoopGroup,
        _ listener: any Channel, _ socket: consuming ListeningSocket?,
        _ workers: [any WorkerControl], _ boards: [ExtAuthzBoard]
    ) {
        self.endpoint = endpoint
        self.group = group
        self.listener = listener
        self.socket = Mutex(socket)
        self.workers = workers
        self.boards = boards
    }

    deinit { stop(drainFor: .zero) }

    /// Opens the socket and starts the loops; returns when every loop has its handler.
    /// - Parameter makeHandler: called once on each loop's thread with the loop's number.
    /// - Throws: `ExtAuthzError`; nothing is left running or in the file system then.
    package static func start<Handler: ExtAuthzHandler & ~Copyable>(
        _ configuration: ExtAuthzConfiguration,
        makeHandler: @escaping @Sendable (Int) throws -> Handler
    ) throws(ExtAuthzError) -> ExtAuthzServer {
        if let problem = configuration.problem { throw .invalidConfiguration(problem) }
        var socket = try open(configuration)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.loopCount)
        var workers: [LoopWorker<Handler>] = []
        do throws(ExtAuthzError) {
            for (number, loop) in group.makeIterator().enumerated() {
                workers.append(
                    try LoopWorker(loop, configuration, number: number, makeHandler))
            }
            let gate = ConnectionGate(configuration, boards: workers.map(\.board))
            let (listener, endpoint) = try listen(
                configuration, group, socket?.descriptor, gate, workers)
            return ExtAuthzServer(
                endpoint, group, listener, socket.take(), workers, workers.map(\.board))
        } catch {
            for worker in workers { worker.end() }
            shutDown(group)
            throw error
        }
    }

    /// Ends the service: accepts no more, tells every gateway to go away, answers what they had sent
    /// and removes the socket.
    ///
    /// Connections that are not done by the end of `drainFor` are cut. Returns when all threads have
    /// ended; later calls return at once. Must not be called on a loop's thread.
    package func stop(drainFor duration: Duration) {
        isStopped.withLock { isStopped in
            if isStopped { return }
            isStopped = true
            socket.withLock { $0?.removeFile() }
            _ = try? listener.close().wait()
            let deadline = MonotonicClock.now() &+ duration.nanoseconds
            if duration > .zero {
                for worker in workers { worker.drain() }
                while !workers.allSatisfy(\.isEmpty), MonotonicClock.now() < deadline {
                    usleep(2000)
                }
            }
            for worker in workers { worker.end() }
            Self.shutDown(group)
            socket.withLock { $0 = nil }
        }
    }

    /// What the service has done so far; cheap, and a moment old.
    package var statistics: ExtAuthzStatistics {
        var sum = ExtAuthzStatistics()
        for board in boards {
            let figures = board.figures
            sum.calls += figures.calls
            sum.allowed += figures.allowed
            sum.malformed += figures.malformed
            sum.refusedCalls += figures.refusedCalls
            sum.expired += figures.expired
            sum.refusedPeers += figures.refusedPeers
            sum.refusedConnections += figures.refusedConnections
            sum.cutConnections += figures.cutConnections
        }
        return sum
    }

    private static func open(
        _ configuration: ExtAuthzConfiguration
    ) throws(ExtAuthzError) -> ListeningSocket? {
        guard case .unixSocket(let path) = configuration.endpoint else { return nil }
        do throws(LocalSocketError) {
            return try ListeningSocket(path: path, backlog: configuration.listenBacklog)
        } catch {
            throw .socket(error)
        }
    }

    private static func listen<Handler: ExtAuthzHandler & ~Copyable>(
        _ configuration: ExtAuthzConfiguration, _ group: MultiThreadedEventLoopGroup,
        _ descriptor: Int32?, _ gate: ConnectionGate, _ workers: [LoopWorker<Handler>]
    ) throws(ExtAuthzError) -> (any Channel, ExtAuthzConfiguration.Endpoint) {
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(
                ChannelOptions.backlog, value: Int32(min(configuration.listenBacklog, 65_535))
            )
            .childChannelOption(
                ChannelOptions.recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10)
            )
            .childChannelOption(
                ChannelOptions.writeBufferWaterMark,
                value: .init(
                    low: configuration.maximumUnsentBytes / 2,
                    high: configuration.maximumUnsentBytes)
            )
            .childChannelInitializer { channel in
                for worker in workers where worker.loop === channel.eventLoop {
                    return channel.eventLoop.makeCompletedFuture {
                        try worker.accept(channel, gate)
                    }
                }
                return channel.eventLoop.makeFailedFuture(ChannelError.connectPending)
            }
        let name: String
        do {
            switch configuration.endpoint {
            case .unixSocket(let path):
                name = path
                // The library closes what it is given, and the socket's owner its own.
                let copy = fcntl(descriptor ?? -1, F_DUPFD_CLOEXEC, 0)
                if copy < 0 {
                    throw ExtAuthzError.listen(endpoint: path, reason: "no descriptor is left")
                }
                let channel = try bootstrap.withBoundSocket(copy).wait()
                // The library has set its own default of 128.
                _ = Glibc.listen(copy, Int32(min(configuration.listenBacklog, 65_535)))
                return (channel, configuration.endpoint)
            case .loopback(let host, let port):
                name = "\(host):\(port)"
                let channel =
                    try bootstrap
                    .serverChannelOption(
                        ChannelOptions.socketOption(.so_reuseaddr), value: 1
                    )
                    .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
                    .bind(host: host, port: port).wait()
                return (
                    channel,
                    .loopback(host: host, port: channel.localAddress?.port ?? port)
                )
            }
        } catch let error as ExtAuthzError {
            throw error
        } catch {
            throw .listen(endpoint: name, reason: "\(error)")
        }
    }

    private static func shutDown(_ group: MultiThreadedEventLoopGroup) {
        _ = try? group.syncShutdownGracefully()
    }
}

/// Judges connections before they may say anything.
final class ConnectionGate: Sendable {
    private let maximumConnections: Int
    private let allowedPeers: PeerAllowList?
    private let open = Atomic<Int>(0)

    init(_ configuration: ExtAuthzConfiguration, boards: [ExtAuthzBoard]) {
        maximumConnections = configuration.maximumConnections
        if case .unixSocket = configuration.endpoint {
            allowedPeers = configuration.allowedPeers
        } else {
            allowedPeers = nil
        }
    }

    /// Whether a connection may stay; whoever gets `true` must call `leave` at its end.
    func enter(_ peer: PeerCredentials?, _ board: ExtAuthzBoard) -> Bool {
        if let allowedPeers {
            guard let peer, allowedPeers.allows(peer) else {
                board.refusedPeers.add()
                return false
            }
        }
        if open.add(1, ordering: .relaxed).newValue > maximumConnections {
            leave()
            board.refusedConnections.add()
            return false
        }
        return true
    }

    func leave() { open.subtract(1, ordering: .relaxed) }

    var needsPeer: Bool { allowedPeers != nil }
}
