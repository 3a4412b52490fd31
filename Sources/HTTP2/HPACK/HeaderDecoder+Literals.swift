import Wire

/// A name and a value that lie in the block, the scratch memory, or a table.
struct HeaderRegions: BitwiseCopyable {
    let name: ByteRegion
    let value: ByteRegion

    @inline(__always)
    func lend(to field: (Span<UInt8>, Span<UInt8>) -> Void) {
        unsafe field(
            Span(_unsafeBytes: name.buffer), Span(_unsafeBytes: value.buffer))
    }
}

/// A field that was spelled out, at least its value.
struct LiteralField {
    let header: HeaderRegions
    /// The bytes of name and value; more than `header` has when they are too long to be lent.
    let totalBytes: Int
    /// The bytes of a name that lies in the dynamic table.
    let copiedNameBytes: Int
}

/// A string of a block.
private struct StringRegion {
    let region: ByteRegion
    /// The string's bytes, also when they are more than there is room for.
    let count: Int
    let isInScratch: Bool
}

extension HeaderDecoder {
    /// The entry at an index of both tables together. Source: RFC 7541 section 2.3.3.
    @inline(__always)
    func entry(at index: Int) throws(HPACKError) -> HeaderRegions {
        if index > StaticTable.count { return try table.entry(index - StaticTable.count - 1) }
        guard index > 0 else { throw .indexZero }
        return staticTable.entry(at: index)
    }

    /// Reads a field whose value is spelled out, and its name too when its index is 0.
    mutating func literal(
        _ first: UInt8, prefix: UInt8, _ reader: inout BlockReader
    ) throws(HPACKError) -> LiteralField {
        let index = try reader.integer(first, prefix: prefix)
        if index > 0 {
            let name = try entry(at: index).name
            let value = try string(&reader, at: 0)
            return LiteralField(
                header: HeaderRegions(name: name, value: value.region),
                totalBytes: name.count + value.count,
                copiedNameBytes: index > StaticTable.count ? name.count : 0)
        }
        let name = try string(&reader, at: 0)
        let value = try string(&reader, at: name.isInScratch ? name.region.count : 0)
        return LiteralField(
            header: HeaderRegions(name: name.region, value: value.region),
            totalBytes: name.count + value.count, copiedNameBytes: 0)
    }

    /// Reads a string; one in Huffman code is spelled out in the scratch memory from `offset` on.
    private mutating func string(
        _ reader: inout BlockReader, at offset: Int
    ) throws(HPACKError) -> StringRegion {
        guard let first = reader.next() else { throw .truncated }
        let length = try reader.integer(first, prefix: 0x7F)
        let bytes = try reader.bytes(length)
        guard first >= 0x80 else {
            return StringRegion(region: bytes, count: length, isInScratch: false)
        }
        let count = try huffman.decode(bytes, into: &scratch, at: offset)
        let room = scratch.count - HuffmanDecoder.slackBytes - offset
        return StringRegion(
            region: scratch.region(from: offset, count: min(count, room)), count: count,
            isInScratch: true)
    }
}
