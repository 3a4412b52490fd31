import SeededNumbers
import Testing

@testable import JSON

@Suite struct JSONWriterTests {
    private func text(_ writer: JSONWriter) -> String {
        String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func trapsOnMisuse() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.null()
            writer.null()
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.integer(1)
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            writer.key("a")
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            writer.endObject()
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("a")
            writer.endObject()
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("a")
            writer.key("b")
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.endArray()
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.string(utf8: [0x61, 0xFF].span)
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.number(utf8: Array("1.".utf8).span)
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            writer.endLine()
        }
    }

    @Test func compactAndPretty() {
        func write(_ style: JSONWriter.Style) -> String {
            var writer = JSONWriter(style: style)
            writer.beginObject()
            writer.key("a")
            writer.beginArray()
            writer.integer(1)
            writer.boolean(true)
            writer.beginArray()
            writer.endArray()
            writer.beginObject()
            writer.endObject()
            writer.endArray()
            writer.key("b")
            writer.null()
            writer.endObject()
            #expect(writer.isComplete)
            return text(writer)
        }
        #expect(write(.compact) == #"{"a":[1,true,[],{}],"b":null}"#)
        #expect(
            write(.pretty) == """
                {
                  "a": [
                    1,
                    true,
                    [],
                    {}
                  ],
                  "b": null
                }
                """)
    }

    @Test func escapesWhatItMustAndNothingElse() {
        for value in 0..<0x80 {
            var writer = JSONWriter()
            writer.string(String(Unicode.Scalar(UInt8(value))))
            let expected: String =
                switch value {
                case 0x08: "\\b"
                case 0x09: "\\t"
                case 0x0A: "\\n"
                case 0x0C: "\\f"
                case 0x0D: "\\r"
                case 0x22: "\\\""
                case 0x5C: "\\\\"
                case 0..<0x10: "\\u000" + String(value, radix: 16)
                case 0x10..<0x20: "\\u00" + String(value, radix: 16)
                default: String(Unicode.Scalar(UInt8(value)))
                }
            #expect(text(writer) == "\"\(expected)\"")
        }
        var writer = JSONWriter()
        writer.string("é€😀\u{2028}/")
        #expect(writer.bytes == Array("\"é€😀\u{2028}/\"".utf8))
    }

    @Test(arguments: [0, 1, -1, 9, 10, -10, 1234567890, Int64.max, Int64.min])
    func integers(_ value: Int64) {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(text(writer) == String(value))
    }

    @Test func linesAndReuse() {
        var writer = JSONWriter()
        #expect(!writer.isComplete)
        writer.integer(1)
        writer.endLine()
        writer.beginArray()
        #expect(!writer.isComplete)
        writer.endArray()
        writer.endLine()
        #expect(text(writer) == "1\n[]\n")
        writer.removeAll()
        writer.string("x")
        #expect(text(writer) == "\"x\"")
    }

    @Test(arguments: [JSONWriter.Style.compact, .pretty])
    func whatIsWrittenReadsBackEqual(_ style: JSONWriter.Style) throws {
        var random = SeededNumbers(seed: style == .compact ? 1 : 2)
        var tape = JSONTape()
        for _ in 0..<2_000 {
            let tree = Tree.random(&random)
            var writer = JSONWriter(style: style)
            tree.write(to: &writer)
            try tape.parse(writer.bytes)
            #expect(Tree(tape.root, of: tape) == tree)
            var again = JSONWriter(style: style)
            again.value(tape.root, of: tape)
            #expect(again.bytes == writer.bytes)
        }
    }

    @Test func writesAPartOfATape() throws {
        let tape = try JSONTape(parsing: Array(#"{"a":[1,{"b":[]}],"c":"x"}"#.utf8))
        var writer = JSONWriter()
        writer.beginArray()
        for (key, value) in tape.members(tape.root) {
            writer.value(key, of: tape)
            writer.value(value, of: tape)
        }
        writer.endArray()
        #expect(text(writer) == #"["a",[1,{"b":[]}],"c","x"]"#)
    }
}
