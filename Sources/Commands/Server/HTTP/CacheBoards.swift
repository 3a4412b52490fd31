import EntityStore
import Synchronization

/// The figures of the caches of all deciding threads.
final class CacheBoards: Sendable {
    private let boards = Mutex<[CacheBoard]>([])

    /// A board for one more thread.
    func add() -> CacheBoard {
        let board = CacheBoard()
        boards.withLock { $0.append(board) }
        return board
    }

    /// The figures together, up to some moments old.
    var statistics: CacheStatistics {
        var sum = CacheStatistics()
        for board in boards.withLock({ $0 }) { sum.add(board.statistics) }
        return sum
    }
}
