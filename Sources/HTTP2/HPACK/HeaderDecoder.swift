package import Wire

/// Decodes the header blocks of one direction of one HTTP/2 connection.
///
/// Nothing is allocated for a block once blocks of its length were seen. Names and values are
/// judged as little as the coding needs: that they are fit for HTTP is the caller's to see.
/// Source: RFC 7541.
package struct HeaderDecoder: ~Copyable {
    /// The size that a table has until one end says otherwise.
    package static let defaultTableSizeBytes = 4096

    let staticTable = StaticTable.shared
    let huffman = HuffmanDecoder.shared
    var table: DynamicTable
    /// Where Huffman-coded names and values are spelled out.
    var scratch = ByteStore(byteCount: HuffmanDecoder.slackBytes)
    private let tableSizeLimit: Int
    private let maximumListBytes: Int
    private var failure: HPACKError?

    /// Makes a decoder whose table is empty.
    ///
    /// - Parameters:
    ///   - tableSizeBytes: The most the other end may use, as this end announced it, up to 1 MiB.
    ///     The table begins with it or with 4096, whichever is less.
    ///   - maximumListBytes: The most a block's fields may have, each counted with 32 bytes more
    ///     than its name and value (`SETTINGS_MAX_HEADER_LIST_SIZE`).
    package init(
        tableSizeBytes: Int = HeaderDecoder.defaultTableSizeBytes, maximumListBytes: Int
    ) {
        precondition((0...1 << 20).contains(tableSizeBytes), "a header table beyond 1 MiB")
        precondition((0...1 << 24).contains(maximumListBytes), "a header list beyond 16 MiB")
        tableSizeLimit = tableSizeBytes
        self.maximumListBytes = maximumListBytes
        table = DynamicTable(
            capacityBytes: tableSizeBytes,
            limitBytes: min(tableSizeBytes, Self.defaultTableSizeBytes))
    }

    /// Decodes a whole header block and lends each of its fields, in order.
    ///
    /// A name and a value live until `field` returns. A block whose list is too long is decoded to
    /// its end all the same: the call it belongs to must be refused, the connection can go on.
    /// - Throws: An error after which the connection must end; every later call throws it again.
    package mutating func decode(
        _ block: ByteRegion, _ field: (_ name: Span<UInt8>, _ value: Span<UInt8>) -> Void
    ) throws(HPACKError) -> HeaderListExtent {
        if let failure { throw failure }
        do throws(HPACKError) {
            return try decodeFields(of: block, field)
        } catch {
            failure = error
            throw error
        }
    }

    private mutating func decodeFields(
        of block: ByteRegion, _ field: (Span<UInt8>, Span<UInt8>) -> Void
    ) throws(HPACKError) -> HeaderListExtent {
        reserveScratch(for: block)
        var reader = BlockReader(block)
        try changeTableSize(&reader)
        var list = ListProgress(maximumBytes: maximumListBytes, blockBytes: block.count)
        while let first = reader.next() {
            if first >= 0x80 {
                let indexed = try entry(at: reader.integer(first, prefix: 0x7F))
                if list.admits(indexed.name.count + indexed.value.count) {
                    indexed.lend(to: field)
                }
            } else if first >= 0x40 {
                let literal = try literal(first, prefix: 0x3F, &reader)
                if list.admits(literal.totalBytes) { literal.header.lend(to: field) }
                try list.copies(literal.copiedNameBytes)
                table.insert(literal.header, totalBytes: literal.totalBytes)
            } else if first >= 0x20 {
                throw .sizeUpdateMisplaced
            } else {
                // Never-indexed fields differ only for those that send them on.
                let literal = try literal(first, prefix: 0x0F, &reader)
                if list.admits(literal.totalBytes) { literal.header.lend(to: field) }
            }
        }
        return list.extent
    }

    /// Follows the changes of size at the beginning of a block: at most the smallest since the last
    /// block and the one that holds now. Source: RFC 7541 section 4.2.
    private mutating func changeTableSize(_ reader: inout BlockReader) throws(HPACKError) {
        var changes = 0
        while let first = reader.peek(), first & 0xE0 == 0x20 {
            _ = reader.next()
            let size = try reader.integer(first, prefix: 0x1F)
            guard size <= tableSizeLimit else { throw .sizeUpdateTooLarge }
            changes += 1
            guard changes <= 2 else { throw .sizeUpdateMisplaced }
            table.setLimit(size)
        }
    }

    /// Makes room for all that the block can spell out and that can still be lent or kept. Beyond
    /// that, text is decoded to be judged and counted.
    private mutating func reserveScratch(for block: ByteRegion) {
        let longest = min(
            HuffmanDecoder.mostBytes(from: block.count), max(maximumListBytes, tableSizeLimit))
        let needed = longest + HuffmanDecoder.slackBytes
        if needed > scratch.count { growScratch(to: needed) }
    }

    @inline(never)
    private mutating func growScratch(to needed: Int) {
        let most = max(maximumListBytes, tableSizeLimit) + HuffmanDecoder.slackBytes
        scratch = ByteStore(byteCount: min(most, max(needed, 2 * scratch.count)))
    }
}
