import Testing

@testable import HTTP2

@Suite struct HeaderDecoderTests {
    /// A field that is spelled out and remembered, in plain text.
    static func remembered(_ name: String, _ value: String) -> [UInt8] {
        [0x40] + plain(name) + plain(value)
    }

    static func plain(_ text: String) -> [UInt8] { length(text.utf8.count) + Array(text.utf8) }

    /// The length of a text that is not in Huffman code.
    static func length(_ count: Int, mark: UInt8 = 0) -> [UInt8] {
        integer(count, prefix: 0x7F, mark: mark)
    }

    static func integer(_ number: Int, prefix: UInt8, mark: UInt8) -> [UInt8] {
        guard number >= Int(prefix) else { return [mark | UInt8(number)] }
        var bytes = [mark | prefix]
        var left = number - Int(prefix)
        while left >= 0x80 {
            bytes.append(UInt8(left % 0x80) | 0x80)
            left /= 0x80
        }
        return bytes + [UInt8(left)]
    }

    @Test(arguments: [
        // Nothing may be at index 0, nor beyond the static table while the other is empty.
        ("80", HPACKError.indexZero), ("be", .indexOutOfRange), ("7e 00", .indexOutOfRange),
        ("0f 2f 00", .indexOutOfRange), ("ff 80 80 80 80 01", .indexOutOfRange),
        // Ends inside of an integer, before a value, inside of a value, before the name's end.
        ("ff", .truncated), ("ff 80", .truncated), ("3f", .truncated), ("41", .truncated),
        ("41 05 61", .truncated), ("40", .truncated), ("40 02 61", .truncated),
        ("00 01 61", .truncated), ("41 ff", .truncated), ("41 7f ff ff ff ff 0f", .truncated),
        // Five bytes after the first are an integer, six are not, whatever they say.
        ("82 41 7f 80 80 80 80 00", .truncated),
        ("82 41 7f 80 80 80 80 80 00", .integerTooLong),
        ("ff ff ff ff ff ff ff", .integerTooLong), ("3f 80 80 80 80 80", .integerTooLong),
        // Changes of size: beyond the limit by one, after a field, a third one.
        ("3f e2 1f", .sizeUpdateTooLarge), ("82 20", .sizeUpdateMisplaced),
        ("20 20 20", .sizeUpdateMisplaced), ("41 00 3f e1 1f", .sizeUpdateMisplaced),
        // The end of text, alone and after others; padding of zeros, of 8 ones, and whole bytes.
        ("41 84 ff ff ff ff", .huffmanEnd), ("41 85 1f ff ff ff ff", .huffmanEnd),
        ("41 84 3f ff ff ff", .huffmanPadding), ("41 84 7f ff ff ff", .huffmanPadding),
        ("41 85 00 3f ff ff ff", .huffmanEnd), ("41 86 00 ff ff ff ff ff", .huffmanEnd),
        ("41 87 1f ff ff ff ff ff ff", .huffmanEnd),
        ("41 8c 1f ff ff ff ff 00 00 00 00 00 00 00", .huffmanEnd),
        ("41 81 18", .huffmanPadding), ("41 81 00", .huffmanPadding), ("41 81 ff", .huffmanPadding),
        ("41 82 1f ff", .huffmanPadding), ("41 83 1f ff ff", .huffmanPadding),
        ("41 81 1e", .huffmanPadding), ("41 81 fe", .huffmanPadding),
    ]) func refuses(_ digits: String, _ error: HPACKError) {
        var decoder = HeaderDecoder(maximumListBytes: 1 << 16)
        #expect(decoder.decode(hex(digits)) == .failed(error))
        // The table is not in step any more: nothing is decoded after that.
        #expect(decoder.decode(hex("82")) == .failed(error))
        #expect(decoder.decode([]) == .failed(error))
    }

    @Test(
        arguments: [
            ("", []), ("20", []), ("3f e1 1f", []), ("20 3f e1 1f", []),
            // Padding of none and of seven bits; nothing in Huffman code.
            ("41 85 00 00 00 00 00", [HeaderText(":authority", "00000000")]),
            ("41 81 07", [HeaderText(":authority", "0")]),
            ("41 82 00 3f", [HeaderText(":authority", "00")]),
            ("41 82 f8 7f", [HeaderText(":authority", "&9")]),
            ("41 80", [HeaderText(":authority", "")]),
            ("00 80 80", [HeaderText("", "")]),
            // An integer may have zeros at its end.
            (
                "41 7f 80 80 80 00" + String(repeating: "61", count: 127),
                [HeaderText(":authority", String(repeating: "a", count: 127))]
            ),
            ("bd", [HeaderText("www-authenticate", "")]),
            ("1f 2e 01 61", [HeaderText("www-authenticate", "a")]),
        ] as [(String, [HeaderText])]) func accepts(_ digits: String, _ headers: [HeaderText])
    {
        var decoder = HeaderDecoder(maximumListBytes: 1 << 16)
        #expect(decoder.decode(hex(digits)) == .whole(headers))
    }

