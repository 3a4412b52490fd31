import CedarEngine
import CedarSyntax
import LMDB

/// The proper ancestors of an entity that is a parent and has some.
///
/// | bytes | content |
/// | --- | --- |
/// | 0–15 | prefix, kind 2 |
/// | 16– | identity of the entity, flat set of its ancestors |
enum Closure {
    static func entry(
        _ uid: FlatUID, _ ancestors: [FlatUID], _ encoder: inout FlatEncoder
    ) throws(StoreError) -> [UInt8] {
        let set: [UInt8]
        do throws(FlatEncoder.Failure) {
            set = try encoder.encode(.set(ancestors.map { .entity($0.uid) }))
        } catch {
            throw StoreError(
                .badEntity(nil), "change the hierarchy",
                "the ancestors of `\(uid.uid)` cannot be stored: \(error.message)")
        }
        return StoredEntry.make(.closure, uid.bytes, set)
    }

    static func ancestors(_ chain: EntryChain, _ range: Range<Int>) -> [FlatUID] {
        let start = range.lowerBound + StoredEntry.prefixBytes
        let ownerBytes = chain.bytes.withFlat(at: start) { $0.size }
        return chain.bytes.withFlat(at: start + ownerBytes) { flat in
            let set = FlatSet(flat)
            return (0..<set.count).map { FlatUID(FlatEntity(set.element($0))) }
        }
    }
}

extension ReadableTransaction where Self: ~Copyable {
    /// The stored ancestors of an entity that is a parent.
    borrowing func closure(
        of uid: FlatUID, _ layout: StoreLayout
    ) throws(StoreError) -> [FlatUID] {
        let chain = try chain(.closure, uid.hash, layout)
        guard let range = chain.find(uid) else { return [] }
        return Closure.ancestors(chain, range)
    }
}

extension WriteTransaction {
    /// Stores the ancestors of a parent; none removes the entry.
    mutating func storeClosure(
        of uid: FlatUID, _ ancestors: [FlatUID], _ layout: StoreLayout,
        _ encoder: inout FlatEncoder
    ) throws(StoreError) {
        var chain = try chain(.closure, uid.hash, layout)
        let range = chain.find(uid)
        if ancestors.isEmpty {
            guard let range else { return }
            chain.remove(range)
        } else {
            let entry = try Closure.entry(uid, ancestors, &encoder)
            if let range, chain.bytes[range].elementsEqual(entry) { return }
            chain.replace(range, with: entry)
        }
        try store(chain, uid.hash, layout)
    }
}
