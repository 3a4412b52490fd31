package import DecisionPoint
import Synchronization

/// Where one decider's answers to a gateway are counted for others to read; to count allocates nothing.
///
/// One thread at a time counts; any thread reads.
package final class GatewayBoard: Sendable {
    private let allowedCell = EventCounter()
    private let deniedCell = EventCounter()
    private let refusedCells: [16 of EventCounter] = .init { _ in EventCounter() }
    /// The times from what was asked to its answer.
    package let durations = DurationHistogram()

    package init() {}

    /// Counts an answer and the time from the call to it.
    package func count(_ verdict: Verdict, nanoseconds: UInt64) {
        switch verdict {
        case .allowed: allowedCell.add()
        case .denied: deniedCell.add()
        case .refused(let denial): refusedCells[Int(denial.reason.rawValue)].add()
        }
        durations.record(nanoseconds: nanoseconds)
    }

    package var allowed: UInt64 { allowedCell.value }
    package var denied: UInt64 { deniedCell.value }

    package func refused(_ reason: Denial.Reason) -> UInt64 {
        refusedCells[Int(reason.rawValue)].value
    }
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
