import Wire

/// Memory of a fixed size, every access to which is checked.
///
/// Regions made of it are valid until their bytes are written or the memory is gone.
@safe struct ByteStore: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        unsafe memory = .allocate(byteCount: byteCount, alignment: 16)
        // Bytes of someone else's heap are never lent, whatever a fault in a caller asks for.
        _ = unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { unsafe memory.deallocate() }

    /// The number of bytes.
    @inline(__always)
    var count: Int { unsafe memory.count }

    /// The `count` bytes from `offset` on.
    @inline(__always)
    func region(from offset: Int, count: Int) -> ByteRegion {
        unsafe ByteRegion(UnsafeRawBufferPointer(memory)).region(from: offset, count: count)
    }

    /// Writes bytes from `offset` on; they may lie in this memory themselves.
    @inline(__always)
    mutating func put(_ bytes: ByteRegion, at offset: Int) {
        check(offset, bytes.count)
        guard let base = unsafe memory.baseAddress, let source = unsafe bytes.buffer.baseAddress
        else { return }
        unsafe (base + offset).copyMemory(from: source, byteCount: bytes.count)
    }

    /// Writes two bytes, the lower half first.
    @inline(__always)
    mutating func put(_ pair: UInt16, at offset: Int) {
        check(offset, 2)
        unsafe memory.storeBytes(
            of: pair.littleEndian, toByteOffset: offset, as: UInt16.self)
    }

    @inline(__always)
    private func check(_ offset: Int, _ length: Int) {
        precondition(
            offset >= 0 && offset <= count && length <= count - offset,
            "a write outside of its memory")
    }
}
