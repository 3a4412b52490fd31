import Synchronization

/// What a listener has done so far.
package struct TLSListenerStatistics: Sendable {
    /// One figure.
    package enum Figure: Int, CaseIterable, Sendable {
        /// Connections accepted, before they proved anything.
        case accepted
        /// Connections refused because a maximum was reached.
        case refusedOverload
        /// Connections that ended before the handshake did.
        case failedHandshakes
        /// Peers whose certificate was not believed, at the handshake or later.
        case rejectedPeers
        /// Peers that are believed and not among those allowed.
        case refusedPeers
        /// Whole frames received.
        case frames
        /// Items answered, by the decider or for it.
        case decisions
        /// Items refused because their deadline had passed.
        case deadlinesMissed
        /// Requests whose body was not well formed.
        case malformedBodies
        /// Connections closed for bytes that are no frames.
        case malformedFrames
        /// Connections closed because a handshake or a frame was not finished in time.
        case incompleteTimeouts
        /// Connections closed because their answers were not read in time.
        case slowReaders
        /// Connections closed because nothing came for long.
        case idle
        /// Connections closed because the loop's buffers were full.
        case bufferRefusals
    }

    static let figureCount = 14
    fileprivate var values: [14 of UInt64] = .init(repeating: 0)

    /// Makes statistics of nothing.
    package init() {}

    /// The value of a figure.
    package subscript(figure: Figure) -> UInt64 { values[figure.rawValue] }

    mutating func add(_ other: TLSListenerStatistics) {
        for index in 0..<Self.figureCount { values[index] &+= other.values[index] }
    }
}

/// Where a loop counts; any thread may read.
final class TLSListenerBoard: Sendable {
    private let cells: [14 of Atomic<UInt64>] = .init { _ in Atomic(0) }

    func count(_ figure: TLSListenerStatistics.Figure, by amount: Int = 1) {
        cells[figure.rawValue].wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    var figures: TLSListenerStatistics {
        var figures = TLSListenerStatistics()
        for index in 0..<TLSListenerStatistics.figureCount {
            figures.values[index] = cells[index].load(ordering: .relaxed)
        }
        return figures
    }
}
