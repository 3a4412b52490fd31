import Synchronization

/// The figures of one reader's cache since it was made.
package struct CacheStatistics: BitwiseCopyable, Hashable, Sendable {
    /// Lookups that the cache answered.
    package var hits: UInt64 = 0
    /// Lookups that LMDB answered.
    package var misses: UInt64 = 0
    /// Chains copied into the cache.
    package var admissions: UInt64 = 0
    /// Chains that made room for others.
    package var evictions: UInt64 = 0
    /// Chains dropped because the log of changes names their key.
    package var logDrops: UInt64 = 0
    /// How often everything was dropped.
    package var fullDrops: UInt64 = 0
    /// Unions of ancestors made.
    package var unions: UInt64 = 0
    /// Bytes in use now, of ``capacityBytes``.
    package var usedBytes: UInt64 = 0
    /// The bound on the cache in bytes; 0 for none.
    package var capacityBytes: UInt64 = 0

    /// The figures of no cache.
    package init() {}

    fileprivate init(_ figures: InlineArray<9, UInt64>) {
        hits = figures[0]
        misses = figures[1]
        admissions = figures[2]
        evictions = figures[3]
        logDrops = figures[4]
        fullDrops = figures[5]
        unions = figures[6]
        usedBytes = figures[7]
        capacityBytes = figures[8]
    }

    fileprivate var figures: InlineArray<9, UInt64> {
        [
            hits, misses, admissions, evictions, logDrops, fullDrops, unions, usedBytes,
            capacityBytes,
        ]
    }
}

extension CacheStatistics {
    /// Adds the figures of another cache.
    package mutating func add(_ other: CacheStatistics) {
        hits &+= other.hits
        misses &+= other.misses
        admissions &+= other.admissions
        evictions &+= other.evictions
        logDrops &+= other.logDrops
        fullDrops &+= other.fullDrops
        unions &+= other.unions
        usedBytes &+= other.usedBytes
        capacityBytes &+= other.capacityBytes
    }
}

/// Where a thread lays the figures of its cache for others to read.
///
/// One thread publishes; any thread reads. Each figure is whole; together they are not one instant.
package final class CacheBoard: Sendable {
    private let cells: [9 of Atomic<UInt64>] = .init { _ in Atomic(0) }

    package init() {}

    package func publish(_ statistics: CacheStatistics) {
        let figures = statistics.figures
        for index in 0..<9 { cells[index].store(figures[index], ordering: .relaxed) }
    }

    package var statistics: CacheStatistics {
        CacheStatistics(InlineArray { cells[$0].load(ordering: .relaxed) })
    }
}
