package import DecisionPoint
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
package import Server
import Synchronization

/// The frame protocol on TCP with TLS 1.3, for peers that prove who they are by a certificate.
///
/// Starts serving in `start` and ends in `stop`, or when it is released.
package final class TLSFrameServer: Sendable {
    /// The port in use, also when the system chose it.
    package let port: Int
    /// The certificate that it shows; `reload` brings it up to date.
    package let certificate: ServerCertificate
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let workers: [TLSLoop]
    private let isStopped = Mutex(false)

    private init(
        _ port: Int, _ certificate: ServerCertificate, _ group: MultiThreadedEventLoopGroup,
        _ listener: any Channel, _ workers: [TLSLoop]
    ) {
        self.port = port
        self.certificate = certificate
        self.group = group
        self.listener = listener
        self.workers = workers
    }

    deinit { stop(drainFor: .zero) }

    /// Opens the socket and starts the loops; returns when every loop has its decider.
    ///
    /// - Parameters:
    ///   - identity: how peers and evidence are judged.
    ///   - report: called on a loop's thread for peers that are turned away, some a second at most.
    ///   - makeHandler: called once on each loop's thread with the loop's number.
    /// - Throws: `TLSListenerError`; nothing is left running then.
    package static func start(
        _ configuration: TLSListenerConfiguration, identity: IdentitySettings,
        report: @escaping @Sendable (TLSPeerReport) -> Void = { _ in },
        makeHandler: @escaping @Sendable (Int) throws -> DecisionPointHandler
    ) throws(TLSListenerError) -> TLSFrameServer {
        if let problem = configuration.problem { throw .invalidConfiguration(problem) }
        let certificate = try ServerCertificate(configuration.certificate) { tls in
            // The client must show a certificate; whether it is believed is for our own verifier, which
            // stands in the place of the library's.
            tls.certificateVerification = .noHostnameVerification
            tls.trustRoots = .certificates([])
            tls.shutdownTimeout = .milliseconds(500)
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.loopCount)
        var workers: [TLSLoop] = []
        do throws(TLSListenerError) {
            for (number, loop) in group.makeIterator().enumerated() {
                workers.append(
                    try TLSLoop(loop) { board in
                        TLSWorker(
                            configuration, certificate, identity, try makeHandler(number), board,
                            report: report)
                    })
            }
            let listener = try listen(configuration, group, workers)
            return TLSFrameServer(
                listener.localAddress?.port ?? configuration.port, certificate, group, listener,
                workers)
        } catch {
            for worker in workers { worker.end() }
            shutDown(group)
            throw error
        }
    }

    /// Ends the server: accepts no more, answers what it has received and ends every connection with
    /// the refusal `shuttingDown`.
    ///
    /// Connections that are not done by the end of `drainFor` are cut. Returns when all threads have
    /// ended; later calls return at once. Must not be called on a loop's thread.
    package func stop(drainFor duration: Duration) {
        isStopped.withLock { isStopped in
            if isStopped { return }
            isStopped = true
            _ = try? listener.close().wait()
            let deadline = MonotonicClock.now() &+ duration.wholeNanoseconds
            if duration > .zero {
                for worker in workers { worker.drain() }
                while !workers.allSatisfy(\.isEmpty), MonotonicClock.now() < deadline {
                    usleep(2000)
                }
            }
            for worker in workers { worker.end() }
            Self.shutDown(group)
        }
    }

    /// What the server has done so far; cheap, and a moment old.
    package var statistics: TLSListenerStatistics {
        var sum = TLSListenerStatistics()
        for worker in workers { sum.add(worker.board.figures) }
        return sum
    }

    private static func listen(
        _ configuration: TLSListenerConfiguration, _ group: MultiThreadedEventLoopGroup,
        _ workers: [TLSLoop]
    ) throws(TLSListenerError) -> any Channel {
        let gate = TLSConnectionGate(configuration)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(
                ChannelOptions.backlog, value: Int32(min(configuration.listenBacklog, 65_535))
            )
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                ChannelOptions.recvAllocator,
                value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10)
            )
            .childChannelOption(
                ChannelOptions.writeBufferWaterMark,
                value: .init(
                    low: max(1, configuration.maximumInFlightBytes / 2),
                    high: max(2, configuration.maximumInFlightBytes))
            )
            .childChannelInitializer { channel in
                for worker in workers where worker.loop === channel.eventLoop {
                    return channel.eventLoop.makeCompletedFuture {
                        try worker.accept(channel, gate)
                    }
                }
                return channel.eventLoop.makeFailedFuture(ChannelError.alreadyClosed)
            }
        do {
            if let inherited = configuration.inherited {
                let channel = try bootstrap.withBoundSocket(inherited).wait()
                // The library has set its own default of 128; with that it serves as well.
                _ = Glibc.listen(inherited, Int32(min(configuration.listenBacklog, 65_535)))
                return channel
            }
            return try bootstrap.bind(host: configuration.host, port: configuration.port).wait()
        } catch {
            throw .listen(
                endpoint: "\(configuration.host):\(configuration.port)", reason: "\(error)")
        }
    }

    private static func shutDown(_ group: MultiThreadedEventLoopGroup) {
        _ = try? group.syncShutdownGracefully()
    }
}

