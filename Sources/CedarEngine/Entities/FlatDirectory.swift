/// Finds places in flat memory by the hash of the entity that lies there; never changes.
///
/// Open addressing at memory of its own, so that a search neither allocates nor counts references.
@safe
final class FlatDirectory: @unchecked Sendable {
    private struct Slot: BitwiseCopyable {
        var hash: UInt64
        /// One more than the offset, so that 0 is an empty slot.
        var place: UInt64
    }

    private let slots: UnsafeMutableBufferPointer<Slot>

    /// - Parameter places: the hash and the offset of each entity; hashes may repeat.
    init(_ places: [(hash: UInt64, offset: Int)]) {
        var size = 2
        while size < places.count * 2 { size *= 2 }
        unsafe slots = .allocate(capacity: size)
        unsafe slots.initialize(repeating: Slot(hash: 0, place: 0))
        for (hash, offset) in places {
            var slot = Int(truncatingIfNeeded: hash) & (size - 1)
            while unsafe slots[slot].place != 0 { slot = (slot + 1) & (size - 1) }
            unsafe slots[slot] = Slot(hash: hash, place: UInt64(offset) + 1)
        }
    }

    deinit {
        unsafe slots.deallocate()
    }

    /// The first place of a hash that a test accepts.
    @inline(__always)
    func first(_ hash: UInt64, where matches: (Int) -> Bool) -> Int? {
        let mask = unsafe slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let found = unsafe slots[slot]
            if found.place == 0 { return nil }
            if found.hash == hash {
                let offset = Int(found.place &- 1)
                if matches(offset) { return offset }
            }
            slot = (slot + 1) & mask
        }
    }
}
