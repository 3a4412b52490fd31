import CEpoll
import Glibc
import ExtAuthzMessages
import NIOCore
import NIOHTTP2
import Server

/// What the server asks of a loop, whatever its handler is.
protocol WorkerControl: Sendable {
    func drain()
    var isEmpty: Bool { get }
    func end()
}

/// A loop's worker as other threads see it.
final class LoopWorker<Handler: ExtAuthzHandler & ~Copyable>: WorkerControl {
    let loop: any EventLoop
    let board = ExtAuthzBoard()
    private let worker: NIOLoopBoundBox<CheckWorker<Handler>?>

    /// Makes the handler on the loop's thread and waits for it.
    init(
        _ loop: any EventLoop, _ configuration: ExtAuthzConfiguration, number: Int,
        _ makeHandler: @escaping @Sendable (Int) throws -> Handler
    ) throws(ExtAuthzError) {
        self.loop = loop
        let board = board
        do {
            worker = try loop.submit {
                let worker = CheckWorker(configuration, try makeHandler(number), board)
                worker.startSweeping(on: loop)
                return NIOLoopBoundBox(Optional(worker), eventLoop: loop)
            }.wait()
        } catch {
            throw .handler(reason: String(describing: error))
        }
    }

    /// Judges a new connection and sets up its handlers; on the loop.
    func accept(_ channel: any Channel, _ gate: ConnectionGate) throws {
        guard let worker = worker.value else { throw ChannelError.alreadyClosed }
        let peer = gate.needsPeer ? Self.peer(of: channel) : nil
        guard gate.enter(peer, board) else { throw ChannelError.alreadyClosed }
        channel.closeFuture.whenComplete { _ in gate.leave() }
        let progress = FrameProgress()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ArrivalWatch(progress))
        try pipeline.addHandler(Self.http2(worker.configuration))
        try pipeline.addHandler(CheckConnection(worker, peer: peer, progress: progress))
    }

    func drain() {
        _ = try? loop.submit { [worker] in worker.value?.drain() }.wait()
    }

    var isEmpty: Bool {
        (try? loop.submit { [worker] in worker.value?.isEmpty ?? true }.wait()) ?? true
    }

    /// Releases the handler on the loop's thread.
    func end() {
        _ = try? loop.submit { [worker] in
            worker.value?.end()
            worker.value = nil
        }.wait()
    }

    private static func peer(of channel: any Channel) -> PeerCredentials? {
        guard let options = channel as? any SocketOptionProvider else { return nil }
        let asked: EventLoopFuture<writ_peer_credentials> = options.unsafeGetSocketOption(
            level: .socket, name: .init(rawValue: SO_PEERCRED))
        var peer: PeerCredentials?
        asked.assumeIsolated().whenSuccess { raw in
            peer = PeerCredentials(
                processID: raw.process, userID: raw.user, groupID: raw.group)
        }
        return peer
    }

    private static func http2(_ configuration: ExtAuthzConfiguration) -> NIOHTTP2Handler {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        let stream = configuration.messageLimits.maximumMessageBytes + GRPCPrefix.sizeBytes
        connection.initialSettings = [
            HTTP2Setting(
                parameter: .maxConcurrentStreams, value: configuration.maximumStreams),
            HTTP2Setting(
                parameter: .maxHeaderListSize, value: configuration.maximumHeaderListBytes),
            // A whole message fits, so that a stream's window never has to grow.
            HTTP2Setting(parameter: .initialWindowSize, value: max(stream, 65_535)),
            HTTP2Setting(parameter: .enablePush, value: 0),
        ]
        connection.controlFrameRateLimit.maximumCount = configuration.maximumControlFrames
        connection.controlFrameRateLimit.windowLength = .seconds(10)
        connection.maximumBufferedControlFrames = 1000
        var streams = NIOHTTP2Handler.StreamConfiguration()
        streams.streamResetFrameRateLimit.maximumCount = configuration.maximumResets
        streams.streamResetFrameRateLimit.windowLength = .seconds(10)
        return NIOHTTP2Handler(
            mode: .server, connectionConfiguration: connection, streamConfiguration: streams)
    }
}
