package import Wire

/// A protocol spoken on stream sockets, for the connections of one worker thread: it makes bytes to
/// send of bytes that came, and knows nothing of sockets.
///
/// Each worker makes its own instance on its own thread and uses it there alone. What a connection
/// needs to have remembered lies in the instance, by the connection's slot: a small number, used
/// again after ``end(_:)``. Reading, writing, memory for what cannot be finished, time limits and
/// fairness are the loop's.
///
/// The loop calls it unspecialised, so the calls are coarse: one for all that a read brought.
///
/// Every call may make output. After each one the loop calls ``takeOutput()`` and sends what it
/// gets, in order; what the socket does not take, the loop keeps.
package protocol StreamProtocol: ~Copyable, SendableMetatype {
    /// What to send to a connection that is refused before it has begun; empty when the protocol
    /// has no words for it.
    static func farewell(_ reason: StreamRefusal) -> [UInt8]

    /// A connection begins.
    /// - Parameters:
    ///   - slot: the connection's number, free until now.
    ///   - peer: who is at the other end, as the kernel says; nil where the kernel does not know,
    ///     as on TCP.
    ///   - now: monotonic nanoseconds.
    mutating func begin(_ slot: Int, peer: PeerCredentials?, now: UInt64) -> StreamState

    /// Serves what came: bytes that were left before, and new ones behind them.
    ///
    /// Called without bytes too, when the connection can go on after ``StreamState/full`` or
    /// ``StreamState/yield``. Takes whole messages (or frames) only: bytes that it does not consume
    /// come again with more behind them, and to consume some begins the time limit of
    /// ``StreamState/unfinished`` anew. A message that is longer than the protocol allows must be
    /// refused, not left for ever.
    /// - Parameters:
    ///   - bytes: valid until the call returns.
    ///   - turn: what the connection may use and what is known of it.
    /// - Returns: how many of the bytes are done with, and how the connection stands.
    mutating func serve(_ bytes: ByteRegion, _ turn: inout StreamTurn) -> StreamStep

    /// The connection cannot be served on: makes the last bytes for it, if there are words for it.
    ///
    /// The loop sends them, as far as the peer reads them in time, and closes.
    mutating func refuse(_ slot: Int, _ reason: StreamRefusal)

    /// The service stops, and the connection has nothing to read at the moment: says so, where the
    /// protocol can.
    ///
    /// Called again every few milliseconds until the answer is ``StreamState/close``, which is right
    /// when nothing is open; connections that are left at the end of the time to drain are cut.
    mutating func drain(_ slot: Int, now: UInt64) -> StreamState

    /// Does what depends on time alone, for a connection whose last state was
    /// ``StreamState/unfinished`` or ``StreamState/timed``; called about every 100 ms, but not while
    /// the peer leaves too much output unread.
    /// - Returns: how the connection stands; nil when nothing has changed.
    mutating func sweep(_ slot: Int, now: UInt64) -> StreamState?

    /// The connection is gone, and its slot free.
    mutating func end(_ slot: Int)

    /// Everything that was ready has been served, and the loop is about to wait: a place to end what
    /// the connections shared, and to lay figures where other threads read them.
    ///
    /// Called once a wake-up, also when nothing was served.
    mutating func endBatch()

    /// Gives the output made since the last call, valid until any next call, and forgets it.
    mutating func takeOutput() -> ByteRegion
}

extension StreamProtocol where Self: ~Copyable {
    package static func farewell(_ reason: StreamRefusal) -> [UInt8] { [] }
    package mutating func sweep(_ slot: Int, now: UInt64) -> StreamState? { nil }
    package mutating func endBatch() {}
}

/// How a connection stands after a call of its protocol.
package enum StreamState: UInt8, BitwiseCopyable, Sendable {
    /// Nothing is begun; no time limit but that of unread output.
    case idle
    /// A message is begun (or awaited, at the beginning): it must be finished in time. Bytes that
    /// were not consumed mean this, too.
    case unfinished
    /// Nothing is half read, but `sweep` is wanted: calls are open, or answers wait for a window.
    case timed
    /// The room for output is used up: the loop sends, and calls again at once with the rest, or
    /// when the peer has read.
    case full
    /// The share is used up: the other connections first, then again with the rest.
    case yield
    /// The first message left waits for something outside: the same bytes again in a millisecond.
    case wait
    /// All is said: the loop sends the output and closes.
    case close
}

/// What a protocol did with the bytes of a turn.
package struct StreamStep: BitwiseCopyable, Sendable {
    /// The number of bytes done with, from the first on.
    package let consumed: Int
    /// How the connection stands.
    package let state: StreamState

    /// Makes a step.
    @inlinable @inline(__always)
    package init(consumed: Int, _ state: StreamState) {
        self.consumed = consumed
        self.state = state
    }
}

/// Why the loop cannot serve a connection, or not any more.
package enum StreamRefusal: Int, CaseIterable, BitwiseCopyable, Sendable {
    /// The peer's user and group are not on the list.
    case unauthorizedPeer
    /// The server has as many connections as it may have.
    case tooManyConnections
    /// The system gives no descriptor, or does not watch it.
    case noDescriptor
    /// The worker's memory for unfinished input and unread output is used up.
    case noMemory
    /// A message was not finished in time.
    case incompleteTimeout
    /// The peer ended its output inside a message.
    case endedInside
    /// The server stops.
    case shuttingDown

    /// The reason in words.
    package var words: StaticString {
        switch self {
        case .unauthorizedPeer: "the peer's user and group are not allowed"
        case .tooManyConnections: "the server has no room for connections"
        case .noDescriptor: "the server has no descriptor left"
        case .noMemory: "the server has no room for the connection's data"
        case .incompleteTimeout: "a message was not finished in time"
        case .endedInside: "the connection ended inside a message"
        case .shuttingDown: "the server is stopping"
        }
    }
}
