import CedarEngine
import EntityStore

/// The entities of a decision: those of the store, and the actions that the schema declares.
///
/// What the schema says of an action counts; what the store holds under its name does not.
struct DecisionEntities: ~Copyable, EntitySource {
    var reader: EntityReader
    /// Whoever sets it holds the ``CompiledSchema`` as well.
    var actions: CompiledSchemaView?
    /// What the caller said of entities of this request, already joined with what is stored.
    var overlay = EntityOverlay()

    borrowing func record(of uid: FlatEntity) -> EntityLookup {
        if let actions, case .found(let record) = actions.record(of: uid) {
            return .found(record)
        }
        if let record = overlay.record(of: uid) { return .found(record) }
        return reader.record(of: uid)
    }

    borrowing func ancestors(of uid: FlatEntity) -> AncestorLookup {
        // An action without ancestors has none in the store either.
        if let actions, case .found = actions.record(of: uid) {
            return actions.ancestors(of: uid)
        }
        return reader.ancestors(of: uid)
    }

    borrowing func allAncestors(of uid: FlatEntity) -> FlatSet? {
        // Those of a declared action are gathered from its parents.
        if let actions, case .found = actions.record(of: uid) { return nil }
        return reader.allAncestors(of: uid)
    }
}
