/// A checked, read-only window on bytes that someone else owns.
///
/// Every read is bounds-checked, also in release builds. A region is valid only while the buffer it
/// was made from is alive and unchanged: during the call it was passed to, unless stated otherwise.
///
/// Inlinable, because a frame is a few dozen of these reads: as calls they took a third of the
/// instructions of a round trip.
@safe @usableFromInline package struct ByteRegion: BitwiseCopyable {
    @usableFromInline let bytes: UnsafeRawBufferPointer

    /// Makes a window on all of `bytes`, which must outlive it.
    @inlinable @unsafe package init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
    }

    /// The number of bytes.
    @inlinable @inline(__always)
    package var count: Int { unsafe bytes.count }

    /// The bytes themselves, with the lifetime of the buffer behind the region.
    @inlinable @unsafe package var buffer: UnsafeRawBufferPointer { unsafe bytes }

    /// Lends the bytes as a span.
    package func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe bytes.bytes)
    }

    /// Lends the bytes as a span of bytes.
    @inlinable package func withSpan<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard count > 0 else {
            let nothing: [UInt8] = []
            return try body(nothing.span)
        }
        let elements = unsafe bytes.assumingMemoryBound(to: UInt8.self)
        return try unsafe body(Span(_unsafeElements: elements))
    }

    /// The part of `count` bytes that begins at `offset`; both must lie inside the region.
    @inlinable @inline(__always)
    package func region(from offset: Int, count length: Int) -> ByteRegion {
        check(offset, length)
        return unsafe ByteRegion(
            UnsafeRawBufferPointer(
                start: bytes.baseAddress.map { unsafe $0 + offset }, count: length))
    }

    /// The byte at `offset`.
    @inlinable @inline(__always)
    package func byte(at offset: Int) -> UInt8 {
        check(offset, 1)
        return unsafe bytes[offset]
    }

    /// The little-endian integer at `offset`, at any alignment.
    @inlinable @inline(__always)
    package func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, as type: Value.Type
    ) -> Value {
        check(offset, MemoryLayout<Value>.size)
        return unsafe Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }

    /// Whether every byte from `offset` to the end is zero.
    package func isZero(from offset: Int) -> Bool {
        check(offset, 0)
        var position = offset
        while position < count {
            if unsafe bytes[position] != 0 { return false }
            position += 1
        }
        return true
    }

    /// The bytes as text; `nil` when they are not UTF-8.
    package func text() -> String? {
        unsafe String(validating: bytes, as: UTF8.self)
    }

    @inlinable @inline(__always)
    func check(_ offset: Int, _ length: Int) {
        precondition(
            offset >= 0 && length >= 0 && offset <= count && length <= count - offset,
            "a read outside its byte region")
    }
}
