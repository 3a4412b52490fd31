/// Joins parents and their ancestors to one set; reused, so that after warm-up it allocates nothing.
package struct AncestorUnion: ~Copyable {
    /// The most entities that are joined, repetitions counted; with more there is no union.
    package static let maximumCount = 4_096

    private var arena = Arena(maximumBytes: 8 << 20)

    package init() {}

    /// Makes a region of two words, the owner's identity, and the set of all its ancestors.
    ///
    /// The region is valid until the next call.
    ///
    /// - Parameters:
    ///   - stamp: the first word; the second is zero.
    ///   - ancestors: the ancestors of a parent; called twice for each and equal both times.
    /// - Returns: nil when they are too many, or those of a parent cannot be told.
    package mutating func region(
        stamp: UInt64, owner: FlatEntity, parents: FlatSet,
        ancestors: (FlatEntity) -> AncestorLookup
    ) -> (flat: FlatBytes, count: Int)? {
        arena.reset()
        var total = parents.count
        for index in 0..<parents.count {
            switch ancestors(FlatEntity(parents.element(index))) {
            case .found(let set): total += set.count
            case .absent: continue
            case .failed: return nil
            }
            if total > Self.maximumCount { return nil }
        }
        guard total <= Self.maximumCount, let addresses = arena.allocate(total * 8) else {
            return nil
        }
        var count = 0
        func add(_ set: FlatSet) {
            for index in 0..<set.count where count < total {
                addresses.store(set.element(index).address, at: count * 8)
                count += 1
            }
        }
        add(parents)
        for index in 0..<parents.count {
            if case .found(let set) = ancestors(FlatEntity(parents.element(index))) { add(set) }
        }
        guard count == total,
            let set = FlatAssembler.set(addresses: addresses, count: count, in: &arena)
        else { return nil }
        let size = 16 + owner.flat.size + set.size
        guard let region = arena.allocate(size) else { return nil }
        region.store(stamp, at: 0)
        region.copy(owner.flat, at: 16, count: owner.flat.size)
        region.copy(set, at: 16 + owner.flat.size, count: set.size)
        return (region.flat, size)
    }
}
