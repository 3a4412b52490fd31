import CedarEngine
package import EntityStore
import CedarSyntax

/// Which entities refer to which, by attributes and as children, at one revision of the store.
///
/// It names entities by the keys of the store and only proposes them: one that it names in vain costs
/// a decision, and none that refers is left out. What was changed since its revision is proposed as
/// well, so it need not be of the newest one.
package final class ReferenceIndex: Sendable {
    /// A run of the keys, in rising order.
    typealias Postings = ArraySlice<UInt64>

    /// The revision that it was made of.
    package let revision: UInt64
    /// The number of entities.
    package let entityCount: Int
    /// The number of references.
    package var referenceCount: Int { references.count }

    /// What is referred to and how, in rising order.
    private let references: [UInt64]
    /// Who refers, beside each; in rising order for equal references.
    private let keys: [UInt64]
    /// The children that are parents themselves, by the key of the parent.
    private let subgroups: [UInt64: [UInt64]]

    /// A reference of one kind to the entity of a key.
    static func reference(_ kind: UInt64, to key: UInt64) -> UInt64 {
        (kind &* 0x9E37_79B9_7F4A_7C15 ^ key) &* 0xD6E8_FEB8_6659_FD93
    }

    /// The kind of the reference from a child to its parent.
    static let parent: UInt64 = 0

    /// Makes an index of the newest revision; it reads the whole store.
    ///
    /// - Throws: as `EntityReader.scan(from:count:into:)`.
    package init(_ store: EntityStore) throws(StoreError) {
        var reader = try store.makeReader()
        revision = try reader.begin()
        var pairs: [Reference] = []
        var edges: [Reference] = []
        var count = 0
        var position: ScanPosition? = .start
        var records: [(position: ScanPosition, record: EntityRecord)] = []
        while let start = position {
            records.removeAll(keepingCapacity: true)
            let isLast: Bool
            do throws(StoreError) {
                isLast = try reader.scan(from: start, count: 1024, into: &records)
            } catch {
                reader.end()
                throw error
            }
            for (place, record) in records {
                Self.read(record, place.key, reader, &pairs, &edges)
            }
            count += records.count
            position = isLast ? nil : records.last?.position.next
        }
        reader.end()
        pairs.sort()
        references = pairs.map(\.reference)
        keys = pairs.map(\.key)
        let parents = Set(edges.map(\.reference))
        var subgroups: [UInt64: [UInt64]] = [:]
        for edge in edges where parents.contains(edge.key) {
            subgroups[edge.reference, default: []].append(edge.key)
        }
        self.subgroups = subgroups
        entityCount = count
    }

    private struct Reference: BitwiseCopyable, Comparable {
        let reference: UInt64
        let key: UInt64

        static func < (left: Reference, right: Reference) -> Bool {
            (left.reference, left.key) < (right.reference, right.key)
        }
    }

    private static func read(
        _ record: EntityRecord, _ key: UInt64, _ reader: borrowing EntityReader,
        _ pairs: inout [Reference], _ edges: inout [Reference]
    ) {
        let parents = record.parents
        for index in 0..<parents.count {
            let other = reader.key(ofHash: FlatEntity(parents.element(index)).hash)
            pairs.append(Reference(reference: reference(parent, to: other), key: key))
            edges.append(Reference(reference: other, key: key))
        }
        let attributes = record.attributes
        for index in 0..<attributes.count {
            let value = attributes.value(index)
            // Zero stands for children.
            let kind = attributes.key(index).hash | 1
            func add(_ entity: FlatEntity) {
                let other = reader.key(ofHash: entity.hash)
                pairs.append(Reference(reference: reference(kind, to: other), key: key))
            }
            switch value.tag {
            case .entity: add(FlatEntity(value))
            case .set:
                let set = FlatSet(value)
                for index in 0..<set.count where set.element(index).tag == .entity {
                    add(FlatEntity(set.element(index)))
                }
            default: break
            }
        }
    }

    // MARK: Searching

    /// Who refers to an entity by one kind of reference.
    func postings(_ kind: UInt64, to key: UInt64) -> Postings {
        let wanted = Self.reference(kind, to: key)
        let first = lowerBound(wanted, in: 0..<references.count)
        var last = first
        // Gallop: most runs are short.
        var step = 1
        while last < references.count, references[last] == wanted {
            last = min(last + step, references.count)
            step *= 2
        }
        if last > first, references[last - 1] != wanted {
            last = lowerBound(wanted &+ 1, in: first..<last)
        }
        return keys[first..<last]
    }

    private func lowerBound(_ wanted: UInt64, in range: Range<Int>) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if references[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The entities that are parents at or below some others, these included; nil when they are more
    /// than `maximum`.
    func groups(below roots: [UInt64], maximum: Int) -> [UInt64]? {
        var seen = Set(roots)
        var waiting = roots
        while let group = waiting.popLast() {
            for child in subgroups[group] ?? [] where seen.insert(child).inserted {
                guard seen.count <= maximum else { return nil }
                waiting.append(child)
            }
        }
        return Array(seen)
    }
}
