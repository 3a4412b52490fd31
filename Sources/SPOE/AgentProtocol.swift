import DecisionPoint
import SPOP
package import Server
package import Wire

/// The agent's side of SPOP 2.0, for the connections of one worker.
///
/// A connection begins with HAProxy's greeting; every question after it is answered at once and in order.
/// Fragments and answers by other connections are not offered.
///
/// Source: HAProxy, doc/SPOE.txt, section 3.
package struct AgentProtocol<Handler: SPOEHandler & ~Copyable>: ~Copyable, StreamProtocol {
    private struct Connection: BitwiseCopyable {
        enum Phase: UInt8, BitwiseCopyable {
            case awaitingHello
            case open
            /// The last frame is written.
            case ended
        }

        var phase = Phase.awaitingHello
        /// The largest frame in both directions, without the length in front of it.
        var maximumFrameBytes: Int
    }

    private let maximumFrameBytes: Int
    private var handler: Handler
    private let board: SPOEBoard
    private var connections: [Connection] = []
    private var frames: AgentFrames
    private var reply = AgentReply()
    private var isInBatch = false

    /// - Parameters:
    ///   - maximumFrameBytes: the largest frame taken or made, without the length in front of it.
    ///   - board: where is counted.
    package init(
        _ handler: consuming Handler, maximumFrameBytes: Int, board: SPOEBoard = SPOEBoard()
    ) {
        self.handler = handler
        self.maximumFrameBytes = maximumFrameBytes
        self.board = board
        frames = AgentFrames(capacity: 64 << 10)
    }

    package mutating func takeOutput() -> ByteRegion {
        let output = frames.written
        frames.removeAll()
        return output
    }

    // MARK: Connections

    package mutating func begin(
        _ slot: Int, peer: PeerCredentials?, now: UInt64
    ) -> StreamState {
        let connection = Connection(maximumFrameBytes: maximumFrameBytes)
        while connections.count <= slot { connections.append(connection) }
        connections[slot] = connection
        // The greeting has to come in time.
        return .unfinished
    }

    package mutating func end(_ slot: Int) { connections[slot].phase = .ended }

    package mutating func drain(_ slot: Int, now: UInt64) -> StreamState {
        disconnect(slot, .normal, "the service stops")
        return .close
    }

    package mutating func refuse(_ slot: Int, _ reason: StreamRefusal) {
        disconnect(slot, DisconnectStatus(reason), reason.words)
    }

    package static func farewell(_ reason: StreamRefusal) -> [UInt8] {
        var frames = AgentFrames(capacity: 256)
        frames.disconnect(DisconnectStatus(reason), reason.words)
        let written = frames.written
        return (0..<written.count).map { written.byte(at: $0) }
    }

    private mutating func disconnect(
        _ slot: Int, _ status: DisconnectStatus, _ words: StaticString
    ) {
        guard connections[slot].phase != .ended else { return }
        frames.disconnect(status, words)
        connections[slot].phase = .ended
    }

    package mutating func endBatch() {
        guard isInBatch else { return }
        isInBatch = false
        handler.endBatch()
    }

    // MARK: Frames

    package mutating func serve(_ bytes: ByteRegion, _ turn: inout StreamTurn) -> StreamStep {
        var consumed = 0
        while consumed < bytes.count, connections[turn.slot].phase != .ended {
            if turn.share <= 0 { return StreamStep(consumed: consumed, .yield) }
            if frames.count >= turn.room { return StreamStep(consumed: consumed, .full) }
            do throws(SPOPError) {
                let rest = bytes.region(from: consumed, count: bytes.count - consumed)
                guard
                    let frame = try Frame.read(
                        rest, maximumBytes: connections[turn.slot].maximumFrameBytes)
                else { return StreamStep(consumed: consumed, .unfinished) }
                turn.share -= 1
                try serve(frame, turn)
                consumed += frame.totalBytes
            } catch {
                board.invalidFrames.add()
                disconnect(turn.slot, error.status, error.words)
            }
        }
        switch connections[turn.slot].phase {
        case .awaitingHello: return StreamStep(consumed: consumed, .unfinished)
        case .open: return StreamStep(consumed: consumed, .idle)
        // What comes after the last word is not looked at.
        case .ended: return StreamStep(consumed: bytes.count, .close)
        }
    }

    private mutating func serve(_ frame: Frame, _ turn: StreamTurn) throws(SPOPError) {
        switch (frame.kind, connections[turn.slot].phase) {
        case (.hello, .awaitingHello): greet(try Hello(frame.payload), turn.slot)
        case (.notify, .open): try answer(frame, turn)
        case (.disconnect, _):
            _ = try Farewell(frame.payload)
            disconnect(turn.slot, .normal, "goodbye")
        default: throw .unexpectedFrame
        }
    }

    private mutating func greet(_ hello: Hello, _ slot: Int) {
        let agreed = min(hello.maximumFrameBytes, UInt32(clamping: maximumFrameBytes))
        frames.greet(maximumFrameBytes: agreed, hasPipelining: hello.hasPipelining)
        connections[slot].maximumFrameBytes = Int(agreed)
        connections[slot].phase = .open
        if hello.isHealthCheck {
            board.healthChecks.add()
            connections[slot].phase = .ended
        }
    }

    private mutating func answer(_ frame: Frame, _ turn: StreamTurn) throws(SPOPError) {
        let question = try CheckQuestion.read(frame.payload)
        if !isInBatch {
            isInBatch = true
            handler.beginBatch()
        }
        reply.reset()
        handler.check(question, from: turn.peer, into: &reply)
        reply.write(
            to: &frames, for: frame, maximumBytes: connections[turn.slot].maximumFrameBytes)
        handler.answered(question, with: reply)
        board.questions.add()
        if reply.isAllowed { board.allowed.add() }
        if case .failure = question { board.malformed.add() }
    }
}

extension DisconnectStatus {
    /// The status for what the loop has against a connection.
    fileprivate init(_ reason: StreamRefusal) {
        switch reason {
        case .incompleteTimeout: self = .timeout
        case .endedInside: self = .inputOutput
        case .noMemory, .noDescriptor, .tooManyConnections: self = .resourceExhausted
        case .shuttingDown: self = .normal
        case .unauthorizedPeer: self = .unknown
        }
    }
}
