/// A reusable, growing output buffer that begins at a multiple of 64 bytes.
@safe package struct FrameBuffer: ~Copyable {
    private var storage: UnsafeMutableRawBufferPointer
    /// The number of bytes written.
    package private(set) var count = 0

    /// Makes an empty buffer with room for `capacity` bytes.
    package init(capacity: Int = 4096) {
        unsafe storage = .allocate(byteCount: Swift.max(capacity, 64), alignment: 64)
    }

    deinit {
        unsafe storage.deallocate()
    }

    /// The bytes that fit before the buffer must grow.
    package var capacity: Int { unsafe storage.count }

    /// The bytes written so far, valid until the buffer changes.
    package var written: ByteRegion {
        unsafe ByteRegion(UnsafeRawBufferPointer(rebasing: storage[..<count]))
    }

    /// Forgets what was written and keeps the memory.
    package mutating func removeAll() { count = 0 }

    /// Forgets what was written after `newCount`.
    package mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "a truncation beyond the bytes written")
        count = newCount
    }

    /// Forgets the first `length` bytes.
    package mutating func removeFirst(_ length: Int) {
        precondition(length >= 0 && length <= count, "a removal beyond the bytes written")
        if length < count, length > 0, let base = unsafe storage.baseAddress {
            unsafe base.copyMemory(from: base + length, byteCount: count - length)
        }
        count -= length
    }

    /// Makes room for `additional` bytes after those written.
    /// - Complexity: O(count) when the buffer grows, which at least doubles it.
    @inline(__always)
    package mutating func reserve(_ additional: Int) {
        if unsafe additional > storage.count - count { grow(by: additional) }
    }

    @inline(never)
    private mutating func grow(by additional: Int) {
        let needed = unsafe Swift.max(count + additional, 2 * storage.count)
        let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: needed, alignment: 64)
        unsafe grown.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[..<count]))
        unsafe storage.deallocate()
        unsafe storage = grown
    }

    /// Appends a little-endian integer.
    package mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        reserve(MemoryLayout<Value>.size)
        unsafe storage.storeBytes(of: value.littleEndian, toByteOffset: count, as: Value.self)
        count += MemoryLayout<Value>.size
    }

    /// Appends bytes.
    package mutating func append(_ bytes: RawSpan) {
        reserve(bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            guard let from = source.baseAddress, let base = unsafe storage.baseAddress
            else { return }
            unsafe (base + count).copyMemory(from: from, byteCount: source.count)
        }
        count += bytes.byteCount
    }

    /// Appends the bytes of a region.
    package mutating func append(_ region: ByteRegion) {
        region.withBytes { append($0) }
    }

    /// Appends zeros up to the next multiple of 8.
    package mutating func pad() {
        while count % WireLayout.alignment != 0 { append(UInt8(0)) }
    }

    /// Overwrites the integer at `offset`, which must have been written.
    package mutating func overwrite<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value, at offset: Int
    ) {
        precondition(
            offset >= 0 && offset <= count - MemoryLayout<Value>.size,
            "an overwrite beyond the bytes written")
        unsafe storage.storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }

    /// Lends up to `limit` unwritten bytes; `body` returns how many of them it filled.
    ///
    /// Grows the buffer when fewer are left.
    package mutating func appendInPlace(
        limit: Int, _ body: (UnsafeMutableRawBufferPointer) -> Int
    ) {
        reserve(limit)
        let filled = unsafe body(
            UnsafeMutableRawBufferPointer(rebasing: storage[count..<count + limit]))
        precondition(filled >= 0 && filled <= limit, "more bytes filled than lent")
        count += filled
    }
}
