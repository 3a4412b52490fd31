import CedarSyntax

/// The constants of a ruleset, each once: flat values and the machine's own lists. Among them lies
/// whatever else is put there in its turn.
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
        let offset = try append(constant)
        slots[slot] = Slot(hash: hash, place: offset + 1, count: UInt32(constant.count))
        used += 1
        if used * 2 > slots.count { grow() }
        return offset
    }

    /// Puts bytes next, whether or not equal ones were added before, and gives their offset.
    mutating func append(_ constant: some Collection<UInt8>) throws(CompileError) -> UInt32 {
        guard bytes.count + constant.count <= Int(UInt32.max) - 16 else { throw .tooLarge }
        let offset = UInt32(bytes.count)
        bytes += constant
        while bytes.count % 8 != 0 { bytes.append(0) }
        return offset
    }

    /// Puts trivial values next, which take whole words, and gives the offset of the first.
    mutating func append<Element: BitwiseCopyable>(
        words elements: [Element]
    ) throws(CompileError) -> UInt32 {
        let size = elements.count * MemoryLayout<Element>.stride
        guard bytes.count + size <= Int(UInt32.max) - 16 else { throw .tooLarge }
        let offset = UInt32(bytes.count)
        unsafe elements.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
        while bytes.count % 8 != 0 { bytes.append(0) }
        return offset
    }

    /// Writes a trivial value over bytes put there before.
    mutating func store<Element: BitwiseCopyable>(_ element: Element, at offset: Int) {
        bytes.store(element, at: offset)
    }

    /// The flat value that was added at an offset.
    func value(at offset: UInt32) -> ArraySlice<UInt8> {
        let start = Int(offset)
        return bytes[start..<start + Int(number(at: start + 4, count: 4))]
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

extension [UInt8] {
    /// Reads a trivial value that was written at an offset.
    func load<Stored: BitwiseCopyable>(_ type: Stored.Type, at offset: Int) -> Stored {
        precondition(offset >= 0 && offset + MemoryLayout<Stored>.size <= count)
        return unsafe withUnsafeBytes {
            unsafe $0.loadUnaligned(fromByteOffset: offset, as: type)
        }
    }

    /// Writes a trivial value over the bytes at an offset.
    mutating func store<Stored: BitwiseCopyable>(_ element: Stored, at offset: Int) {
        precondition(offset >= 0 && offset + MemoryLayout<Stored>.size <= count)
        unsafe withUnsafeMutableBytes {
            unsafe $0.storeBytes(of: element, toByteOffset: offset, as: Stored.self)
        }
    }
}
