package import DecisionPoint
import Synchronization

/// Where one thread counts its decisions for others to read.
///
/// One thread counts; any thread reads.
package final class OutcomeBoard: Sendable {
    /// The upper bounds of the buckets of times, in nanoseconds.
    package static let bounds: [UInt64] = [
        2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        10_000_000, 100_000_000,
    ]

    private let allowedCell = Atomic<UInt64>(0)
    private let deniedCell = Atomic<UInt64>(0)
    private let refusedCells: [12 of Atomic<UInt64>] = .init { _ in Atomic(0) }
    private let bucketCells: [13 of Atomic<UInt64>] = .init { _ in Atomic(0) }
    private let nanosecondsCell = Atomic<UInt64>(0)

    package init() {}

    // One thread writes, so to read and to store is to add, without a lock on the bus.

    func count(_ outcome: Outcome) {
        switch outcome {
        case .allowed: Self.add(1, to: allowedCell)
        case .denied: Self.add(1, to: deniedCell)
        case .refused(let refusal): Self.add(1, to: refusedCells[Int(refusal.rawValue)])
        }
    }

    /// Counts what was decided at once, by how long it took from the arrival of the requests.
    func countBatch(nanoseconds: UInt64) {
        var bucket = 0
        while bucket < Self.bounds.count, nanoseconds > Self.bounds[bucket] { bucket += 1 }
        Self.add(1, to: bucketCells[bucket])
        Self.add(nanoseconds, to: nanosecondsCell)
    }

    @inline(__always)
    private static func add(_ amount: UInt64, to cell: borrowing Atomic<UInt64>) {
        cell.store(cell.load(ordering: .relaxed) &+ amount, ordering: .relaxed)
    }

    package var allowed: UInt64 { allowedCell.load(ordering: .relaxed) }
    package var denied: UInt64 { deniedCell.load(ordering: .relaxed) }
    package var nanoseconds: UInt64 { nanosecondsCell.load(ordering: .relaxed) }

    package func refused(_ refusal: Refusal) -> UInt64 {
        refusedCells[Int(refusal.rawValue)].load(ordering: .relaxed)
    }

    /// How many batches fell into a bucket; the last one is for what is above all bounds.
    package func bucket(_ index: Int) -> UInt64 { bucketCells[index].load(ordering: .relaxed) }
}

/// The boards of a server's workers.
package final class OutcomeBoards: Sendable {
    package let all: [OutcomeBoard]

    package init(count: Int) { all = (0..<count).map { _ in OutcomeBoard() } }

    package subscript(worker: Int) -> OutcomeBoard { all[worker] }
}