/// A loop's worker as other threads see it.
final class TLSLoop: Sendable {
    let loop: any EventLoop
    let board = TLSListenerBoard()
    private let worker: NIOLoopBoundBox<TLSWorker?>

    /// Makes the worker on the loop's thread and waits for it.
    init(
        _ loop: any EventLoop, _ make: @escaping @Sendable (TLSListenerBoard) throws -> TLSWorker
    ) throws(TLSListenerError) {
        self.loop = loop
        let board = board
        do {
            worker = try loop.submit {
                let worker = try make(board)
                worker.startSweeping(on: loop)
                return NIOLoopBoundBox(Optional(worker), eventLoop: loop)
            }.wait()
        } catch {
            throw .handler(reason: String(describing: error))
        }
    }

    /// Sets up the handlers of a new connection; on the loop.
    func accept(_ channel: any Channel, _ gate: TLSConnectionGate) throws {
        guard let worker = worker.value else { throw ChannelError.alreadyClosed }
        guard gate.enter() else {
            board.count(.refusedOverload)
            throw ChannelError.alreadyClosed
        }
        board.count(.accepted)
        channel.closeFuture.whenComplete { _ in gate.leave() }
        var isSetUp = false
        defer { if !isSetUp { gate.handshakeEnded() } }
        let proof = PeerProof()
        let address = channel.remoteAddress?.description ?? "unknown"
        let tls = NIOSSLServerHandler(
            context: try worker.certificate.makeContext(),
            customVerificationCallback: { certificates, promise in
                proof.peer = worker.verify(certificates, of: address)
                promise.succeed(proof.peer == nil ? .failed : .certificateVerified)
            })
        let connection = TLSConnection(worker, proof: proof, address: address) {
            gate.handshakeEnded()
        }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(tls)
        try pipeline.addHandler(connection)
        isSetUp = true
    }

    func drain() {
        _ = try? loop.submit { [worker] in worker.value?.drain() }.wait()
    }

    var isEmpty: Bool {
        (try? loop.submit { [worker] in worker.value?.isEmpty ?? true }.wait()) ?? true
    }

    /// Releases the worker on the loop's thread.
    func end() {
        _ = try? loop.submit { [worker] in
            worker.value?.end()
            worker.value = nil
        }.wait()
    }
}

/// Counts connections, and those among them that have not proved anything yet.
final class TLSConnectionGate: Sendable {
    private let maximumConnections: Int
    private let maximumHandshakes: Int
    private let open = Atomic<Int>(0)
    private let handshakes = Atomic<Int>(0)

    init(_ configuration: TLSListenerConfiguration) {
        maximumConnections = configuration.maximumConnections
        maximumHandshakes = configuration.maximumHandshakes
    }

    /// Whether a connection may stay; whoever gets `true` must call `leave` at its end and
    /// `handshakeEnded` when it is known, at the latest then.
    func enter() -> Bool {
        if open.add(1, ordering: .relaxed).newValue > maximumConnections {
            leave()
            return false
        }
        if handshakes.add(1, ordering: .relaxed).newValue > maximumHandshakes {
            handshakeEnded()
            leave()
            return false
        }
        return true
    }

    func leave() { open.subtract(1, ordering: .relaxed) }

    func handshakeEnded() { handshakes.subtract(1, ordering: .relaxed) }
}
