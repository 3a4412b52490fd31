/// How an import is committed.
package enum ImportMode: Sendable, Equatable {
    /// All or nothing, in one transaction.
    case atomic
    /// A commit after every so many entities, at least 1; an interruption keeps those before it.
    case batch(Int)
}

/// How far an import is.
package struct ImportProgress: Sendable, Equatable {
    /// What an import does in turn.
    package enum Phase: Sendable, Equatable {
        /// Reading, judging and sorting the file.
        case reading
        /// Writing records; begins again when the map had to grow.
        case writing
    }

    package let phase: Phase
    /// Bytes read of the file.
    package let bytes: Int
    /// The size of the file; nil for a pipe.
    package let totalBytes: Int?
    /// Entities read or written in this phase.
    package let entities: Int
    /// How many there will be in this phase, once known.
    package let totalEntities: Int?
}

/// What an import did.
package struct ImportReport: Sendable, Equatable {
    /// The revision that contains all of it.
    package var revision: UInt64
    /// Entities read, repetitions included.
    package var entities: Int
    /// What became of them.
    package var counts: StoreChangeCounts
    /// Entities that the file repeats with the same content.
    package var repeated: Int
    /// Bytes of the file.
    package var bytes: Int
    /// Transactions committed; 0 when nothing changed.
    package var commits: Int
}
