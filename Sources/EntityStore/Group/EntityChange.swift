import CedarEngine
import CedarSchema
package import CedarSyntax
import LMDB

/// A change of one entity, for a ``GroupWriter``.
package enum EntityChange: Sendable {
    /// Stores an entity in the place of the one with its identity.
    case put(Entity)
    /// Changes parts of an entity that is there.
    case patch(EntityPatch)
    /// Makes an entity anew from the one that is there, or from nil; what comes out is stored in
    /// its place, and nil changes nothing. Called again when a transaction is repeated.
    case update(EntityUID, @Sendable (Entity?) throws(StoreError) -> Entity?)
    /// Removes an entity, which need not be there when absence is ignored.
    case delete(EntityUID, ignoringAbsent: Bool = false)
}

/// A change of one entity, made ready without the store.
enum PreparedChange: Sendable {
    case put(record: [UInt8])
    case patch(FlatUID, EntityPatch)
    case update(FlatUID, @Sendable (Entity?) throws(StoreError) -> Entity?)
    case delete(FlatUID, ignoringAbsent: Bool)
    /// Refused already; answered in its turn.
    case refused(StoreError)

    /// Encodes what is stored and judges what can be judged without the store.
    init(_ change: EntityChange, _ conformance: EntityConformance?) {
        do throws(StoreError) {
            switch change {
            case .put(let entity):
                let operation = "store an entity"
                if let conformance { try entity.requireConformance(conformance, operation) }
                var encoder = EntityEncoder()
                self = .put(
                    record: try RecordBatch.encode(entity, &encoder, operation, nil))
            case .patch(let patch):
                var encoder = FlatEncoder()
                self = .patch(try FlatUID(patch.uid, &encoder), patch)
            case .update(let uid, let update):
                var encoder = FlatEncoder()
                self = .update(try FlatUID(uid, &encoder), update)
            case .delete(let uid, let ignoringAbsent):
                var encoder = FlatEncoder()
                self = .delete(try FlatUID(uid, &encoder), ignoringAbsent: ignoringAbsent)
            }
        } catch {
            self = .refused(error)
        }
    }
}

/// What a prepared change writes, known after the store was read and before it is written.
enum ResolvedChange {
    case put([UInt8])
    case remove(FlatUID)
    case nothing

    /// Reads what the change needs and judges it.
    ///
    /// - Throws: `notFound`, `badEntity`, `corrupted`; nothing was written.
    init(
        _ change: PreparedChange, _ conformance: EntityConformance?, _ layout: StoreLayout,
        _ transaction: borrowing WriteTransaction
    ) throws(StoreError) {
        switch change {
        case .refused(let error): throw error
        case .put(let record): self = .put(record)
        case .patch(let uid, let patch):
            let operation = "patch an entity"
            let chain = try transaction.chain(.entity, uid.hash, layout)
            guard let record = chain.record(uid) else {
                throw StoreError(.notFound, operation, "there is no `\(patch.uid)` to patch")
            }
            let entity = patch.applied(to: record.withFlat { EntityRecord($0).entity })
            if let conformance { try entity.requireConformance(conformance, operation) }
            var encoder = EntityEncoder()
            self = .put(try RecordBatch.encode(entity, &encoder, operation, nil))
        case .update(let uid, let update):
            let operation = "update an entity"
            let record = try transaction.chain(.entity, uid.hash, layout).record(uid)
            let present = record.map { record in record.withFlat { EntityRecord($0).entity } }
            guard let entity = try update(present) else {
                self = .nothing
                return
            }
            if let conformance { try entity.requireConformance(conformance, operation) }
            var encoder = EntityEncoder()
            self = .put(try RecordBatch.encode(entity, &encoder, operation, nil))
        case .delete(let uid, let ignoringAbsent):
            let isThere = try transaction.chain(.entity, uid.hash, layout).find(uid) != nil
            guard isThere || ignoringAbsent else {
                throw StoreError(.notFound, "delete an entity", "there is no `\(uid.uid)`")
            }
            self = isThere ? .remove(uid) : .nothing
        }
    }
}
