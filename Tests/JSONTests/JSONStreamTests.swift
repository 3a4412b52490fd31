import SeededNumbers
import Testing

@testable import JSON

/// All a stream says about a file.
struct StreamRecord: Equatable {
    var elements: [JSONStreamElement] = []
    var texts: [[UInt8]] = []
    var error: JSONStreamError?

    /// Reads `file` in chunks of the given size.
    init(_ file: [UInt8], chunk: Int, maximum: Int = 16 << 20) {
        self.init(file, maximum: maximum) { chunk }
    }

    /// Reads `file` in chunks whose sizes `chunk` gives.
    init(_ file: [UInt8], maximum: Int = 16 << 20, chunk: () -> Int) {
        var stream = JSONStream(maximumElementBytes: maximum)
        do {
            var index = 0
            while index < file.count {
                let end = min(file.count, index + max(1, chunk()))
                stream.feed(file.span.extracting(index..<end))
                index = end
                try take(&stream)
            }
            stream.finish()
            try take(&stream)
        } catch {
            self.error = error
        }
    }

    private mutating func take(_ stream: inout JSONStream) throws(JSONStreamError) {
        while let element = try stream.next() {
            elements.append(element)
            texts.append(
                stream.withBytes(of: element) { bytes in
                    (0..<bytes.count).map { bytes[$0] }
                })
        }
    }

    var strings: [String] { texts.map { String(decoding: $0, as: UTF8.self) } }
}

/// A file that must be refused, after how many elements, with kind, offset, line and column.
struct StreamRefusal: Sendable, CustomTestStringConvertible {
    let text: String
    let elements: Int
    let kind: JSONStreamError.Kind
    let place: [Int]

    init(_ text: String, _ elements: Int, _ kind: JSONStreamError.Kind, _ place: Int...) {
        self.text = text
        self.elements = elements
        self.kind = kind
        self.place = place
    }

    var testDescription: String { "\(text) \(kind)" }
}

@Suite struct JSONStreamTests {
    static let refusals: [StreamRefusal] = [
        StreamRefusal("", 0, .emptyFile, 0, 1, 1),
        StreamRefusal(" \n ", 0, .emptyFile, 3, 2, 2),
        StreamRefusal("\u{feff}[]", 0, .byteOrderMark, 0, 1, 1),
        StreamRefusal("\u{feef}", 0, .unexpectedByte, 0, 1, 1),
        StreamRefusal(" \u{feff}[]", 0, .unexpectedByte, 1, 1, 2),
        StreamRefusal("1", 0, .unexpectedByte, 0, 1, 1),
        StreamRefusal("\n\"a\"", 0, .unexpectedByte, 1, 2, 1),
        StreamRefusal("]", 0, .unexpectedByte, 0, 1, 1),
        StreamRefusal("[", 0, .unexpectedEnd, 1, 1, 2),
        StreamRefusal("[1", 0, .unexpectedEnd, 2, 1, 3),
        StreamRefusal("[1 ", 1, .unexpectedEnd, 3, 1, 4),
        StreamRefusal("[1,", 1, .unexpectedEnd, 3, 1, 4),
        StreamRefusal("[{}", 1, .unexpectedEnd, 3, 1, 4),
        StreamRefusal("[{", 0, .unexpectedEnd, 2, 1, 3),
        StreamRefusal("[{\"a\":\n\"]}", 0, .unexpectedEnd, 10, 2, 4),
        StreamRefusal("[\"a\\\"", 0, .unexpectedEnd, 5, 1, 6),
        StreamRefusal("[\"a\\", 0, .unexpectedEnd, 4, 1, 5),
        StreamRefusal("[[\"a\\", 0, .unexpectedEnd, 5, 1, 6),
        StreamRefusal("[1,]", 1, .trailingComma, 3, 1, 4),
        StreamRefusal("[{},\n ]", 1, .trailingComma, 6, 2, 2),
        StreamRefusal("[,]", 0, .emptyElement, 1, 1, 2),
        StreamRefusal("[1,,2]", 1, .emptyElement, 3, 1, 4),
        StreamRefusal("[\"é\",\n,", 1, .emptyElement, 7, 2, 1),
        StreamRefusal("[1 2]", 1, .missingComma, 3, 1, 4),
        StreamRefusal("[{}{}]", 1, .missingComma, 3, 1, 4),
        StreamRefusal("[\"é\"\"b\"]", 1, .missingComma, 5, 1, 5),
        StreamRefusal("[{}}", 1, .missingComma, 3, 1, 4),
        StreamRefusal("[]]", 0, .trailingContent, 2, 1, 3),
        StreamRefusal("[]\n\n1", 0, .trailingContent, 4, 3, 1),
        StreamRefusal("[1][2]", 1, .trailingContent, 3, 1, 4),
        StreamRefusal("[1],", 1, .trailingContent, 3, 1, 4),
    ]

