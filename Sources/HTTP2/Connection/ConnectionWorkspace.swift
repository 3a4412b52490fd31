/// What the connections of one thread share: memory, and what lives for one call only.
package struct ConnectionWorkspace: ~Copyable {
    /// What is to be sent, of the connection that was served last.
    package var output: OutputBytes
    var pool = MessagePool()
    var answer = AnswerBuffer()
    var judge = FieldJudge()

    /// - Parameter outputBytes: room for output at first; it grows.
    package init(outputBytes: Int = 128 << 10) {
        output = OutputBytes(capacity: outputBytes)
    }

    /// Messages and answers that are kept for connections.
    package var keptBuffers: Int { pool.lent }
}

/// How a connection stands.
package enum ConnectionState: BitwiseCopyable, Sendable {
    /// Nothing is begun.
    case idle
    /// A frame, a header block or the connection's beginning is not complete.
    case unfinished
    /// Nothing is half read, but calls are open, or something is awaited.
    case timed
    /// The room for output is used up.
    case full
    /// The share of calls is used up.
    case yield
    /// All is said.
    case close
}

/// What a connection may use when it is given bytes.
package struct ConnectionTurn: BitwiseCopyable {
    /// Monotonic nanoseconds.
    package var now: UInt64
    /// Calls that may still be answered.
    package var share: Int
    /// Bytes of output from which on nothing more is begun.
    package var room: Int

    package init(now: UInt64, share: Int = 1024, room: Int = 64 << 10) {
        self.now = now
        self.share = share
        self.room = room
    }
}
