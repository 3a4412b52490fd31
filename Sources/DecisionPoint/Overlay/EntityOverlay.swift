import CedarEngine

/// The records of at most two entities, found before those of the store.
///
/// The principal and the resource of a request are the entities that a caller may describe. Parents
/// are always those of the store, so ancestors need no overlay.
struct EntityOverlay: BitwiseCopyable {
    private var first: EntityRecord?
    private var second: EntityRecord?

    /// Puts a record over the store, and over an earlier one of the same entity.
    ///
    /// - Precondition: there are not two others already.
    mutating func add(_ record: EntityRecord) {
        if let first, !first.uid.equals(record.uid) {
            precondition(
                second.map { $0.uid.equals(record.uid) } ?? true,
                "an overlay holds two entities")
            second = record
        } else {
            first = record
        }
    }

    @inline(__always)
    func record(of uid: FlatEntity) -> EntityRecord? {
        guard let first else { return nil }
        if first.uid.equals(uid) { return first }
        if let second, second.uid.equals(uid) { return second }
        return nil
    }
}
