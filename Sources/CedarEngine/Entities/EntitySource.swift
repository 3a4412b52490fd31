/// Where a decision finds its entities: one unchanging snapshot.
///
/// What a source lends must stay readable and unchanged until the decision ends.
package protocol EntitySource: ~Copyable {
    /// Finds an entity's record.
    borrowing func record(of uid: FlatEntity) -> EntityLookup

    /// Finds the proper ancestors of an entity that is a parent; `absent` when it has none.
    borrowing func ancestors(of uid: FlatEntity) -> AncestorLookup

    /// All proper ancestors of any entity in one set, its parents included, where the source has
    /// them at hand; nil means that they must be gathered from the parents.
    borrowing func allAncestors(of uid: FlatEntity) -> FlatSet?
}

extension EntitySource where Self: ~Copyable {
    @inline(__always)
    package borrowing func allAncestors(of uid: FlatEntity) -> FlatSet? { nil }
}

/// The answer to a search for an entity's record.
package enum EntityLookup: BitwiseCopyable, Sendable {
    case found(EntityRecord)
    case absent
    /// The source could not tell; the decision must be a deny.
    case failed
}

/// The answer to a search for an entity's ancestors.
package enum AncestorLookup: BitwiseCopyable, Sendable {
    case found(FlatSet)
    case absent
    /// The source could not tell; the decision must be a deny.
    case failed
}
