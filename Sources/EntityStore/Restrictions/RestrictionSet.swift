package import CedarEngine
import CedarSyntax

/// What is restricted in one revision, in memory: made when it changes, asked at every decision.
///
/// Lookups allocate nothing. Instants are milliseconds since 1970; a restriction that has ended
/// restricts nothing.
package final class RestrictionSet: Sendable {
    /// Why something is refused.
    package struct Match: BitwiseCopyable, Sendable {
        let index: Int
    }

    /// The answer to a question about an entity.
    package enum EntityMatch: BitwiseCopyable, Sendable {
        case restricted(Match)
        case free
        /// The store could not tell; the decision must be a deny.
        case failed
    }

    private struct Entry: Sendable {
        let identity: FlatUID
        let reason: [UInt8]
        let until: Int64
        let takesReferences: Bool
    }

    /// The revision that made it; 0 for that of a store without any.
    package let revision: UInt64
    private let hashes: [UInt64]
    /// A bit for each hash, at least sixteen places for each: where there is none, nothing is
    /// restricted that has the hash.
    private let filter: [UInt64]
    private let entries: [Entry]
    /// The entries that are entities.
    private let entityIndices: [Int]
    /// Whether one of them takes along what names it.
    private let hasReferences: Bool

    /// The set of nothing.
    package static let empty = RestrictionSet([], revision: 0)

    init(_ restrictions: [Restriction], revision: UInt64) {
        self.revision = revision
        var entries: [Entry] = []
        var entities: Set<FlatUID> = []
        var encoder = FlatEncoder()
        for restriction in restrictions {
            // What was read from the store is well formed.
            guard let uid = restriction.subject.uid, let flat = try? FlatUID(uid, &encoder) else {
                continue
            }
            entries.append(
                Entry(
                    identity: flat, reason: restriction.reason.utf8,
                    until: restriction.until?.milliseconds ?? .max,
                    takesReferences: restriction.takesReferences))
            if case .entity = restriction.subject { entities.insert(flat) }
        }
        entries.sort { $0.identity.hash < $1.identity.hash }
        hashes = entries.map(\.identity.hash)
        filter = Self.filter(hashes)
        entityIndices = entries.indices.filter { entities.contains(entries[$0].identity) }
        hasReferences = entityIndices.contains { entries[$0].takesReferences }
        self.entries = entries
    }

    private static func filter(_ hashes: [UInt64]) -> [UInt64] {
        var words = 4
        while words * 64 < hashes.count * 16 { words *= 2 }
        var filter = [UInt64](repeating: 0, count: words)
        for hash in hashes { filter[Int(hash >> 6) & (words - 1)] |= 1 << (hash & 63) }
        return filter
    }

    /// Whether something with the hash may be restricted.
    @inline(__always)
    private func mayHold(_ hash: UInt64) -> Bool {
        filter[Int(truncatingIfNeeded: hash >> 6) & (filter.count - 1)] >> (hash & 63) & 1 == 1
    }

    package var isEmpty: Bool { entries.isEmpty }
    /// Whether an entity is restricted.
    package var hasEntities: Bool { !entityIndices.isEmpty }
    /// Whether an identity of certificates or tokens is restricted.
    package var hasIdentities: Bool { entityIndices.count < entries.count }

    /// The code of a restriction.
    package func reason(_ match: Match) -> [UInt8] { entries[match.index].reason }

    /// The restriction of the first of some identities that has one.
    package func match(anyOf identities: [RestrictableIdentity], at now: Int64) -> Match? {
        guard hasIdentities else { return nil }
        for index in identities.indices where mayHold(identities[index].hash) {
            if let match = identities[index].flat.withEntity({ find($0, now) }) { return match }
        }
        return nil
    }

    /// Whether an entity is restricted, or one that it is in, or names where that counts.
    package func match<Source: EntitySource & ~Copyable>(
        _ entity: FlatEntity, in source: borrowing Source, at now: Int64
    ) -> EntityMatch {
        guard hasEntities else { return .free }
        if let match = find(entity, now) { return .restricted(match) }
        let record: EntityRecord
        switch source.record(of: entity) {
        case .found(let found): record = found
        case .absent: return .free
        case .failed: return .failed
        }
        let parents = record.parents
        if let match = find(anyOf: parents, now) { return .restricted(match) }
        for index in 0..<parents.count {
            switch source.ancestors(of: FlatEntity(parents.element(index))) {
            case .found(let ancestors):
                if let match = find(anyOf: ancestors, now) { return .restricted(match) }
            case .absent: continue
            case .failed: return .failed
            }
        }
        if hasReferences, let match = find(namedIn: record.attributes, now) {
            return .restricted(match)
        }
        return .free
    }

    /// Searches the entities that attributes name.
    private func find(namedIn attributes: FlatRecord, _ now: Int64) -> Match? {
        func find(_ value: FlatBytes) -> Match? {
            guard value.tag == .entity else { return nil }
            return self.find(FlatEntity(value), now).flatMap { match in
                entries[match.index].takesReferences ? match : nil
            }
        }
        for index in 0..<attributes.count {
            let value = attributes.value(index)
            if let match = find(value) { return match }
            guard value.tag == .set else { continue }
            let set = FlatSet(value)
            for index in 0..<set.count {
                if let match = find(set.element(index)) { return match }
            }
        }
        return nil
    }

    @inline(__always)
    private func find(_ identity: FlatEntity, _ now: Int64) -> Match? {
        mayHold(identity.hash) ? search(identity, now) : nil
    }

    @inline(never)
    private func search(_ identity: FlatEntity, _ now: Int64) -> Match? {
        let hash = identity.hash
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        while low < hashes.count, hashes[low] == hash {
            if isMatch(low, identity, now) { return Match(index: low) }
            low += 1
        }
        return nil
    }

    private func isMatch(_ index: Int, _ identity: FlatEntity, _ now: Int64) -> Bool {
        now < entries[index].until && entries[index].identity.withEntity { $0.equals(identity) }
    }

    /// Searches from the smaller side.
    private func find(anyOf set: FlatSet, _ now: Int64) -> Match? {
        if set.count <= entityIndices.count {
            for index in 0..<set.count where set.element(index).tag == .entity {
                if let match = find(FlatEntity(set.element(index)), now) { return match }
            }
            return nil
        }
        for index in entityIndices where now < entries[index].until {
            if entries[index].identity.withEntity({ set.contains($0) }) {
                return Match(index: index)
            }
        }
        return nil
    }
}
