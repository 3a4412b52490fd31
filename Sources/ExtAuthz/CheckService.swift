import DecisionPoint
import ExtAuthzMessages
import HTTP2
import Server
import Wire

/// ext_authz on the stream sockets of one worker.
struct CheckService<Handler: ExtAuthzHandler & ~Copyable>: ~Copyable, StreamProtocol {
    /// Answers leave when there are so many bytes of them, though more calls wait to be answered: the
    /// gateway works on these while the others are decided. A dozen answers of an allow; fewer at a
    /// time cost more in system calls than they save in waiting.
    static var pieceBytes: Int { 3 << 10 }

    private let limits: ConnectionLimits
    private let board: ExtAuthzBoard
    private var calls: CheckCalls<Handler>
    private var connections = ConnectionSlots()
    private var work = ConnectionWorkspace()

    init(
        _ configuration: ExtAuthzConfiguration, _ handler: consuming Handler, _ board: ExtAuthzBoard
    ) {
        limits = configuration.connectionLimits
        calls = CheckCalls(configuration, handler, board)
        self.board = board
    }

    mutating func begin(_ slot: Int, peer: PeerCredentials?, now: UInt64) -> StreamState {
        connections.begin(slot, ServerConnection(limits, now: now, &work))
        return .unfinished
    }

    mutating func serve(_ bytes: ByteRegion, _ turn: inout StreamTurn) -> StreamStep {
        calls.peer = turn.peer
        var own = ConnectionTurn(
            now: turn.now, share: turn.share, room: min(turn.room, Self.pieceBytes))
        let (consumed, state) = connections[turn.slot].receive(bytes, &own, &calls, &work)
        turn.share = own.share
        return StreamStep(consumed: consumed, judge(state, turn.slot))
    }

    mutating func refuse(_ slot: Int, _ reason: StreamRefusal) {
        switch reason {
        case .incompleteTimeout, .noMemory:
            connections[slot].end(.enhanceYourCalm, &work)
            _ = judge(.close, slot)
        case .shuttingDown: connections[slot].end(.noError, &work)
        case .endedInside, .noDescriptor, .tooManyConnections, .unauthorizedPeer: return
        }
    }

    mutating func drain(_ slot: Int, now: UInt64) -> StreamState {
        judge(connections[slot].drain(&work), slot)
    }

    mutating func sweep(_ slot: Int, now: UInt64) -> StreamState? {
        judge(connections[slot].sweep(now: now, &calls, &work), slot)
    }

    mutating func end(_ slot: Int) {
        connections[slot].release(&work)
        connections.end(slot)
    }

    mutating func endBatch() { calls.endBatch() }

    mutating func takeOutput() -> ByteRegion {
        // The memory stays as it is until more is written.
        let written = work.output.written
        work.output.removeAll()
        return written
    }

    /// Translates how a connection stands, and counts those that are closed for what they did.
    private mutating func judge(_ state: ConnectionState, _ slot: Int) -> StreamState {
        switch state {
        case .idle: return .idle
        case .unfinished: return .unfinished
        case .timed: return .timed
        case .full: return .full
        case .yield: return .yield
        case .close:
            if connections[slot].failure != nil { board.cutConnections.add() }
            return .close
        }
    }
}

extension ExtAuthzConfiguration {
    /// The bounds of a connection.
    fileprivate var connectionLimits: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.maximumStreams = maximumStreams
        limits.maximumHeaderListBytes = maximumHeaderListBytes
        limits.maximumMessageBytes = messageLimits.maximumMessageBytes + GRPCPrefix.sizeBytes
        limits.maximumHeldBytes = maximumHeldBytes
        limits.maximumUnsentBytes = maximumUnsentBytes
        limits.maximumControlFrames = maximumControlFrames
        limits.maximumResets = maximumResets
        limits.patienceNanoseconds = incompleteFrameTimeout.wholeNanoseconds
        return limits
    }
}
