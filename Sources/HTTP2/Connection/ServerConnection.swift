package import Wire

/// The server's side of one HTTP/2 connection that carries unary calls: bytes in, bytes out.
///
/// Pure: it reads no socket and no clock. What it has to say is in the workspace's output after every
/// call. Errors of one stream reset it; those of the connection end it with GOAWAY.
///
/// Source: RFC 9113.
package struct ServerConnection: ~Copyable {
    enum Phase: BitwiseCopyable { case preface, settings, serving, ended }
    enum Drain: BitwiseCopyable { case none, announced, final }

    /// A header block that is not complete.
    struct OpenBlock: BitwiseCopyable {
        /// 0 when there is none.
        var stream: UInt32 = 0
        var endsStream = false
        var buffer: Int32 = -1
        var frames = 0
        var deadline: UInt64 = 0
    }

    private static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    private static let prefaceBytes = 24

    let limits: ConnectionLimits
    var phase = Phase.preface
    var drainState = Drain.none
    /// Why the connection was ended from this side; nil when it was not.
    package internal(set) var failure: ErrorCode?
    /// Whether the other end has said that it goes.
    var peerIsLeaving = false

    var decoder: HeaderDecoder
    var streams = StreamTable()
    var closed = ClosedStreams()
    var block = OpenBlock()
    /// The highest stream that the other end has begun.
    var lastStream: UInt32 = 0

    var window: ReceiveWindow
    var settings = PeerSettings()
    /// What may be sent on all streams together.
    var sendWindow = 65_535
    /// Streams whose answers wait for windows, in the order of the answers; some may be over.
    var blocked: [UInt32] = []
    /// Bytes of these answers.
    var unsentBytes = 0

    var controlFrames: EventLimit
    var resets: EventLimit
    /// Window updates that answers have called for.
    var expectedUpdates = 0
    let beganAt: UInt64
    var isAcknowledged = false

    /// Begins a connection: our settings are the first output.
    package init(_ limits: ConnectionLimits, now: UInt64, _ work: inout ConnectionWorkspace) {
        self.limits = limits
        decoder = HeaderDecoder(maximumListBytes: limits.maximumHeaderListBytes)
        window = ReceiveWindow(sizeBytes: limits.maximumHeldBytes)
        controlFrames = EventLimit(maximum: limits.maximumControlFrames)
        resets = EventLimit(maximum: limits.maximumResets)
        beganAt = now
        let ours: [3 of (UInt16, Int)] = [
            (3, limits.maximumStreams), (4, limits.streamWindow),
            (6, limits.maximumHeaderListBytes),
        ]
        work.output.appendHead(.settings, length: 6 * ours.count, stream: 0)
        for index in ours.indices {
            work.output.append(bigEndian: ours[index].0)
            work.output.append(bigEndian: UInt32(truncatingIfNeeded: ours[index].1))
        }
        grant(window.firstIncrement, &work)
    }

    /// Serves the whole frames of `bytes`.
    /// - Returns: how many bytes are done with; the others must come again with more behind them.
    package mutating func receive<Service: UnaryService & ~Copyable>(
        _ bytes: ByteRegion, _ turn: inout ConnectionTurn, _ service: inout Service,
        _ work: inout ConnectionWorkspace
    ) -> (consumed: Int, state: ConnectionState) {
        var offset = 0
        do throws(ConnectionError) {
            if let stop = try serveFrames(bytes, &offset, &turn, &service, &work) {
                return (offset, stop)
            }
        } catch {
            end(error.code, &work)
            return (bytes.count, .close)
        }
        return (offset, standing(rest: bytes.count - offset))
    }

    /// How the connection stands when that many bytes are left.
    func standing(rest: Int) -> ConnectionState {
        if isOver { return .close }
        if rest > 0 || block.stream != 0 || phase != .serving { return .unfinished }
        return streams.count > 0 || !isAcknowledged ? .timed : .idle
    }

    /// Whether nothing is open and nothing new is served.
    var isOver: Bool {
        if phase == .ended { return true }
        return (drainState == .final || peerIsLeaving) && streams.count == 0 && block.stream == 0
    }

    /// - Returns: why it stops before the end of what can be served.
    private mutating func serveFrames<Service: UnaryService & ~Copyable>(
        _ bytes: ByteRegion, _ offset: inout Int, _ turn: inout ConnectionTurn,
        _ service: inout Service, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) -> ConnectionState? {
        if phase == .preface {
            try checkPreface(bytes)
            if bytes.count < Self.prefaceBytes { return nil }
            offset = Self.prefaceBytes
            phase = .settings
        }
        while bytes.count - offset >= FrameHead.sizeBytes, !isOver {
            let head = FrameHead(bytes, at: offset)
            try check(head)
            let size = FrameHead.sizeBytes + head.length
            if bytes.count - offset < size { return nil }
            if work.output.count >= turn.room { return .full }
            if turn.share <= 0 { return .yield }
            let payload = bytes.region(from: offset + FrameHead.sizeBytes, count: head.length)
            offset += size
            try take(head, payload, &turn, &service, &work)
        }
        return nil
    }

    private func checkPreface(_ bytes: ByteRegion) throws(ConnectionError) {
        let expected = unsafe Self.preface.utf8Start
        for index in 0..<min(bytes.count, Self.prefaceBytes)
        where unsafe bytes.byte(at: index) != expected[index] {
            throw ConnectionError(.protocolError)
        }
    }

    /// Judges what can be told before the payload is there.
    private func check(_ head: FrameHead) throws(ConnectionError) {
        let type = FrameType(rawValue: head.type)
        if phase == .settings && (type != .settings || head.has(.ack)) {
            throw ConnectionError(.protocolError)
        }
        if block.stream != 0 && (type != .continuation || head.stream != block.stream) {
            throw ConnectionError(.protocolError)
        }
        if head.length > FrameHead.maximumPayloadBytes { throw ConnectionError(.frameSizeError) }
    }

    private mutating func take<Service: UnaryService & ~Copyable>(
        _ head: FrameHead, _ payload: ByteRegion, _ turn: inout ConnectionTurn,
        _ service: inout Service, _ work: inout ConnectionWorkspace
    ) throws(ConnectionError) {
        switch FrameType(rawValue: head.type) {
        case .data: try takeData(head, payload, &turn, &service, &work)
        case .headers: try takeHeaders(head, payload, &turn, &service, &work)
        case .continuation: try takeContinuation(head, payload, &turn, &service, &work)
        case .windowUpdate: try takeWindowUpdate(head, payload, turn.now, &work)
        case .resetStream: try takeReset(head, payload, turn.now, &work)
        case .settings: try takeSettings(head, payload, turn.now, &work)
        case .ping: try takePing(head, payload, turn.now, &work)
        case .priority: try takePriority(head, payload, turn.now, &work)
        case .goAway:
            if head.stream != 0 { throw ConnectionError(.protocolError) }
            if payload.count < 8 { throw ConnectionError(.frameSizeError) }
            peerIsLeaving = true
        case .pushPromise: throw ConnectionError(.protocolError)
        // Unknown frames are ignored, as they must be, though not without end.
        case nil: try controlFrames.count(turn.now)
        }
    }

    /// Whether a stream has never been begun.
    func isIdle(_ stream: UInt32) -> Bool { stream & 1 == 0 || stream > lastStream }
}
