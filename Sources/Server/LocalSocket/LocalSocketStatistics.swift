/// What a local socket has done since it was opened, and what it holds now.
package struct LocalSocketStatistics: BitwiseCopyable, Sendable {
    /// One figure.
    package enum Figure: CaseIterable, Sendable {
        /// Connections taken by a worker.
        case accepted
        /// Connections refused because the peer is not on the list.
        case refusedPeers
        /// Connections refused because the maximum was reached or descriptors ran out.
        case refusedOverload
        /// Connections open now.
        case open
        /// Bytes that connections hold in buffers now.
        case bufferedBytes
        /// Whole frames received.
        case frames
        /// Items answered, by the handler or for it.
        case decisions
        /// Items refused because their deadline had passed.
        case deadlinesMissed
        /// Requests whose body was not well formed.
        case malformedBodies
        /// Connections closed for bytes that are no frames.
        case malformedFrames
        /// Connections closed because a frame was not finished in time.
        case incompleteTimeouts
        /// Connections closed because their answers were not read in time.
        case slowReaders
        /// Connections closed because the worker's buffers were full.
        case bufferRefusals
        /// Bytes read.
        case bytesRead
        /// Bytes written.
        case bytesWritten
    }

    private let streams: StreamStatistics
    private let frames: FrameStatistics

    init(_ streams: StreamStatistics, _ frames: FrameStatistics) {
        self.streams = streams
        self.frames = frames
    }

    /// The value of a figure.
    package subscript(figure: Figure) -> UInt64 {
        switch figure {
        case .accepted: streams[.accepted]
        case .refusedPeers: streams[.refusedPeers]
        case .refusedOverload: streams[.refusedOverload]
        case .open: streams[.open]
        case .bufferedBytes: streams[.bufferedBytes]
        case .frames: frames[.frames]
        case .decisions: frames[.decisions]
        case .deadlinesMissed: frames[.deadlinesMissed]
        case .malformedBodies: frames[.malformedBodies]
        case .malformedFrames: frames[.malformedFrames]
        case .incompleteTimeouts: streams[.incompleteTimeouts]
        case .slowReaders: streams[.slowReaders]
        case .bufferRefusals: streams[.bufferRefusals]
        case .bytesRead: streams[.bytesRead]
        case .bytesWritten: streams[.bytesWritten]
        }
    }
}

/// What one worker, or all of them, have done with frames.
struct FrameStatistics: BitwiseCopyable, Sendable {
    enum Figure: Int {
        case frames, decisions, deadlinesMissed, malformedBodies, malformedFrames
    }

    var values: [5 of UInt64] = .init(repeating: 0)

    subscript(figure: Figure) -> UInt64 {
        get { values[figure.rawValue] }
        set { values[figure.rawValue] = newValue }
    }

    mutating func add(_ other: [5 of UInt64]) {
        for index in values.indices { values[index] &+= other[index] }
    }
}
