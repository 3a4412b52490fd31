import CedarEngine
import CedarSyntax
import EntityStore

/// The entities that a search must decide, because a permit may be satisfied for them.
enum SearchCandidates {
    /// Nothing bounds them.
    case anything
    /// Runs of keys in rising order that hold them all.
    case keys([ArraySlice<UInt64>])

    fileprivate var size: Int {
        switch self {
        case .anything: .max
        case .keys(let runs): runs.reduce(0) { $0 + $1.count }
        }
    }
}

/// Finds the candidates of one search on the revision that is read.
struct CandidateFinder: ~Copyable {
    private let plan: SearchPlan
    private let index: ReferenceIndex
    private let role: SearchRole
    private let type: Text
    private let other: EntityUID
    /// Proper ancestors of the other.
    private let ancestors: Set<EntityUID>
    private let otherAttributes: [Text: Value]
    private let action: EntityUID
    private let actionAncestors: Set<EntityUID>
    /// The keys that were changed since the index was made.
    private let changed: [UInt64]
    private var encoder = FlatEncoder()

    /// So many groups below one entity are looked into; beyond, all entities are.
    private static let maximumGroups = 20_000
    /// So many changes since the index was made are put up with.
    static let maximumChanges = 8192

    /// - Returns: nil when the index is of no use: too old, or of a revision not reached.
    init?(
        _ plan: SearchPlan, _ index: ReferenceIndex, _ search: EntitySearch,
        _ entities: borrowing DecisionEntities
    ) {
        guard
            let changed = entities.reader.changedKeys(
                after: index.revision, maximum: Self.maximumChanges),
            let ancestors = entities.properAncestors(of: search.known),
            let actionAncestors = entities.properAncestors(of: search.action)
        else { return nil }
        var attributes: [Text: Value] = [:]
        switch entities.record(of: search.known) {
        case .found(let record):
            for member in record.attributes.members { attributes[member.key] = member.value }
        case .absent: break
        case .failed: return nil
        }
        self.plan = plan
        self.index = index
        self.changed = changed
        self.ancestors = ancestors
        self.actionAncestors = actionAncestors
        role = search.role
        type = search.typeProbe.uid.type
        other = search.known.uid
        action = search.action.uid
        otherAttributes = attributes
    }

    /// All candidates, or that nothing bounds them.
    mutating func candidates(_ reader: borrowing EntityReader) -> SearchCandidates {
        var runs: [ArraySlice<UInt64>] = [changed[...]]
        // A caller's facts may lie over the entity itself.
        runs.append([key(other, reader)])
        let named = role == .principal ? plan.byResource : plan.byPrincipal
        var numbers = role == .principal ? plan.anyResource : plan.anyPrincipal
        numbers += named[other] ?? []
        for ancestor in ancestors { numbers += named[ancestor] ?? [] }
        for number in numbers {
            let permit = plan.permits[number]
            guard mayApply(permit.action) else { continue }
            let demand = role == .principal ? permit.ofPrincipal : permit.ofResource
            switch resolve(demand, reader, depth: 0) {
            case .anything: return .anything
            case .keys(let found): runs += found
            }
        }
        return .keys(runs)
    }

    private func mayApply(_ constraint: ActionConstraint) -> Bool {
        func isIn(_ uid: EntityUID) -> Bool { uid == action || actionAncestors.contains(uid) }
        switch constraint {
        case .any: return true
        case .equal(let uid): return uid == action
        case .in(let uid): return isIn(uid)
        case .inSet(let uids): return uids.contains(where: isIn)
        }
    }

    // MARK: Demands