    @Test(arguments: refusals) func refuses(_ refusal: StreamRefusal) {
        let file = Array(refusal.text.utf8)
        for chunk in [1, 2, 3, 7, 1000] {
            let record = StreamRecord(file, chunk: chunk)
            #expect(record.elements.count == refusal.elements)
            #expect(record.error?.kind == refusal.kind)
            let error = record.error
            #expect([error?.offset, error?.line, error?.column] == refusal.place)
            #expect(error?.message.isEmpty == false)
        }
    }

    @Test(
        arguments: [
            ("[]", []), (" [ ] \n", []), ("[1]", ["1"]),
            ("[ 1 , \"a,]\\\"\" ]", ["1", "\"a,]\\\"\""]),
            ("[{\"a\":[1,{}]},[[]],null]", ["{\"a\":[1,{}]}", "[[]]", "null"]),
            ("[\"\\\\\",{\"\\\\\":\"}\"}]", ["\"\\\\\"", "{\"\\\\\":\"}\"}"]),
            ("{}", ["{}"]), ("{\"a\":1}\n", ["{\"a\":1}"]), ("{}\r\n{}\r\n", ["{}", "{}"]),
            ("\n\n {} \n\n\t\n {\"b\":\"}\"} \n1", ["{}", "{\"b\":\"}\"}", "1"]),
            // Not valid elements, but those are the tape's to refuse.
            ("{\"a\":\n{}", ["{\"a\":", "{}"]), ("[{]}}]", ["{]}}"]), ("{} {}", ["{} {}"]),
        ] as [(String, [String])])
    func splits(_ text: String, _ elements: [String]) {
        let file = Array(text.utf8)
        for chunk in [1, 2, 3, 7, 1000] {
            let record = StreamRecord(file, chunk: chunk)
            // `[{]}}]` ends its first element at the first bracket that balances.
            if text == "[{]}}]" {
                #expect(record.strings == ["{]"])
                #expect(record.error?.kind == .missingComma)
                continue
            }
            #expect(record.strings == elements)
            #expect(record.error == nil)
        }
    }

    @Test func placesOfElements() {
        let file = Array("[ {\"é\":1},\n  [2],\r\n\"é\", 4]".utf8)
        for chunk in [1, 5, 100] {
            let elements = StreamRecord(file, chunk: chunk).elements
            #expect(elements.map(\.offset) == [2, 14, 20, 26])
            #expect(elements.map(\.count) == [8, 3, 4, 1])
            #expect(elements.map(\.line) == [1, 2, 3, 3])
            #expect(elements.map(\.column) == [3, 3, 1, 6])
        }
    }

    @Test func errorsInsideAnElementHaveAPlaceInTheFile() throws {
        var stream = JSONStream()
        var tape = JSONTape()
        stream.feed(Array("[1,\n {\"é\":\n\"é\",x}]".utf8).span)
        let first = try #require(try stream.next())
        try tape.parse(first, of: stream)
        #expect(tape.integer(tape.root) == 1)
        let second = try #require(try stream.next())
        let error = #expect(throws: JSONError.self) { try tape.parse(second, of: stream) }
        #expect(error?.kind == .unexpectedByte)
        let place = stream.position(of: second, at: error?.offset ?? 0)
        #expect(place.line == 3)
        #expect(place.column == 5)
        #expect(stream.position(of: second, at: 0).column == 2)
    }

    @Test func anErrorStays() throws {
        var stream = JSONStream()
        stream.feed(Array("[1,]".utf8).span)
        _ = try stream.next()
        let first = #expect(throws: JSONStreamError.self) { try stream.next() }
        let second = #expect(throws: JSONStreamError.self) { try stream.next() }
        #expect(first == second)
        stream.finish()
        #expect(throws: JSONStreamError.self) { try stream.next() }
    }

