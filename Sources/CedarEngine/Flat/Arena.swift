/// Scratch memory that is handed out in order and taken back all at once.
///
/// A reset leaves one block, large enough for what was used before but no larger than
/// ``retainedBytes``, so after warm-up it allocates nothing and one greedy use costs no memory for
/// ever. What it handed out stays where it is until the next ``reset()``.
@safe
package struct Arena: ~Copyable {
    private var blocks: [ArenaBlock] = []
    private var current = 0
    private var used = 0
    /// The bytes handed out since the last reset.
    private var handedOut = 0
    private let maximumBytes: Int

    /// The most that is kept for the next use.
    static let retainedBytes = 1 << 20
    private static let smallestBlockBytes = 16 << 10

    /// - Parameter maximumBytes: how much it may hand out between resets; what goes beyond is
    ///   refused, whatever was handed out before.
    package init(maximumBytes: Int = 64 << 20) {
        self.maximumBytes = maximumBytes
    }

    deinit {
        for block in blocks { block.deallocate() }
    }

    /// Takes everything back; memory handed out before must not be used any more.
    package mutating func reset() {
        current = 0
        used = 0
        handedOut = 0
        if blocks.count > 1 || (blocks.first?.count ?? 0) > Self.retainedBytes { shrink() }
    }

    /// Replaces many blocks by one, so that none is too small for the next use.
    private mutating func shrink() {
        var total = 0
        for block in blocks {
            total += block.count
            block.deallocate()
        }
        blocks.removeAll(keepingCapacity: true)
        blocks.append(ArenaBlock(count: min(total, Self.retainedBytes)))
    }

    /// Hands out zeroed, eight-byte aligned memory; nil when the bound is reached.
    mutating func allocate(_ count: Int) -> ArenaRegion? {
        let size = FlatLayout.padded(count)
        guard size <= maximumBytes - handedOut else { return nil }
        handedOut += size
        if current < blocks.count, used + size <= blocks[current].count { return take(size) }
        return takeElsewhere(size)
    }

    /// Hands out memory of the next block that has room, or of a new one.
    @inline(never)
    private mutating func takeElsewhere(_ size: Int) -> ArenaRegion {
        while current < blocks.count {
            if used + size <= blocks[current].count {
                return take(size)
            }
            current += 1
            used = 0
        }
        let last = blocks.last?.count ?? 0
        let doubled = min(last * 2, Self.retainedBytes)
        blocks.append(ArenaBlock(count: max(Self.smallestBlockBytes, doubled, size)))
        return take(size)
    }

    @inline(__always)
    private mutating func take(_ size: Int) -> ArenaRegion {
        let region = blocks[current].region(at: used, count: size)
        used += size
        return region
    }
}

/// One block of an ``Arena``; the arena gives it back.
@safe
private struct ArenaBlock: BitwiseCopyable {
    private let base: UnsafeMutableRawPointer
    let count: Int

    init(count: Int) {
        unsafe base = .allocate(byteCount: count, alignment: 8)
        self.count = count
    }

    func deallocate() { unsafe base.deallocate() }

    /// A zeroed part of the block.
    @inline(__always)
    func region(at offset: Int, count: Int) -> ArenaRegion {
        let start = unsafe base + offset
        unsafe start.initializeMemory(as: UInt8.self, repeating: 0, count: count)
        return unsafe ArenaRegion(base: start, count: count)
    }
}

/// Memory of an ``Arena``, written once by whoever asked for it.
@safe
struct ArenaRegion: BitwiseCopyable {
    private let base: UnsafeMutableRawPointer
    let count: Int

    @unsafe
    init(base: UnsafeMutableRawPointer, count: Int) {
        unsafe self.base = base
        self.count = count
    }

    var flat: FlatBytes { unsafe FlatBytes(UnsafeRawPointer(base)) }

    @inline(__always)
    func store(_ value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset &+ 8 <= count, "write outside of the region")
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }

    @inline(__always)
    func store(_ value: UInt32, at offset: Int) {
        precondition(offset >= 0 && offset &+ 4 <= count, "write outside of the region")
        unsafe base.storeBytes(of: value, toByteOffset: offset, as: UInt32.self)
    }

    @inline(__always)
    func load(_ offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset &+ 8 <= count, "read outside of the region")
        return unsafe base.load(fromByteOffset: offset, as: UInt64.self)
    }

    func copy(_ source: FlatBytes, at offset: Int, count copied: Int) {
        precondition(
            offset >= 0 && copied >= 0 && offset &+ copied <= count, "copy outside of the region")
        unsafe (base + offset).copyMemory(from: source.base, byteCount: copied)
    }

    func copy(_ source: [UInt8], at offset: Int) {
        precondition(
            offset >= 0 && offset &+ source.count <= count, "copy outside of the region")
        unsafe source.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress {
                unsafe (base + offset).copyMemory(from: start, byteCount: bytes.count)
            }
        }
    }
}
