/// The member names of the large objects that are open while a text is parsed.
///
/// One hash table serves all open objects. Objects close in the reverse order of their opening, so
/// the names that leave are always the last that came: emptying their slots restores the table as it
/// was, without marks for deleted slots. The hash is seeded for each process, so that a text cannot be
/// made of names that collide.
struct KeySet: Sendable {
    private struct Key: BitwiseCopyable, Sendable {
        /// Offset and length of the name in the tape's text.
        var start: UInt32
        var length: UInt32
        /// Index of the object it belongs to.
        var object: UInt32
        var slot: UInt32
        var hash: Int
    }

    /// Names in order of insertion.
    private var keys: [Key] = []
    /// Index into `keys` plus 1, or 0 for an empty slot; a power of two long, at most half full.
    private var slots: [UInt32] = []

    /// Adds a name to an open object; false if the object has it already.
    mutating func insert(start: Int, length: Int, object: Int, text: [UInt8]) -> Bool {
        if keys.count * 2 >= slots.count { grow() }
        var hasher = Hasher()
        hasher.combine(object)
        unsafe text.span.extracting(start..<start + length).withUnsafeBytes {
            unsafe hasher.combine(bytes: $0)
        }
        let hash = hasher.finalize()
        var slot = hash & (slots.count - 1)
        while slots[slot] != 0 {
            let other = keys[Int(slots[slot]) - 1]
            if other.hash == hash, Int(other.object) == object, Int(other.length) == length,
                text.span.equalBytes(at: Int(other.start), and: start, count: length)
            {
                return false
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        keys.append(
            Key(
                start: UInt32(start), length: UInt32(length), object: UInt32(object),
                slot: UInt32(slot), hash: hash))
        slots[slot] = UInt32(keys.count)
        return true
    }

    /// Forgets the names of an object, which must be the last one opened of those that have any.
    mutating func removeAll(of object: Int) {
        while let last = keys.last, Int(last.object) == object {
            slots[Int(last.slot)] = 0
            keys.removeLast()
        }
    }

    /// Forgets everything but the storage.
    mutating func removeAll() {
        for key in keys { slots[Int(key.slot)] = 0 }
        keys.removeAll(keepingCapacity: true)
    }

    private mutating func grow() {
        let count = max(64, slots.count * 2)
        slots = [UInt32](repeating: 0, count: count)
        // In order of insertion: `removeAll(of:)` relies on it.
        for index in keys.indices {
            var slot = keys[index].hash & (count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (count - 1) }
            slots[slot] = UInt32(index + 1)
            keys[index].slot = UInt32(slot)
        }
    }
}

extension Span<UInt8> {
    /// Whether two ranges of equal length hold the same bytes.
    func equalBytes(at first: Int, and second: Int, count: Int) -> Bool {
        var index = 0
        while count - index >= 8 {
            if word(at: first + index) != word(at: second + index) { return false }
            index += 8
        }
        while index < count {
            if self[first + index] != self[second + index] { return false }
            index += 1
        }
        return true
    }
}
