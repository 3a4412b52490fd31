import CedarEngine
import LMDB

/// The edge from a parent to a child that is itself a parent, so that a change above a group
/// finds the groups below it without looking at their members.
///
/// The key is that of the parent followed by that of the child, 16 bytes.
///
/// | bytes | content |
/// | --- | --- |
/// | 0–15 | prefix, kind 4 |
/// | 16– | identity of the parent, identity of the child |
enum GroupEdge {
    static func entry(_ parent: FlatUID, _ child: FlatUID) -> [UInt8] {
        StoredEntry.make(.edge, parent.bytes, child.bytes)
    }

    /// The identities in a verified entry.
    static func ends(
        _ chain: EntryChain, _ range: Range<Int>
    ) -> (parent: FlatUID, child: FlatUID) {
        let start = range.lowerBound + StoredEntry.prefixBytes
        let parent = chain.bytes.withFlat(at: start) { FlatUID(FlatEntity($0)) }
        let child = chain.bytes.withFlat(at: start + parent.bytes.count) {
            FlatUID(FlatEntity($0))
        }
        return (parent, child)
    }

    /// Where the entry of both identities lies.
    static func find(
        _ chain: EntryChain, _ parent: FlatUID, _ child: FlatUID
    ) -> Range<Int>? {
        chain.ranges.first { ends(chain, $0) == (parent, child) }
    }
}

extension ReadableTransaction where Self: ~Copyable {
    /// The groups directly below a group.
    borrowing func groups(
        below parent: FlatUID, _ layout: StoreLayout
    ) throws(StoreError) -> [FlatUID] {
        var children: [FlatUID] = []
        let prefix = Array(layout.key(edgeFrom: parent, to: parent)[..<8])
        let values: [[UInt8]] = try withCursor(in: layout.edges) {
            (cursor) throws(StoreError) in
            var values: [[UInt8]] = []
            do throws(LMDBError) {
                var isThere = try cursor.seek(prefix.span)
                while isThere {
                    let value: [UInt8]? = cursor.withEntry { key, value in
                        for index in 0..<8 where key[index] != prefix[index] { return nil }
                        return value.array
                    }
                    guard let value else { break }
                    values.append(value)
                    isThere = try cursor.next()
                }
            } catch {
                throw StoreError(error, "read the store")
            }
            return values
        }
        for value in values {
            let chain = try EntryChain(.edge, value)
            for range in chain.ranges {
                let ends = GroupEdge.ends(chain, range)
                if ends.parent == parent { children.append(ends.child) }
            }
        }
        return children
    }

    borrowing func edges(
        _ key: [UInt8], _ layout: StoreLayout
    ) throws(StoreError) -> EntryChain {
        var value: [UInt8]?
        do throws(LMDBError) {
            value = try get(key.span, in: layout.edges) { $0.array }
        } catch {
            throw StoreError(error, "read the store")
        }
        return try EntryChain(.edge, value)
    }
}

extension WriteTransaction {
    mutating func addEdge(
        _ parent: FlatUID, _ child: FlatUID, _ layout: StoreLayout
    ) throws(StoreError) {
        let key = layout.key(edgeFrom: parent, to: child)
        var chain = try edges(key, layout)
        guard GroupEdge.find(chain, parent, child) == nil else { return }
        chain.replace(nil, with: GroupEdge.entry(parent, child))
        try store(edges: chain, key, layout)
    }

    mutating func removeEdge(
        _ parent: FlatUID, _ child: FlatUID, _ layout: StoreLayout
    ) throws(StoreError) {
        let key = layout.key(edgeFrom: parent, to: child)
        var chain = try edges(key, layout)
        guard let range = GroupEdge.find(chain, parent, child) else { return }
        chain.remove(range)
        try store(edges: chain, key, layout)
    }

    private mutating func store(
        edges chain: EntryChain, _ key: [UInt8], _ layout: StoreLayout
    ) throws(StoreError) {
        do throws(LMDBError) {
            if chain.isEmpty {
                try delete(key.span, in: layout.edges)
            } else {
                try put(key.span, chain.bytes.span, in: layout.edges)
            }
        } catch {
            throw StoreError(error, "write the store")
        }
    }
}
