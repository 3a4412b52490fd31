/// A place in memory where flat values lie: the one type through which they are read.
///
/// It neither owns the memory nor knows its end. Whoever makes one promises that a whole, valid
/// flat value lies there (built by ``FlatEncoder``, accepted by ``FlatValidator``, or covered by a
/// store record's checksum) and that it stays unchanged for as long as the view is used: until
/// the decision ends.
@safe
package struct FlatBytes: BitwiseCopyable, @unchecked Sendable {
    let base: UnsafeRawPointer

    @unsafe
    package init(_ base: UnsafeRawPointer) {
        unsafe self.base = base
    }

    /// Views the memory named by an operand's bits.
    init(address: UInt64) {
        // The machine only stores addresses that came from `address` below.
        unsafe self.base = UnsafeRawPointer(bitPattern: UInt(address)).unsafelyUnwrapped
    }

    @inline(__always)
    var address: UInt64 { unsafe UInt64(UInt(bitPattern: base)) }

    @inline(__always)
    func word(_ offset: Int) -> UInt64 {
        unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    @inline(__always)
    func half(_ offset: Int) -> UInt32 {
        unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    @inline(__always)
    func byte(_ offset: Int) -> UInt8 {
        unsafe base.load(fromByteOffset: offset, as: UInt8.self)
    }

    @inline(__always)
    func advanced(by offset: Int) -> FlatBytes {
        unsafe FlatBytes(base + offset)
    }

    /// The kind of the value that lies here.
    @inline(__always)
    package var tag: FlatTag {
        // A valid value has a valid tag; `bool` for anything else keeps the read total.
        FlatTag(byte: byte(0))
    }

    /// The size of the value that lies here, in bytes: a multiple of eight.
    @inline(__always)
    package var size: Int {
        let size = Int(half(4))
        return size
    }

    /// Whether the same bytes lie at both places.
    @inline(__always)
    func equals(_ other: FlatBytes, count: Int) -> Bool {
        var offset = 0
        while offset + 8 <= count {
            if word(offset) != other.word(offset) { return false }
            offset += 8
        }
        while offset < count {
            if byte(offset) != other.byte(offset) { return false }
            offset += 1
        }
        return true
    }

    /// Whether equal values lie at both places: canonical bytes make this a comparison of bytes.
    @inline(__always)
    package func equals(_ other: FlatBytes) -> Bool {
        word(0) == other.word(0) && equals(other, count: size)
    }

    /// Orders values of equal hash by their bytes.
    func precedes(_ other: FlatBytes) -> Bool {
        let count = min(size, other.size)
        var offset = 0
        while offset < count {
            let (left, right) = (byte(offset), other.byte(offset))
            if left != right { return left < right }
            offset += 1
        }
        return size < other.size
    }

    /// Lends the bytes of a region of known length.
    @inline(__always)
    package func withSpan<Result, Failure: Error>(
        _ offset: Int, _ count: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = unsafe (base + offset).assumingMemoryBound(to: UInt8.self)
        return try unsafe body(Span(_unsafeStart: start, count: count))
    }

    /// Copies a region of known length.
    package func copy(_ offset: Int = 0, count: Int) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: base + offset, count: count))
    }
}