    @Test func knowsTheStaticTable() {
        var decoder = HeaderDecoder(maximumListBytes: 1 << 16)
        guard case .whole(let headers) = decoder.decode((0x81...0xBD).map { $0 }) else {
            Issue.record("the static table is not read")
            return
        }
        #expect(headers.count == 61)
        #expect(headers[15] == HeaderText("accept-encoding", "gzip, deflate"))
        #expect(headers.reduce(0) { $0 + $1.name.count + $1.value.count } == 684)
    }

    @Test func endsAListAtItsLimit() {
        let block =
            Self.remembered("a", "1") + Self.remembered("b", "22") + Self.remembered("c", "3")
        let fields = [HeaderText("a", "1"), HeaderText("b", "22"), HeaderText("c", "3")]
        let whole = 34 + 35 + 34
        for limit in 0...whole + 1 {
            var decoder = HeaderDecoder(maximumListBytes: limit)
            let lent = limit >= whole ? 3 : limit >= 69 ? 2 : limit >= 34 ? 1 : 0
            #expect(
                decoder.decode(block)
                    == (lent == 3 ? .whole(fields) : .tooLong([] + fields[..<lent])))
            // The table is in step all the same.
            #expect(decoder.tableHeaders == fields.reversed())
            if limit >= 34 { #expect(decoder.decode([0xBE]) == .whole([fields[2]])) }
        }
    }

    /// A field after one that is too long is not lent, however short it is.
    @Test func lendsNothingBeyondTheLimit() {
        var decoder = HeaderDecoder(maximumListBytes: 100)
        let long = String(repeating: "x", count: 90)
        let block = Self.remembered("a", "1") + Self.remembered("b", long) + [0xBF]
        #expect(decoder.decode(block) == .tooLong([HeaderText("a", "1")]))
    }

    /// Text that can neither be lent nor kept is judged and counted all the same.
    @Test(arguments: [0, 1, 7, 8, 63, 64, 65, 1000]) func judgesTextBeyondItsRoom(_ limit: Int) {
        for count in [0, 1, 5, 40, 64, 100, 3000] {
            let name = Self.length(count * 5, mark: 0x80) + [UInt8](repeating: 0, count: count * 5)
            let field = HeaderText(
                String(repeating: "0", count: 8 * count), String(repeating: "0", count: 8 * count))
            var decoder = HeaderDecoder(tableSizeBytes: 64, maximumListBytes: limit)
            let fits = field.sizeBytes <= limit
            #expect(
                decoder.decode([0x40] + name + name) == (fits ? .whole([field]) : .tooLong([])))
            #expect(decoder.tableHeaders == (field.sizeBytes <= 64 ? [field] : []))
            #expect(decoder.decode([0x41, 0x01, 0x61]).error == nil)
            let wrong = Self.length(count * 5 + 1, mark: 0x80) + name.suffix(count * 5) + [0]
            #expect(decoder.decode([0x00] + name + wrong) == .failed(.huffmanPadding))
        }
    }

    @Test func countsReferencesToALargeEntry() {
        let value = String(repeating: "v", count: 4000)
        var decoder = HeaderDecoder(maximumListBytes: 1 << 16)
        _ = decoder.decode(Self.remembered("bomb", value))
        var lent = 0
        let extent = withRegion([UInt8](repeating: 0xBE, count: 100_000)) { region in
            try? decoder.decode(region) { _, value in lent += value.count }
        }
        #expect(extent == .tooLong)
        #expect(lent == 16 * 4000)
    }

    /// Two bytes that make the table copy a name of 4000: refused when it is more than the limit
    /// of the list and the block together, so that a block costs what it is long.
    @Test func refusesAnExpansion() {
        let name = String(repeating: "n", count: 4000)
        for (count, isRefused) in [(1, false), (2, false), (3, true), (8000, true)] {
            var decoder = HeaderDecoder(maximumListBytes: 4096)
            #expect(decoder.decode(Self.remembered(name, "")).error == nil)
            let decoded = decoder.decode([UInt8]((0..<count).flatMap { _ in [0x7E, 0x00] }))
            #expect((decoded == .failed(.expansion)) == isRefused)
        }
    }

    /// A list far beyond its limit whose names recur is too long, and no more than that.
    @Test func keepsAConnectionWithALongList() {
        var decoder = HeaderDecoder(maximumListBytes: 1000)
        var block = Self.remembered("x-a-name-of-thirty-characters-", "")
        for _ in 0..<500 { block += [0x7E] + Self.plain(String(repeating: "v", count: 60)) }
        guard case .tooLong(let headers) = decoder.decode(block) else {
            Issue.record("a long list is not too long")
            return
        }
        #expect(headers.count == 1 + 938 / 122)
        #expect(decoder.table.count == 4096 / 122)
    }
}
