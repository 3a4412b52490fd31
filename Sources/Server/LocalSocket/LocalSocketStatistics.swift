import Synchronization

/// What a local socket has done since it was opened, and what it holds now.
package struct LocalSocketStatistics: BitwiseCopyable, Sendable {
    /// One figure.
    package enum Figure: Int, CaseIterable, Sendable {
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

    static let figureCount = 15
    fileprivate var values: [15 of UInt64] = .init(repeating: 0)

    /// Makes statistics of nothing.
    package init() {}

    /// The value of a figure.
    package internal(set) subscript(figure: Figure) -> UInt64 {
        get { values[figure.rawValue] }
        set { values[figure.rawValue] = newValue }
    }

    /// Adds another thread's figures.
    mutating func add(_ other: LocalSocketStatistics) {
        for index in 0..<Self.figureCount { values[index] &+= other.values[index] }
    }
}

/// Where a thread lays its figures for others to read.
///
/// One thread publishes; any thread reads. Each figure is whole; together they are not one instant.
final class StatisticsBoard: Sendable {
    private let cells: [15 of Atomic<UInt64>] = .init { _ in Atomic(0) }

    func publish(_ figures: borrowing LocalSocketStatistics) {
        for index in 0..<LocalSocketStatistics.figureCount {
            cells[index].store(figures.values[index], ordering: .relaxed)
        }
    }

    var figures: LocalSocketStatistics {
        var figures = LocalSocketStatistics()
        for index in 0..<LocalSocketStatistics.figureCount {
            figures.values[index] = cells[index].load(ordering: .relaxed)
        }
        return figures
    }
}
