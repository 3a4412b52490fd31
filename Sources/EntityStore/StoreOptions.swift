/// How a store is opened.
package struct StoreOptions: Sendable {
    /// Makes the directory and an empty store where there is none.
    package var createIfMissing: Bool
    /// Opens for reading only; the store must exist.
    package var readOnly: Bool
    /// The map's first size in bytes. Address space only, neither memory nor disk.
    package var mapBytes: Int
    /// The size the map may grow to by doubling, in bytes.
    package var maximumMapBytes: Int
    /// Largest number of reads at a time over all processes; the first to open the store decides.
    package var maximumReaders: Int
    /// How much an import, a sorted export or a check sorts in memory before it takes a temporary
    /// file, in bytes.
    package var sortBytes: Int
    /// How far the log of changed keys reaches back.
    var changeLog = ChangeLogBounds()
    /// The bits of an entity's hash that make its key; all, except in tests of collisions.
    var keyMask: UInt64 = .max

    package init(
        createIfMissing: Bool = false, readOnly: Bool = false, mapBytes: Int = 1 << 30,
        maximumMapBytes: Int = 1 << 40, maximumReaders: Int = 512, sortBytes: Int = 64 << 20
    ) {
        self.createIfMissing = createIfMissing
        self.readOnly = readOnly
        self.mapBytes = mapBytes
        self.maximumMapBytes = maximumMapBytes
        self.maximumReaders = maximumReaders
        self.sortBytes = sortBytes
    }
}

/// The bounds on what a store takes.
package enum StoreLimits {
    /// Proper ancestors of one entity that is a parent: a deeper or wider hierarchy is refused.
    package static let maximumAncestors = 10_000
    /// Bytes of one entity in an imported file.
    package static let maximumElementBytes = 16 << 20
    /// Problems that a check lists; more are only counted.
    package static let maximumProblems = 100
}
