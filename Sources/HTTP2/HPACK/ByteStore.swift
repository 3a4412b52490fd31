import Wire

/// Memory of a fixed size, every access to which is checked.
///
/// Regions made of it are valid until their bytes are written or the memory is gone.
@safe struct ByteStore: ~Copyable {
    private let memory: UnsafeMutableRawPointer
    /// The number of bytes.
    let count: Int

    init(byteCount: Int) {
        unsafe memory = .allocate(byteCount: byteCount, alignment: 16)
        // Bytes of someone else's heap are never lent, whatever a fault in a caller asks for.
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        count = byteCount
    }

    deinit { unsafe memory.deallocate() }

    /// The `count` bytes from `offset` on.
    @inline(__always)
    func region(from offset: Int, count length: Int) -> ByteRegion {
        check(offset, length)
        return unsafe ByteRegion(UnsafeRawBufferPointer(start: memory + offset, count: length))
    }

    /// Writes bytes from `offset` on; they may lie in this memory themselves.
    @inline(__always)
    mutating func put(_ bytes: ByteRegion, at offset: Int) {
        check(offset, bytes.count)
        guard let source = unsafe bytes.buffer.baseAddress else { return }
        unsafe (memory + offset).copyMemory(from: source, byteCount: bytes.count)
    }

    /// Writes an integer, its lowest byte first.
    @inline(__always)
    mutating func put<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, at offset: Int
    ) {
        check(offset, MemoryLayout<Value>.size)
        unsafe memory.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }

    @inline(__always)
    private func check(_ offset: Int, _ length: Int) {
        precondition(
            offset >= 0 && length >= 0 && offset <= count && length <= count - offset,
            "an access outside of its memory")
    }
}
