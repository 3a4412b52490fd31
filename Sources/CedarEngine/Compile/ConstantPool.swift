import CedarSyntax

/// The constants of a ruleset: flat values and the machine's own lists, each once.
struct ConstantPool: ~Copyable {
    /// Where a constant lies; equal constants are found by their hash.
    private struct Slot: BitwiseCopyable {
        var hash: UInt64
        /// One more than the offset, so that 0 is an empty slot.
        var place: UInt32
        var count: UInt32
    }

    private(set) var bytes: [UInt8] = []
    /// Open addressing, a power of two long, at most half full.
    private var slots = Array(repeating: Slot(hash: 0, place: 0, count: 0), count: 64)
    private var used = 0
    private var encoder = FlatEncoder()

    /// Adds bytes and gives their offset: that of equal bytes added before, if any.
    mutating func add(_ constant: [UInt8]) throws(CompileError) -> UInt32 {
        let hash = FlatHash.bytes(constant)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot].place != 0 {
            let found = slots[slot]
            if found.hash == hash, holds(constant, at: Int(found.place) - 1, Int(found.count)) {
                return found.place - 1
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard bytes.count + constant.count <= Int(UInt32.max) - 16 else { throw .tooLarge }
        let offset = UInt32(bytes.count)
        slots[slot] = Slot(hash: hash, place: offset + 1, count: UInt32(constant.count))
        used += 1
        bytes += constant
        while bytes.count % 8 != 0 { bytes.append(0) }
        if used * 2 > slots.count { grow() }
        return offset
    }

    private func holds(_ constant: [UInt8], at offset: Int, _ count: Int) -> Bool {
        guard constant.count == count else { return false }
        return bytes.span.extracting(offset..<offset + count).isEqual(to: constant.span)
    }

    private mutating func grow() {
        var larger = Array(
            repeating: Slot(hash: 0, place: 0, count: 0), count: slots.count * 2)
        for found in slots where found.place != 0 {
            var slot = Int(truncatingIfNeeded: found.hash) & (larger.count - 1)
            while larger[slot].place != 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = found
        }
        slots = larger
    }

    mutating func add(_ value: Value) throws(CompileError) -> UInt32 {
        let constant: [UInt8]
        do throws(FlatEncoder.Failure) {
            constant = try encoder.encode(value)
        } catch {
            throw .value(error)
        }
        return try add(constant)
    }

    /// The hash that the flat entity at an offset carries.
    func hash(ofEntityAt offset: UInt32) -> UInt64 { number(at: Int(offset) + 8, count: 8) }

    /// The hash of the type of the flat entity at an offset.
    func typeHash(ofEntityAt offset: UInt32) -> UInt32 {
        UInt32(truncatingIfNeeded: number(at: Int(offset) + 20, count: 4))
    }

    private func number(at start: Int, count: Int) -> UInt64 {
        bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension Span<UInt8> {
    fileprivate func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
