import Testing

@testable import JSON

@Suite struct JSONLimitsTests {
    @Test(arguments: [0, 1, 2, 256]) func depth(_ limit: Int) throws {
        let limits = JSONLimits(maximumDepth: limit)
        func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
            let middle = depth == 0 ? "1" : ""
            return Array(
                (String(repeating: open, count: depth) + middle
                    + String(repeating: close, count: depth)).utf8)
        }
        _ = try JSONTape(parsing: nested(limit, "[", "]"), limits: limits)
        let error = #expect(throws: JSONError.self) {
            try JSONTape(parsing: nested(limit + 1, "[", "]"), limits: limits)
        }
        #expect(error?.kind == .tooDeep)
        #expect(error?.offset == limit)
    }

    @Test func depthCountsObjectsAndForgetsClosedContainers() throws {
        let limits = JSONLimits(maximumDepth: 2)
        _ = try JSONTape(parsing: Array(#"[{},{"a":1},[],[1]]"#.utf8), limits: limits)
        let error = #expect(throws: JSONError.self) {
            try JSONTape(parsing: Array(#"[{"a":{}}]"#.utf8), limits: limits)
        }
        #expect(error?.kind == .tooDeep)
        #expect(error?.offset == 6)
    }

    @Test func tenThousandBrackets() {
        for text in [
            String(repeating: "[", count: 10_000), String(repeating: "{\"a\":", count: 10_000),
        ] {
            let error = #expect(throws: JSONError.self) { try JSONTape(parsing: Array(text.utf8)) }
            #expect(error?.kind == .tooDeep)
        }
    }

    @Test func aMillionLevelsTakeNoStack() throws {
        let depth = 1_000_000
        let text =
            [UInt8](repeating: UInt8(ascii: "["), count: depth)
            + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        let tape = try JSONTape(parsing: text, limits: JSONLimits(maximumDepth: depth))
        var writer = JSONWriter()
        writer.value(tape.root, of: tape)
        #expect(writer.bytes == text)
    }

    @Test func bytes() throws {
        let limits = JSONLimits(maximumBytes: 4)
        _ = try JSONTape(parsing: Array("[12]".utf8), limits: limits)
        let error = #expect(throws: JSONError.self) {
            try JSONTape(parsing: Array("[12] ".utf8), limits: limits)
        }
        #expect(error?.kind == .tooLarge)
        #expect(error?.offset == 4)
        #expect(error?.message == "the text is longer than the limit of 4 bytes")
    }

    @Test func aTextOfFiftyMegabytes() throws {
        var writer = JSONWriter()
        writer.beginArray()
        var count = 0
        while writer.bytes.count < 50 << 20 {
            writer.beginObject()
            writer.key("id")
            writer.integer(Int64(count))
            writer.key("name")
            writer.string("line \(count)\nof a long text with an é in it")
            writer.endObject()
            count += 1
        }
        writer.endArray()
        let tape = try JSONTape(parsing: writer.bytes)
        #expect(tape.count(tape.root) == count)
        var sum: Int64 = 0
        for element in tape.elements(tape.root) {
            sum += tape.member(element, "id").flatMap { tape.integer($0) } ?? -1
        }
        #expect(sum == Int64(count) * Int64(count - 1) / 2)
    }

    @Test(.timeLimit(.minutes(1))) func aHundredThousandMembers() throws {
        let members = (0..<100_000).map { "\"member\($0)\":\($0)" }.joined(separator: ",")
        let tape = try JSONTape(parsing: Array("{\(members)}".utf8))
        #expect(tape.count(tape.root) == 100_000)
        let error = #expect(throws: JSONError.self) {
            try JSONTape(parsing: Array("{\(members),\"member77777\":0}".utf8))
        }
        #expect(error?.kind == .duplicateKey)
        #expect(error?.offset == members.utf8.count + 2)
    }
}
