import CedarEngine
import EntityStore

/// The entities of a decision: those of the store, and the actions that the schema declares.
///
/// What the schema says of an action counts; what the store holds under its name does not.
/// Attributes that have ended by the decision's instant are not there.
struct DecisionEntities: ~Copyable, EntitySource {
    var reader: EntityReader
    /// Whoever sets it holds the ``CompiledSchema`` as well.
    var actions: CompiledSchemaView?
    /// What the caller said of entities of this request, already joined with what is stored.
    var overlay = EntityOverlay()
    private let unexpired: UnexpiredRecords
    private var now: Int64 = .max
    private var nowSeconds: UInt32 = .max

    init(reader: consuming EntityReader) {
        self.reader = reader
        do throws(FlatEncoder.Failure) {
            unexpired = try UnexpiredRecords()
        } catch {
            preconditionFailure("the name of an attribute is within all bounds")
        }
    }

    /// Sets the instant of the decisions that follow, in milliseconds since 1970.
    ///
    /// Where the time cannot be told, everything that ends has ended.
    mutating func setNow(_ now: Int64) {
        self.now = now > 0 ? now : .max
        nowSeconds = now > 0 ? EntityExpiry.seconds(in: now) : .max
    }

    /// Forgets the records of the last decision.
    func forgetCopies() { unexpired.reset() }

    borrowing func record(of uid: FlatEntity) -> EntityLookup {
        if let actions, case .found(let record) = actions.record(of: uid) {
            return .found(record)
        }
        let lookup: EntityLookup =
            if let record = overlay.record(of: uid) { .found(record) } else {
                reader.record(of: uid)
            }
        // What a caller adds fills gaps only, and what has expired is none.
        if case .found(let record) = lookup, record.mayHaveExpired(by: nowSeconds) {
            return unexpired.view(record, at: now)
        }
        return lookup
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
