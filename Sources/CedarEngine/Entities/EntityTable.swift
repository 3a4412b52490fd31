package import CedarSyntax

/// Entities held in memory: the source for offline decisions and tests.
package final class EntityTable: EntitySource, Sendable {
    /// Why entities make no table.
    package enum Failure: Error, Sendable {
        /// Two entities have the same identity and differ; the index is that of the second.
        case duplicate(EntityUID, index: Int)
        case cycle(Hierarchy.Cycle)
        /// An entity has more than ``Hierarchy/maximumAncestors``.
        case tooManyAncestors(EntityUID)
        /// An action has a parent that is no action; the index is that of the action.
        case actionParent(EntityUID, parent: EntityUID, index: Int)
        case value(FlatEncoder.Failure, EntityUID, index: Int)

        fileprivate init(_ failure: Hierarchy.Failure) {
            switch failure {
            case .cycle(let cycle): self = .cycle(cycle)
            case .tooManyAncestors(let uid): self = .tooManyAncestors(uid)
            }
        }

        /// The place in the list of the entity that the failure is about; nil when it is not listed.
        package func index(in entities: [Entity]) -> Int? {
            switch self {
            case .duplicate(_, let index), .actionParent(_, _, let index): index
            case .value(_, let uid, let index):
                entities.indices.contains(index) && entities[index].uid == uid ? index : nil
            case .cycle(let cycle): entities.firstIndex { $0.uid == cycle.path.first }
            case .tooManyAncestors(let uid): entities.firstIndex { $0.uid == uid }
            }
        }

        package var message: String {
            switch self {
            case .duplicate(let uid, _):
                "`\(uid)` is listed twice with different content"
            case .cycle(let cycle):
                cycle.message
            case .tooManyAncestors(let uid):
                "`\(uid)` has more than \(Hierarchy.maximumAncestors) ancestors"
            case .actionParent(let uid, let parent, _):
                "the action `\(uid)` has the parent `\(parent)`, which is no action"
            case .value(let failure, let uid, _):
                "`\(uid)` cannot be stored: \(failure.message)"
            }
        }
    }

    private let memory: FlatMemory
    /// Where the records lie in `memory`.
    private let records: FlatDirectory
    /// Where the ancestor sets lie in `memory`, each after its owner's identity.
    private let closures: FlatDirectory
    /// Where all ancestors of entities with several parents lie, each after its owner's identity.
    private let unions: FlatDirectory

    /// The number of entities.
    package let count: Int

    package init(_ entities: [Entity]) throws(Failure) {
        var encoder = EntityEncoder()
        var flatEncoder = FlatEncoder()
        var bytes: [UInt8] = []
        var encoded: [EntityUID: [UInt8]] = [:]
        var parents: [EntityUID: [EntityUID]] = [:]
        var records: [(hash: UInt64, offset: Int)] = []
        var closures: [(hash: UInt64, offset: Int)] = []
        for (index, entity) in entities.enumerated() {
            if let parent = entity.forbiddenParent {
                throw .actionParent(entity.uid, parent: parent, index: index)
            }
            let record: [UInt8]
            do throws(FlatEncoder.Failure) {
                record = try encoder.encode(entity)
            } catch {
                throw .value(error, entity.uid, index: index)
            }
            if let earlier = encoded[entity.uid] {
                guard earlier == record else { throw .duplicate(entity.uid, index: index) }
                continue
            }
            encoded[entity.uid] = record
            parents[entity.uid] = entity.parents
            let hash = record.withFlat { EntityRecord($0).uid.hash }
            records.append((hash, bytes.count))
            bytes += record
        }
        // Entities that are parents carry their ancestors; those with several parents carry them in
        // one set, which is searched once.
        var hierarchy = Hierarchy { parents[$0] ?? [] }
        // In the order of the list, so that of several cycles always the same one is reported.
        for entity in entities { try Self.check(entity.uid, &hierarchy) }
        let groups = Set(parents.values.joined())
        var unions: [(hash: UInt64, offset: Int)] = []
        for (owner, direct) in parents where !direct.isEmpty {
            let isGroup = groups.contains(owner)
            guard isGroup || direct.count > 1 else { continue }
            let ancestors = try Self.ancestors(of: owner, &hierarchy)
            let ownerBytes: [UInt8]
            let setBytes: [UInt8]
            do throws(FlatEncoder.Failure) {
                ownerBytes = try flatEncoder.encode(owner)
                setBytes = try flatEncoder.encode(.set(ancestors.map { .entity($0) }))
            } catch {
                throw .value(error, owner, index: 0)
            }
            let hash = ownerBytes.withFlat { FlatEntity($0).hash }
            if isGroup { closures.append((hash, bytes.count)) }
            if direct.count > 1 { unions.append((hash, bytes.count)) }
            bytes += ownerBytes
            bytes += setBytes
        }
        self.records = FlatDirectory(records)
        self.closures = FlatDirectory(closures)
        self.unions = FlatDirectory(unions)
        memory = FlatMemory(bytes)
        count = encoded.count
    }

    private static func check(
        _ uid: EntityUID, _ hierarchy: inout Hierarchy
    ) throws(Failure) {
        do throws(Hierarchy.Failure) { try hierarchy.check(uid) } catch { throw Failure(error) }
    }

    private static func ancestors(
        of uid: EntityUID, _ hierarchy: inout Hierarchy
    ) throws(Failure) -> Set<EntityUID> {
        do throws(Hierarchy.Failure) {
            return try hierarchy.ancestors(of: uid)
        } catch {
            throw Failure(error)
        }
    }

    package func record(of uid: FlatEntity) -> EntityLookup {
        let place = records.first(uid.hash) {
            EntityRecord(memory.flat(at: $0)).uid.equals(uid)
        }
        guard let place else { return .absent }
        return .found(EntityRecord(memory.flat(at: place)))
    }

    package func ancestors(of uid: FlatEntity) -> AncestorLookup {
        guard let set = set(of: uid, in: closures) else { return .absent }
        return .found(set)
    }

    package func allAncestors(of uid: FlatEntity) -> FlatSet? { set(of: uid, in: unions) }

    @inline(__always)
    private func set(of uid: FlatEntity, in sets: FlatDirectory) -> FlatSet? {
        let place = sets.first(uid.hash) { FlatEntity(memory.flat(at: $0)).equals(uid) }
        guard let place else { return nil }
        return FlatSet(memory.flat(at: place + memory.flat(at: place).size))
    }
}
