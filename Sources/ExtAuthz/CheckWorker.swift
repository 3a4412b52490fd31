import ExtAuthzMessages
import NIOCore
import Server
import Wire

/// What one event loop keeps for all of its connections: the handler and the answer's memory.
///
/// Used on its loop only.
final class CheckWorker<Handler: ExtAuthzHandler & ~Copyable> {
    let configuration: ExtAuthzConfiguration
    let board: ExtAuthzBoard
    private var handler: Handler
    private var reply: ReplyBuffer
    private var connections: [ObjectIdentifier: CheckConnection<Handler>] = [:]
    private var isInBatch = false
    private(set) var isDraining = false
    private var sweep: RepeatedTask?

    init(
        _ configuration: ExtAuthzConfiguration, _ handler: consuming Handler, _ board: ExtAuthzBoard
    ) {
        self.configuration = configuration
        self.handler = handler
        self.board = board
        reply = ReplyBuffer(identityHeaders: configuration.identityHeaders.map { Array($0.utf8) })
    }

    /// Begins looking after what connections leave unfinished.
    func startSweeping(on loop: any EventLoop) {
        let this = NIOLoopBound(self, eventLoop: loop)
        sweep = loop.scheduleRepeatedTask(
            initialDelay: .milliseconds(100), delay: .milliseconds(100)
        ) { _ in
            let now = MonotonicClock.now()
            for connection in this.value.connections.values { connection.sweep(now) }
        }
    }

    /// Answers one message and lends the encoded answer.
    func answer<Result>(
        _ message: ByteRegion, _ call: CheckCall, _ use: (Span<UInt8>) -> Result
    ) -> Result {
        reply.reset()
        board.calls.add()
        do throws(MessageError) {
            if !isInBatch {
                isInBatch = true
                handler.beginBatch()
            }
            let request = try CheckRequestView(
                message, limits: configuration.messageLimits, watch: handler.watchedNames)
            handler.check(request, call: call, into: &reply)
        } catch {
            board.malformed.add()
            reply.conclude(.deny(.forbidden))
        }
        if case .allow = reply.reply { board.allowed.add() }
        return reply.withEncoded(use)
    }

    /// Everything that arrived together has been answered.
    func endBatch() {
        guard isInBatch else { return }
        isInBatch = false
        handler.endBatch()
    }

    func add(_ connection: CheckConnection<Handler>) {
        connections[ObjectIdentifier(connection)] = connection
    }

    func remove(_ connection: CheckConnection<Handler>) {
        connections[ObjectIdentifier(connection)] = nil
    }

    /// Tells all connections to finish.
    func drain() {
        isDraining = true
        for connection in connections.values { connection.drain() }
    }

    var isEmpty: Bool { connections.isEmpty }

    /// Cuts what is left and stops.
    func end() {
        sweep?.cancel()
        sweep = nil
        for connection in connections.values { connection.close() }
        connections = [:]
    }
}