    @Test func trapsOnMisuse() async {
        await #expect(processExitsWith: .failure) {
            var stream = JSONStream()
            stream.feed(Array("[1,2]".utf8).span)
            stream.feed(Array("[1,2]".utf8).span)
        }
        await #expect(processExitsWith: .failure) {
            var stream = JSONStream()
            stream.finish()
            _ = try? stream.next()
            stream.feed(Array("[1,2]".utf8).span)
        }
    }

    @Test(arguments: [
        ("[\"345\"]", "[\"3456\"]", 1), ("[[3,5],1]", "[[3,45],1]", 1), ("[12345]", "[123456]", 1),
        ("{\"\":1}\n", "{\"\":12}\n", 0),
    ])
    func elementsUpToTheLimit(_ fits: String, _ exceeds: String, _ offset: Int) {
        for chunk in [1, 3, 100] {
            let limit = fits.hasPrefix("{") ? 6 : 5
            #expect(StreamRecord(Array(fits.utf8), chunk: chunk, maximum: limit).error == nil)
            let record = StreamRecord(Array(exceeds.utf8), chunk: chunk, maximum: limit)
            #expect(record.elements.isEmpty)
            #expect(record.error?.kind == .elementTooLarge)
            #expect(record.error?.offset == offset)
        }
    }

    @Test func anEndlessElementIsRefusedWithoutBeingHeld() {
        let chunk = Array(repeating: UInt8(ascii: "a"), count: 1000)
        var stream = JSONStream(maximumElementBytes: 10_000)
        stream.feed(Array("[\"".utf8).span)
        var fed = 0
        let error = #expect(throws: JSONStreamError.self) {
            while fed < 1_000_000 {
                guard try stream.next() == nil else { break }
                stream.feed(chunk.span)
                fed += chunk.count
            }
        }
        #expect(error?.kind == .elementTooLarge)
        #expect(fed <= 11_000)
    }

    @Test func memoryStaysNearOneChunk() throws {
        var stream = JSONStream()
        stream.feed(Array("[".utf8).span)
        var count = 0
        while try stream.next() != nil { count += 1 }
        let chunk = Array(String(repeating: "{\"name\":\"value\"},\n", count: 100).utf8)
        var largest = 0
        for _ in 0..<2_000 {
            stream.feed(chunk.span)
            while try stream.next() != nil { count += 1 }
            largest = max(largest, stream.buffer.capacity)
        }
        stream.feed(Array("1]".utf8).span)
        while try stream.next() != nil { count += 1 }
        stream.finish()
        #expect(try stream.next() == nil)
        #expect(count == 200_001)
        #expect(largest <= 8 * chunk.count)
    }

    @Test func chunksDoNotMatter() {
        var random = SeededNumbers(seed: 5)
        for round in 0..<1_000 {
            var writer = JSONWriter(style: round % 4 == 1 ? .pretty : .compact)
            if round % 2 == 0 {
                for _ in 0...random.below(4) {
                    Tree.object([Tree.Member(name: [0x61], value: .random(&random))])
                        .write(to: &writer)
                    writer.endLine()
                }
            } else {
                Tree.array((0..<random.below(5)).map { _ in .random(&random) }).write(to: &writer)
            }
            var file = writer.bytes
            // Half of the files are damaged somewhere.
            if round % 4 >= 2, !file.isEmpty {
                file[random.below(file.count)] = Array("{}[]\",:\\ \n1".utf8)[random.below(11)]
            }
            let whole = StreamRecord(file, chunk: max(1, file.count))
            #expect(StreamRecord(file, chunk: 1) == whole)
            #expect(StreamRecord(file) { random.below(40) } == whole)
            if round % 4 < 2 { #expect(whole.error == nil) }
        }
    }

    /// An array that goes through the stream and the tape is accepted exactly if the tape alone
    /// accepts it.
    @Test func streamAndTapeTogetherJudgeLikeTheTape() {
        var random = SeededNumbers(seed: 6)
        var accepted = 0
        for _ in 0..<5_000 {
            var writer = JSONWriter()
            Tree.array((0..<random.below(5)).map { _ in .random(&random, depth: 3) })
                .write(to: &writer)
            var file = writer.bytes
            for _ in 0..<random.below(3) {
                file[random.below(file.count)] = Array("{}[]\",:\\ \n1".utf8)[random.below(11)]
            }
            guard file.first(where: { !$0.isJSONSpace }) == UInt8(ascii: "[") else { continue }
            let record = StreamRecord(file, chunk: 16)
            let isAccepted =
                record.error == nil
                && record.texts.allSatisfy { (try? JSONTape(parsing: $0)) != nil }
            #expect(isAccepted == ((try? JSONTape(parsing: file)) != nil))
            accepted += isAccepted ? 1 : 0
        }
        #expect(accepted > 1_000)
    }
}