    /// Demands nest no deeper than their reader looks into conditions.
    private mutating func resolve(
        _ demand: SearchDemand, _ reader: borrowing EntityReader, depth: Int
    ) -> SearchCandidates {
        switch demand {
        case .anything: return .anything
        case .nothing: return .keys([])
        case .type(let wanted): return wanted == type ? .anything : .keys([])
        case .equal(let uid): return .keys([[key(uid, reader)]])
        case .equalsOther: return .keys([[key(other, reader)]])
        case .within(let uid): return within([uid], reader)
        case .withinOther: return within([other], reader)
        case .namedByOther(let name):
            return .keys(named(name).map { [key($0, reader)] })
        case .withinNamedByOther(let name): return within(named(name), reader)
        case .refers(let name, let uid): return refers(name, [uid], reader)
        case .refersToOther(let name): return refers(name, [other], reader)
        case .refersAboveOther(let name):
            return refers(name, [other] + Array(ancestors), reader)
        case .otherEqual(let uid): return other == uid ? .anything : .keys([])
        case .otherWithin(let uid):
            return other == uid || ancestors.contains(uid) ? .anything : .keys([])
        case .otherType(let wanted): return other.type == wanted ? .anything : .keys([])
        case .all(let demands):
            var best = SearchCandidates.anything
            for demand in demands {
                let found = resolve(demand, reader, depth: depth + 1)
                if found.size < best.size { best = found }
                if best.size == 0 { return best }
            }
            return best
        case .either(let demands):
            var runs: [ArraySlice<UInt64>] = []
            for demand in demands {
                switch resolve(demand, reader, depth: depth + 1) {
                case .anything: return .anything
                case .keys(let found): runs += found
                }
            }
            return .keys(runs)
        }
    }

    /// The entities in an attribute of the other.
    private func named(_ name: Text) -> [EntityUID] {
        switch otherAttributes[name] {
        case .entity(let uid): return [uid]
        case .set(let elements):
            return elements.compactMap { if case .entity(let uid) = $0 { uid } else { nil } }
        default: return []
        }
    }

    private mutating func within(
        _ roots: [EntityUID], _ reader: borrowing EntityReader
    ) -> SearchCandidates {
        guard !roots.isEmpty else { return .keys([]) }
        // What was changed may have come to be below, with all that is below it.
        let keys = roots.map { key($0, reader) }
        guard let groups = index.groups(below: keys + changed, maximum: Self.maximumGroups) else {
            return .anything
        }
        var runs: [ArraySlice<UInt64>] = keys.map { [$0] }
        for group in groups {
            let children = index.postings(ReferenceIndex.parent, to: group)
            if !children.isEmpty { runs.append(children) }
        }
        return .keys(runs)
    }

    private mutating func refers(
        _ name: Text, _ targets: [EntityUID], _ reader: borrowing EntityReader
    ) -> SearchCandidates {
        guard let kind = flat(.string(name)).map({ $0.withFlat { FlatString($0).hash | 1 } }) else {
            return .anything
        }
        return .keys(targets.map { index.postings(kind, to: key($0, reader)) })
    }

    private mutating func key(_ uid: EntityUID, _ reader: borrowing EntityReader) -> UInt64 {
        guard let bytes = flat(.entity(uid)) else { return 0 }
        return reader.key(ofHash: bytes.withFlat { FlatEntity($0).hash })
    }

    /// A name as the store has it; nil for one larger than the store can have.
    private mutating func flat(_ value: Value) -> [UInt8]? {
        do throws(FlatEncoder.Failure) {
            return try encoder.encode(value)
        } catch {
            return nil
        }
    }
}

extension DecisionEntities {
    /// All proper ancestors of an entity; nil when they cannot be read.
    borrowing func properAncestors(of uid: FlatEntity) -> Set<EntityUID>? {
        var all: Set<EntityUID> = []
        switch record(of: uid) {
        case .absent: return all
        case .failed: return nil
        case .found(let record):
            let parents = record.parents
            for index in 0..<parents.count {
                let parent = FlatEntity(parents.element(index))
                all.insert(parent.uid)
                switch ancestors(of: parent) {
                case .absent: continue
                case .failed: return nil
                case .found(let set):
                    for index in 0..<set.count { all.insert(FlatEntity(set.element(index)).uid) }
                }
            }
            return all
        }
    }
}
