import CedarEngine
package import CedarSchema
package import CedarSyntax
import LMDB

extension EntityStore {
    /// Stores entities, each in the place of the one with its identity.
    ///
    /// - Parameter conformance: what each entity must conform to; nil for nothing.
    /// - Returns: the revision that contains them, on disk; the present one when nothing changed.
    /// - Throws: `badEntity`, also when two have one identity and differ; `cycle`, `locked`,
    ///   `mapFull`, `noSpace`, `readOnly`, `corrupted`: nothing has changed then.
    @discardableResult
    package func put(
        _ entities: [Entity], conformingTo conformance: EntityConformance? = nil
    ) throws(StoreError) -> UInt64 {
        let operation = "store entities"
        if let conformance {
            for entity in entities { try entity.requireConformance(conformance, operation) }
        }
        let groups = try RecordBatch.groups(of: entities, layout, operation)
        return try change(operation) { (change, transaction) throws(StoreError) in
            for group in groups { try change.put(group, &transaction) }
        }
    }

    /// Changes parts of entities, in the order given; one may be changed several times.
    ///
    /// - Parameter conformance: what each entity must conform to after its change; nil for nothing.
    /// - Returns: the revision that contains the changes, on disk; the present one when nothing
    ///   changed.
    /// - Throws: `notFound` when an entity is not there; as ``put(_:)`` else. Nothing has changed
    ///   then.
    @discardableResult
    package func patch(
        _ patches: [EntityPatch], conformingTo conformance: EntityConformance? = nil
    ) throws(StoreError) -> UInt64 {
        let operation = "patch entities"
        var encoder = FlatEncoder()
        var named: [(FlatUID, EntityPatch)] = []
        for patch in patches { named.append((try FlatUID(patch.uid, &encoder), patch)) }
        return try change(operation) { (change, transaction) throws(StoreError) in
            var encoder = EntityEncoder()
            // Of an entity that is patched twice only what comes out must conform.
            var last: [FlatUID: Entity] = [:]
            for (uid, patch) in named {
                let chain = try transaction.chain(.entity, uid.hash, layout)
                guard let record = chain.record(uid) else {
                    throw StoreError(.notFound, operation, "there is no `\(patch.uid)` to patch")
                }
                let entity = patch.applied(to: record.withFlat { EntityRecord($0).entity })
                if conformance != nil { last[uid] = entity }
                try change.put(
                    [try RecordBatch.encode(entity, &encoder, operation, nil)], &transaction)
            }
            if let conformance {
                for (uid, _) in named { try last[uid]?.requireConformance(conformance, operation) }
            }
        }
    }

    /// Removes entities and what lay above them for their descendants.
    ///
    /// - Parameter ignoringAbsent: whether an entity that is not there is passed over.
    /// - Returns: the revision without them, on disk; the present one when nothing changed.
    /// - Throws: `notFound` when one is not there; as ``put(_:)`` else. Nothing has changed then.
    @discardableResult
    package func delete(
        _ uids: [EntityUID], ignoringAbsent: Bool = false
    ) throws(StoreError) -> UInt64 {
        let operation = "delete entities"
        var encoder = FlatEncoder()
        var flat: Set<FlatUID> = []
        for uid in uids { flat.insert(try FlatUID(uid, &encoder)) }
        return try change(operation) { (change, transaction) throws(StoreError) in
            for uid in flat {
                if try !change.remove(uid, &transaction), !ignoringAbsent {
                    throw StoreError(.notFound, operation, "there is no `\(uid.uid)`")
                }
            }
        }
    }

    /// Runs a change in a write transaction of its own and commits it.
    func change(
        _ operation: String,
        _ body: (inout StoreChange, inout WriteTransaction) throws(StoreError) -> Void
    ) throws(StoreError) -> UInt64 {
        let revision = try write(operation) { (transaction) throws(StoreError) in
            var change = try StoreChange(transaction, self, operation)
            try body(&change, &transaction)
            return try change.finish(&transaction).revision
        }
        tendReaders(revision)
        return revision
    }

