import Wire

/// Writ's frames: every request that came is answered by the handler, in order.
///
/// Nothing is remembered of a connection from one turn to the next.
struct FrameProtocol<Handler: DecisionHandler & ~Copyable>: ~Copyable, StreamProtocol {
    // The part whose size the compiler knows lies first, and works on the handler as a parameter.
    private var answers: FrameAnswers
    private var handler: Handler

    init(
        _ configuration: LocalSocketConfiguration, board: FigureBoard<5>,
        handler: consuming Handler
    ) {
        answers = FrameAnswers(configuration, board)
        self.handler = handler
    }

    static func farewell(_ reason: StreamRefusal) -> [UInt8] {
        var frame = FrameBuffer(capacity: 256)
        frame.appendRefusal(requestID: 0, reason.inFrames, text: reason.wordsInFrames)
        return unsafe Array(frame.written.buffer)
    }

    mutating func begin(_ slot: Int, peer: PeerCredentials?, now: UInt64) -> StreamState {
        if peer != nil { return .idle }
        answers.refuse(.unauthorizedPeer)
        return .close
    }

    mutating func serve(_ bytes: ByteRegion, _ turn: inout StreamTurn) -> StreamStep {
        answers.serve(bytes, &turn, &handler)
    }

    mutating func refuse(_ slot: Int, _ reason: StreamRefusal) { answers.refuse(reason) }

    mutating func drain(_ slot: Int, now: UInt64) -> StreamState {
        answers.refuse(.shuttingDown)
        return .close
    }

    mutating func end(_ slot: Int) {}

    mutating func endBatch() { answers.publish() }

    mutating func takeOutput() -> ByteRegion { answers.takeOutput() }
}

extension StreamRefusal {
    /// The reason in the words of the frames.
    fileprivate var inFrames: RefusalReason {
        switch self {
        case .unauthorizedPeer: .unauthorizedPeer
        case .tooManyConnections, .noDescriptor, .noMemory: .overloaded
        case .incompleteTimeout: .incompleteFrameTimeout
        case .endedInside: .malformedFrame
        case .shuttingDown: .shuttingDown
        }
    }

    fileprivate var wordsInFrames: StaticString {
        switch self {
        case .incompleteTimeout: "a frame was not finished in time"
        case .endedInside: "the connection ended inside a frame"
        case .unauthorizedPeer, .tooManyConnections, .noDescriptor, .noMemory, .shuttingDown: words
        }
    }
}

extension FrameAnswers {
    /// Says that the connection is not served on.
    mutating func refuse(_ reason: StreamRefusal) {
        if reason == .endedInside { statistics[.malformedFrames] &+= 1 }
        output.appendRefusal(requestID: 0, reason.inFrames, text: reason.wordsInFrames)
    }
}
