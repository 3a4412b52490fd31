package import DecisionPoint

/// Where one thread counts its decisions for others to read.
///
/// One thread counts; any thread reads.
package final class OutcomeBoard: Sendable {
    private let allowedCell = EventCounter()
    private let deniedCell = EventCounter()
    private let refusedCells: [12 of EventCounter] = .init { _ in EventCounter() }
    /// The times from what was asked to its answer.
    package let durations = DurationHistogram()

    package init() {}

    func count(_ outcome: Outcome) {
        switch outcome {
        case .allowed: allowedCell.add()
        case .denied: deniedCell.add()
        case .refused(let refusal): refusedCells[Int(refusal.rawValue)].add()
        }
    }

    /// Counts what was decided at once, by how long it took from the arrival of the requests.
    func countBatch(nanoseconds: UInt64) {
        durations.record(nanoseconds: nanoseconds)
    }

    package var allowed: UInt64 { allowedCell.value }
    package var denied: UInt64 { deniedCell.value }

    package func refused(_ refusal: Refusal) -> UInt64 {
        refusedCells[Int(refusal.rawValue)].value
    }
}

/// The boards of a server's workers.
package final class OutcomeBoards: Sendable {
    package let all: [OutcomeBoard]

    package init(count: Int) { all = (0..<count).map { _ in OutcomeBoard() } }

    package subscript(worker: Int) -> OutcomeBoard { all[worker] }
}
