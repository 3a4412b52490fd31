/// Appends protobuf fields to memory that is kept, so that a warm writer does not allocate.
@safe
struct ProtobufWriter: ~Copyable {
    private var memory: UnsafeMutableRawBufferPointer
    /// The bytes that were written.
    private(set) var count = 0

    init(capacity: Int) {
        unsafe memory = .allocate(byteCount: max(capacity, 64), alignment: 8)
    }

    deinit { unsafe memory.deallocate() }

    /// Forgets what was written, and keeps the memory.
    mutating func removeAll() { count = 0 }

    /// Lends what was written.
    func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        let written = unsafe UnsafeRawBufferPointer(rebasing: memory[..<count])
        return unsafe body(Span(_unsafeElements: written.assumingMemoryBound(to: UInt8.self)))
    }

    @inline(__always)
    mutating func integer(_ number: UInt32, _ value: UInt64) {
        append(UInt64(number) << 3)
        append(value)
    }

    mutating func double(_ number: UInt32, _ value: Double) {
        append(UInt64(number) << 3 | 1)
        reserve(8)
        unsafe memory.storeBytes(
            of: value.bitPattern.littleEndian, toByteOffset: count, as: UInt64.self)
        count += 8
    }

    @inline(__always)
    mutating func text(_ number: UInt32, _ value: Span<UInt8>) {
        begin(number, count: value.count)
        append(contentsOf: value)
    }

    mutating func text(_ number: UInt32, _ value: [UInt8]) { text(number, value.span) }

    /// Begins a field of `count` bytes, which must follow.
    @inline(__always)
    mutating func begin(_ number: UInt32, count: Int) {
        append(UInt64(number) << 3 | 2)
        append(UInt64(count))
    }

    mutating func append(contentsOf value: Span<UInt8>) {
        unsafe value.withUnsafeBytes { unsafe append($0) }
    }

    mutating func append(contentsOf other: borrowing ProtobufWriter) {
        unsafe append(UnsafeRawBufferPointer(rebasing: other.memory[..<other.count]))
    }

    /// Writes over bytes that were written before.
    mutating func replace(at offset: Int, with value: Span<UInt8>) {
        precondition(offset >= 0 && offset + value.count <= count, "a write behind the end")
        unsafe value.withUnsafeBytes { bytes in
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[offset..<count])
                .copyMemory(from: bytes)
        }
    }

    /// Writes over a number that was written before.
    mutating func replace(at offset: Int, with number: Double) {
        precondition(offset >= 0 && offset + 8 <= count, "a write behind the end")
        unsafe memory.storeBytes(
            of: number.bitPattern.littleEndian, toByteOffset: offset, as: UInt64.self)
    }

    @unsafe @inline(__always)
    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        reserve(bytes.count)
        guard let start = unsafe memory.baseAddress else { return }
        unsafe (start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    @inline(__always)
    private mutating func append(_ value: UInt64) {
        reserve(10)
        var rest = value
        while rest >= 0x80 {
            unsafe memory[count] = UInt8(truncatingIfNeeded: rest) | 0x80
            count += 1
            rest >>= 7
        }
        unsafe memory[count] = UInt8(truncatingIfNeeded: rest)
        count += 1
    }

    /// Makes room for so many bytes more.
    @inline(__always)
    private mutating func reserve(_ needed: Int) {
        if unsafe needed > memory.count - count { grow(needed) }
    }

    @inline(never)
    private mutating func grow(_ needed: Int) {
        let larger = UnsafeMutableRawBufferPointer.allocate(
            byteCount: unsafe max(count + needed, 2 * memory.count), alignment: 8)
        unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
        unsafe memory.deallocate()
        unsafe memory = larger
    }

    /// The size of a field of `count` bytes with its tag and length; for numbers below 16.
    @inline(__always)
    static func size(_ count: Int) -> Int { 1 + lengthSize(count) + count }

    @inline(__always)
    private static func lengthSize(_ count: Int) -> Int {
        var size = 1
        var rest = count >> 7
        while rest > 0 {
            size += 1
            rest >>= 7
        }
        return size
    }
}
