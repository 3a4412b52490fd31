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

    static func owner(_ chain: EntryChain, _ range: Range<Int>) -> FlatUID {
        chain.bytes.withFlat(at: range.lowerBound + StoredEntry.prefixBytes) {
            FlatUID(FlatEntity($0))
        }
    }

    /// What is wrong with the structure of an entry of right checksum; nil when nothing is.
    static func problem(_ chain: EntryChain, _ range: Range<Int>) -> String? {
        let start = range.lowerBound + StoredEntry.prefixBytes
        let ownerBytes = chain.bytes.withFlat(at: start) { $0.size }
        guard ownerBytes > 0, start + ownerBytes < range.upperBound else {
            return "the entry is cut short"
        }
        do throws(FlatValidator.Failure) {
            let parts: [(Int, Int, FlatTag)] = [
                (start, ownerBytes, .entity),
                (start + ownerBytes, range.upperBound - start - ownerBytes, .set),
            ]
            for (offset, count, tag) in parts {
                try chain.bytes.withFlat(at: offset) { (flat) throws(FlatValidator.Failure) in
                    try FlatValidator.validate(flat, count: count, as: tag)
                }
            }
            return nil
        } catch {
            return "a part of the entry is no flat value: \(error)"
        }
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
    ///
    /// - Returns: whether anything is different now.
    mutating func storeClosure(
        of uid: FlatUID, _ ancestors: [FlatUID], _ layout: StoreLayout,
        _ encoder: inout FlatEncoder
    ) throws(StoreError) -> Bool {
        var chain = try chain(.closure, uid.hash, layout)
        let range = chain.find(uid)
        if ancestors.isEmpty {
            guard let range else { return false }
            chain.remove(range)
        } else {
            let entry = try Closure.entry(uid, ancestors, &encoder)
            if let range, chain.bytes[range].elementsEqual(entry) { return false }
            chain.replace(range, with: entry)
        }
        try store(chain, uid.hash, layout)
        return true
    }
}
