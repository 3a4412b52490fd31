import Testing

@testable import HTTP2

@Suite struct DynamicTableTests {
    typealias Blocks = HeaderDecoderTests

    /// A name may be taken from the entry that must go to make room. Source: RFC 7541 section 4.4.
    @Test func takesANameFromAnEntryThatGoes() {
        var decoder = HeaderDecoder(tableSizeBytes: 100, maximumListBytes: 1 << 16)
        let (name, value) = (String(repeating: "n", count: 40), String(repeating: "v", count: 28))
        _ = decoder.decode(Blocks.remembered(name, value))
        #expect(decoder.table.sizeBytes == 100)
        for round in 0..<50 {
            let value = String(repeating: "w", count: round % 29)
            #expect(
                decoder.decode([0x7E] + Blocks.plain(value)) == .whole([HeaderText(name, value)]))
            #expect(decoder.tableHeaders == [HeaderText(name, value)])
        }
    }

    @Test func isEmptiedByAFieldLargerThanItself() {
        for (length, isKept) in [(31, true), (32, false), (5000, false)] {
            var decoder = HeaderDecoder(tableSizeBytes: 64, maximumListBytes: 1 << 16)
            _ = decoder.decode(Blocks.remembered("a", "b"))
            let value = String(repeating: "v", count: length)
            #expect(
                decoder.decode(Blocks.remembered("n", value)) == .whole([HeaderText("n", value)]))
            #expect(decoder.tableHeaders == (isKept ? [HeaderText("n", value)] : []))
            #expect(decoder.table.sizeBytes == (isKept ? 64 : 0))
        }
    }

    @Test func holdsNothingWhenItsSizeIsZero() {
        var decoder = HeaderDecoder(tableSizeBytes: 0, maximumListBytes: 1 << 16)
        #expect(decoder.decode(Blocks.remembered("a", "b")) == .whole([HeaderText("a", "b")]))
        #expect(decoder.table.count == 0)
        #expect(decoder.decode([0x20]) == .whole([]))
        #expect(decoder.decode([0x21]) == .failed(.sizeUpdateTooLarge))
    }

    @Test func changesItsSize() {
        var decoder = HeaderDecoder(maximumListBytes: 1 << 16)
        for letter in ["a", "b", "c"] { _ = decoder.decode(Blocks.remembered(letter, "")) }
        let fields = ["c", "b", "a"].map { HeaderText($0, "") }
        // 33 bytes each: 66 hold two, 65 one.
        _ = decoder.decode(Blocks.integer(66, prefix: 0x1F, mark: 0x20))
        #expect(decoder.tableHeaders == [] + fields[..<2])
        _ = decoder.decode(Blocks.integer(65, prefix: 0x1F, mark: 0x20))
        #expect(decoder.tableHeaders == [] + fields[..<1])
        _ = decoder.decode(Blocks.integer(4096, prefix: 0x1F, mark: 0x20))
        #expect(decoder.tableHeaders == [] + fields[..<1])
        _ = decoder.decode([0x20] + Blocks.integer(4096, prefix: 0x1F, mark: 0x20))
        #expect(decoder.tableHeaders == [])
    }

    /// A larger table than 4096 bytes is only used once the other end says so.
    @Test func beginsWithTheDefaultSize() {
        var decoder = HeaderDecoder(tableSizeBytes: 10_000, maximumListBytes: 1 << 16)
        let value = String(repeating: "v", count: 5000)
        _ = decoder.decode(Blocks.remembered("n", value))
        #expect(decoder.table.count == 0)
        let larger = Blocks.integer(10_000, prefix: 0x1F, mark: 0x20)
        _ = decoder.decode(larger + Blocks.remembered("n", value))
        #expect(decoder.tableHeaders == [HeaderText("n", value)])
    }

    /// Entries of all lengths, compared with a list that is kept as the standard words it.
    @Test(arguments: [33, 64, 100, 257, 1000, 4096]) func isARing(_ size: Int) {
        var random = SystemRandomNumberGenerator()
        var decoder = HeaderDecoder(tableSizeBytes: size, maximumListBytes: 1 << 16)
        var model: [HeaderText] = []
        var limit = size
        for round in 0..<500 {
            var block: [UInt8] = []
            if round % 50 == 49 {
                limit =
                    Bool.random(using: &random) ? size : Int.random(in: 0...size, using: &random)
                block = Blocks.integer(limit, prefix: 0x1F, mark: 0x20)
                while model.map(\.sizeBytes).reduce(0, +) > limit { model.removeLast() }
            }
            let most = Bool.random(using: &random) ? size : min(size, 40)
            let value = [UInt8](
                repeating: .random(in: 0...255, using: &random),
                count: .random(in: 0...most, using: &random))
            var field = HeaderText(name: Array("n\(round)".utf8), value: value)
            if let known = model.randomElement(using: &random), Bool.random(using: &random),
                let index = model.firstIndex(where: { $0.name == known.name })
            {
                field.name = known.name
                block += Blocks.integer(62 + index, prefix: 0x3F, mark: 0x40)
            } else {
                block += [0x40] + Blocks.length(field.name.count) + field.name
            }
            block += Blocks.length(value.count) + value
            model.insert(field, at: 0)
            while model.map(\.sizeBytes).reduce(0, +) > limit { model.removeLast() }
            #expect(decoder.decode(block) == .whole([field]))
            #expect(decoder.tableHeaders == model)
        }
    }
}
