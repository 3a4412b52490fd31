/// Where a decision finds its entities: one unchanging snapshot.
///
/// What a source lends must stay readable and unchanged until the decision ends.
package protocol EntitySource: ~Copyable {
    /// Finds an entity's record.
    borrowing func record(of uid: FlatEntity) -> EntityLookup

    /// Finds the proper ancestors of an entity that is a parent; `absent` when it has none.
    borrowing func ancestors(of uid: FlatEntity) -> AncestorLookup
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
