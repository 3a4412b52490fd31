import Synchronization

/// What a stream server has done since it was opened, and what it holds now, whatever its protocol.
package struct StreamStatistics: BitwiseCopyable, Sendable {
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
        /// Connections closed because a message was not finished in time.
        case incompleteTimeouts
        /// Connections closed because their output was not read in time.
        case slowReaders
        /// Connections closed because the worker's buffers were full.
        case bufferRefusals
        /// Bytes read.
        case bytesRead
        /// Bytes written.
        case bytesWritten
    }

    var values: [10 of UInt64] = .init(repeating: 0)

    /// Makes statistics of nothing.
    package init() {}

    /// The value of a figure.
    package internal(set) subscript(figure: Figure) -> UInt64 {
        get { values[figure.rawValue] }
        set { values[figure.rawValue] = newValue }
    }

    /// Adds another thread's figures.
    mutating func add(_ other: [10 of UInt64]) {
        for index in values.indices { values[index] &+= other[index] }
    }
}

/// Where a thread lays its figures for others to read.
///
/// One thread publishes; any thread reads. Each figure is whole; together they are not one instant.
final class FigureBoard<let count: Int>: Sendable {
    private let cells: [count of Atomic<UInt64>] = .init { _ in Atomic(0) }

    // A call of its own would retain the board at every wake-up.
    @inline(__always)
    func publish(_ figures: borrowing [count of UInt64]) {
        for index in 0..<count { cells[index].store(figures[index], ordering: .relaxed) }
    }

    var figures: [count of UInt64] {
        .init { cells[$0].load(ordering: .relaxed) }
    }
}