    /// Looks for readers whose process has died, once in a while.
    func tendReaders(_ revision: UInt64) {
        if revision % Self.readerCheckInterval == 0 { forgetDeadReaders() }
    }

    /// A dead reader keeps pages from being reused, so a store that is open for long looks for
    /// them after so many revisions.
    private static var readerCheckInterval: UInt64 { 256 }

    private func forgetDeadReaders() {
        do throws(LMDBError) {
            _ = try environment.checkReaders()
        } catch {
            // What was committed stays committed; the next check may do better.
        }
    }

    /// Runs the closure in a write transaction, again from its start when the map had to grow.
    func write<Value>(
        _ operation: String,
        _ body: (inout WriteTransaction) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let lock = try takeWriterLock(operation)
        do throws(StoreError) {
            return try lock.write(maximumMapBytes: options.maximumMapBytes, body)
        } catch {
            throw error.during(operation)
        }
    }
}

extension Entity {
    /// Refuses an entity that does not conform.
    func requireConformance(
        _ conformance: EntityConformance, _ operation: String
    ) throws(StoreError) {
        do throws(DataError) {
            try conformance.check(alone: withoutUndeclaredBookkeeping(conformance.schema))
        } catch {
            throw StoreError(.badEntity(nil), operation, error.message)
        }
    }
}

/// Entities as records, in the order in which they are written.
enum RecordBatch {
    /// Encodes entities; records whose hashes share a key stand together, in rising order of keys.
    static func groups(
        of entities: [Entity], _ layout: StoreLayout, _ operation: String
    ) throws(StoreError) -> [[[UInt8]]] {
        var encoder = EntityEncoder()
        var records: [(key: UInt64, index: Int, bytes: [UInt8])] = []
        records.reserveCapacity(entities.count)
        for (index, entity) in entities.enumerated() {
            let bytes = try encode(entity, &encoder, operation, nil)
            let key = layout.key(bytes.withFlat { EntityRecord($0).uid.hash }).number
            records.append((key, index, bytes))
        }
        records.sort { ($0.key, $0.index) < ($1.key, $1.index) }
        var groups: [[[UInt8]]] = []
        var last: UInt64?
        for record in records {
            if record.key != last { groups.append([]) }
            last = record.key
            groups[groups.count - 1].append(record.bytes)
        }
        return try groups.map { (group) throws(StoreError) in try unique(group, operation) }
    }

    /// Encodes an entity that keeps the rules a store adds to those of values.
    static func encode(
        _ entity: Entity, _ encoder: inout EntityEncoder, _ operation: String,
        _ place: StorePlace?
    ) throws(StoreError) -> [UInt8] {
        if let parent = entity.forbiddenParent {
            throw StoreError(
                .badEntity(place), operation,
                "the action `\(entity.uid)` has the parent `\(parent)`, which is no action")
        }
        do throws(FlatEncoder.Failure) {
            return try encoder.encode(entity)
        } catch {
            throw StoreError(
                .badEntity(place), operation,
                "`\(entity.uid)` cannot be stored: \(error.message)")
        }
    }

    private static func unique(
        _ group: [[UInt8]], _ operation: String
    ) throws(StoreError) -> [[UInt8]] {
        if group.count == 1 { return group }
        var seen: [FlatUID: [UInt8]] = [:]
        var unique: [[UInt8]] = []
        for record in group {
            let uid = record.withFlat { FlatUID(EntityRecord($0).uid) }
            if let earlier = seen[uid] {
                guard earlier == record else {
                    throw StoreError(
                        .badEntity(nil), operation,
                        "`\(uid.uid)` is given twice with different content")
                }
                continue
            }
            seen[uid] = record
            unique.append(record)
        }
        return unique
    }
}
