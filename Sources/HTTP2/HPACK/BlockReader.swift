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

/// What was lent of a block's list and what it may still cost.
struct ListProgress {
    /// What RFC 7541 section 4.1 adds to each field.
    static let fieldOverheadBytes = 32

    private var remainingBytes: Int
    private var remainingCopies: Int
    private(set) var extent = HeaderListExtent.whole

    init(maximumBytes: Int, blockBytes: Int) {
        remainingBytes = maximumBytes
        // A list within its limit copies no more than the limit; one beyond it may do so once more,
        // as an honest sender has no reason to name long names again and again.
        remainingCopies = maximumBytes + blockBytes
    }

    /// Whether a field of so many bytes, name and value, may be lent.
    @inline(__always)
    mutating func admits(_ bytes: Int) -> Bool {
        guard extent == .whole else { return false }
        guard bytes + Self.fieldOverheadBytes <= remainingBytes else {
            extent = .tooLong
            return false
        }
        remainingBytes -= bytes + Self.fieldOverheadBytes
        return true
    }

    /// Counts bytes that are copied though the block does not hold them.
    @inline(__always)
    mutating func copies(_ bytes: Int) throws(HPACKError) {
        guard extent == .tooLong else { return }
        remainingCopies -= bytes
        guard remainingCopies >= 0 else { throw .expansion }
    }
}
