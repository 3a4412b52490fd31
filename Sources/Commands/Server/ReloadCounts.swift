import Synchronization

/// What became of reloads of one kind of files, for others to read.
final class ReloadCounts: Sendable {
    private let publishedCell = Atomic<UInt64>(0)
    private let unchangedCell = Atomic<UInt64>(0)
    private let failedCell = Atomic<UInt64>(0)
    private let failingCell = Atomic<Bool>(false)

    func countPublished() {
        publishedCell.add(1, ordering: .relaxed)
        failingCell.store(false, ordering: .relaxed)
    }

    func countUnchanged() {
        unchangedCell.add(1, ordering: .relaxed)
        failingCell.store(false, ordering: .relaxed)
    }

    func countFailed() {
        failedCell.add(1, ordering: .relaxed)
        failingCell.store(true, ordering: .relaxed)
    }

    /// Says of all files together whether one cannot be used, where one reading tells only of one.
    func setFailing(_ isFailing: Bool) { failingCell.store(isFailing, ordering: .relaxed) }

    var published: UInt64 { publishedCell.load(ordering: .relaxed) }
    var unchanged: UInt64 { unchangedCell.load(ordering: .relaxed) }
    var failed: UInt64 { failedCell.load(ordering: .relaxed) }
    /// Whether the newest files cannot be used, so that older ones are in force.
    var isFailing: Bool { failingCell.load(ordering: .relaxed) }
}
