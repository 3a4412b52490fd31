import Wire

/// Reads a header block from its beginning to its end.
struct BlockReader {
    private let block: ByteRegion
    private var position = 0

    init(_ block: ByteRegion) { self.block = block }

    /// The next byte, which is not passed; `nil` at the end.
    @inline(__always)
    func peek() -> UInt8? {
        position < block.count ? block.byte(at: position) : nil
    }

    /// The next byte; `nil` at the end.
    @inline(__always)
    mutating func next() -> UInt8? {
        guard position < block.count else { return nil }
        position += 1
        return block.byte(at: position - 1)
    }

    /// The next `count` bytes.
    @inline(__always)
    mutating func bytes(_ count: Int) throws(HPACKError) -> ByteRegion {
        guard count <= block.count - position else { throw .truncated }
        position += count
        return block.region(from: position - count, count: count)
    }

    /// The integer that begins in the bits `prefix` of `first`. Source: RFC 7541 section 5.1.
    @inline(__always)
    mutating func integer(_ first: UInt8, prefix: UInt8) throws(HPACKError) -> Int {
        let value = first & prefix
        return value < prefix ? Int(value) : try longInteger(from: Int(value))
    }

    /// Five more bytes hold any 32-bit number and cannot overflow.
    @inline(never)
    private mutating func longInteger(from start: Int) throws(HPACKError) -> Int {
        var value = start
        for shift in stride(from: 0, through: 28, by: 7) {
            guard let byte = next() else { throw .truncated }
            value += Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .integerTooLong
    }
}
