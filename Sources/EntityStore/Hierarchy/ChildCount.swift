import CedarEngine
import LMDB

/// How many entities name another as a direct parent.
///
/// | bytes | content |
/// | --- | --- |
/// | 0–15 | prefix, kind 3 |
/// | 16–23 | number of children, at least 1 |
/// | 24– | identity of the parent |
enum ChildCount {
    static func entry(_ parent: FlatUID, _ count: UInt64) -> [UInt8] {
        var content: [UInt8] = []
        content.append(word: count)
        return StoredEntry.make(.children, content, parent.bytes)
    }

    static func count(in chain: EntryChain, _ range: Range<Int>) -> UInt64 {
        chain.bytes.word(at: range.lowerBound + StoredEntry.prefixBytes)
    }

    static func parent(in chain: EntryChain, _ range: Range<Int>) -> FlatUID {
        chain.bytes.withFlat(at: range.lowerBound + StoredEntry.Kind.children.identityOffset) {
            FlatUID(FlatEntity($0))
        }
    }
}

extension ReadableTransaction where Self: ~Copyable {
    /// Whether an entity, in the store or not, is a parent of something.
    borrowing func isParent(_ uid: FlatUID, _ layout: StoreLayout) throws(StoreError) -> Bool {
        try chain(.children, uid.hash, layout).find(uid) != nil
    }

    /// The direct parents of an entity; none for one that is not in the store.
    borrowing func parents(
        of uid: FlatUID, _ layout: StoreLayout
    ) throws(StoreError) -> [FlatUID] {
        ParentList.of(try chain(.entity, uid.hash, layout).record(uid))
    }
}
