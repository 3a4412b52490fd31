import Synchronization

/// What became of reloads of policies, for others to read.
final class ReloadCounts: Sendable {
    private let publishedCell = Atomic<UInt64>(0)
    private let unchangedCell = Atomic<UInt64>(0)
    private let failedCell = Atomic<UInt64>(0)

    func countPublished() { publishedCell.add(1, ordering: .relaxed) }
    func countUnchanged() { unchangedCell.add(1, ordering: .relaxed) }
    func countFailed() { failedCell.add(1, ordering: .relaxed) }

    var published: UInt64 { publishedCell.load(ordering: .relaxed) }
    var unchanged: UInt64 { unchangedCell.load(ordering: .relaxed) }
    var failed: UInt64 { failedCell.load(ordering: .relaxed) }
}
