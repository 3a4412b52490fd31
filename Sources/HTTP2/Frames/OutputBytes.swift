package import Wire

/// Bytes to be sent, in memory that is kept for the next ones.
@safe
package struct OutputBytes: ~Copyable {
    private var start: UnsafeMutableRawPointer
    private var capacity: Int
    package private(set) var count = 0

    package init(capacity: Int) {
        self.capacity = max(capacity, 64)
        unsafe start = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { unsafe start.deallocate() }

    /// What was appended, valid until the next change.
    package var written: ByteRegion { region(from: 0, count: count) }

    /// A part of what was appended, valid until the next change.
    func region(from offset: Int, count length: Int) -> ByteRegion {
        precondition(offset >= 0 && length >= 0 && offset + length <= count, "outside the output")
        return unsafe ByteRegion(UnsafeRawBufferPointer(start: start + offset, count: length))
    }

    package mutating func removeAll() { count = 0 }

    package mutating func append(_ bytes: ByteRegion) {
        guard bytes.count > 0 else { return }
        let place = unsafe room(for: bytes.count)
        unsafe UnsafeMutableRawBufferPointer(start: place, count: bytes.count)
            .copyMemory(from: bytes.buffer)
    }

    package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { append(unsafe ByteRegion($0)) }
    }

    mutating func append(_ byte: UInt8) {
        unsafe room(for: 1).storeBytes(of: byte, as: UInt8.self)
    }

    /// Appends a number, its highest byte first.
    mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(bigEndian number: Number) {
        unsafe room(for: MemoryLayout<Number>.size)
            .storeBytes(of: number.bigEndian, as: Number.self)
    }

    /// Appends the head of a frame.
    mutating func appendHead(
        _ type: FrameType, length: Int, flags: FrameHead.Flags = [], stream: UInt32
    ) {
        append(bigEndian: UInt32(truncatingIfNeeded: length) << 8 | UInt32(type.rawValue))
        append(flags.rawValue)
        append(bigEndian: stream)
    }

    /// Makes room at the end and counts it as written.
    private mutating func room(for size: Int) -> UnsafeMutableRawPointer {
        if size > capacity - count { grow(size) }
        defer { count += size }
        return unsafe start + count
    }

    private mutating func grow(_ size: Int) {
        let larger = max(2 * capacity, count + size)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        unsafe moved.copyMemory(from: start, byteCount: count)
        unsafe start.deallocate()
        unsafe start = moved
        capacity = larger
    }
}
