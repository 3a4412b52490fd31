import Synchronization

/// Where one decider's answers to a gateway are counted for others to read; to count allocates nothing.
///
/// One thread at a time counts; any thread reads.
package final class GatewayBoard: Sendable {
    /// The upper bounds of the buckets of times, in nanoseconds.
    package static let bounds: [UInt64] = [
        2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        10_000_000, 100_000_000,
    ]

    private let allowedCell = Atomic<UInt64>(0)
    private let deniedCell = Atomic<UInt64>(0)
    private let refusedCells: [16 of Atomic<UInt64>] = .init { _ in Atomic(0) }
    private let bucketCells: [13 of Atomic<UInt64>] = .init { _ in Atomic(0) }
    private let nanosecondsCell = Atomic<UInt64>(0)

    package init() {}

    /// Counts an answer and the time from the call to it.
    package func count(_ verdict: Verdict, nanoseconds: UInt64) {
        switch verdict {
        case .allowed: Self.add(1, to: allowedCell)
        case .denied: Self.add(1, to: deniedCell)
        case .refused(let denial): Self.add(1, to: refusedCells[Int(denial.reason.rawValue)])
        }
        var bucket = 0
        while bucket < Self.bounds.count, nanoseconds > Self.bounds[bucket] { bucket += 1 }
        Self.add(1, to: bucketCells[bucket])
        Self.add(nanoseconds, to: nanosecondsCell)
    }

    // One thread at a time writes, so to read and to store is to add, without a lock on the bus.
    @inline(__always)
    private static func add(_ amount: UInt64, to cell: borrowing Atomic<UInt64>) {
        cell.store(cell.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    package var allowed: UInt64 { allowedCell.load(ordering: .relaxed) }
    package var denied: UInt64 { deniedCell.load(ordering: .relaxed) }
    package var nanoseconds: UInt64 { nanosecondsCell.load(ordering: .relaxed) }

    package func refused(_ reason: Denial.Reason) -> UInt64 {
        refusedCells[Int(reason.rawValue)].load(ordering: .relaxed)
    }

    /// How many answers fell into a bucket; the last one is for what is above all bounds.
    package func bucket(_ index: Int) -> UInt64 { bucketCells[index].load(ordering: .relaxed) }
}

/// The boards of all listeners for gateways.
package final class GatewayBoards: Sendable {
    private let boards = Mutex<[(listener: String, board: GatewayBoard)]>([])

    package init() {}

    /// A board for one more decider of a listener.
    package func add(_ listener: String) -> GatewayBoard {
        let board = GatewayBoard()
        boards.withLock { $0.append((listener, board)) }
        return board
    }

    /// The boards of each listener, in the order in which listeners were added.
    package var all: [(listener: String, boards: [GatewayBoard])] {
        var found: [(listener: String, boards: [GatewayBoard])] = []
        for (listener, board) in boards.withLock({ $0 }) {
            if let known = found.firstIndex(where: { $0.listener == listener }) {
                found[known].boards.append(board)
            } else {
                found.append((listener, [board]))
            }
        }
        return found
    }
}
