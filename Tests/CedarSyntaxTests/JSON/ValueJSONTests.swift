import CedarSyntax
import JSON
import Testing

/// What the reference implementation 4.12 accepts and refuses, read without a schema.
@Suite("Values and entities in JSON")
struct ValueJSONTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let isAccepted: Bool
        var testDescription: String { text }

        init(_ text: String, _ isAccepted: Bool) {
            self.text = text
            self.isAccepted = isAccepted
        }
    }

    static let values: [Row] = [
        Row(#"1"#, true),
        Row(#"-1"#, true),
        Row(#"9223372036854775807"#, true),
        Row(#"-9223372036854775808"#, true),
        Row(#"9223372036854775808"#, false),
        Row(#"1.0"#, false),
        Row(#"1e2"#, false),
        Row(#"-0"#, false),
        Row(#"null"#, false),
        Row(#"true"#, true),
        Row(#""x""#, true),
        Row(#"[]"#, true),
        Row(#"[1,1,"a"]"#, true),
        Row(#"{}"#, true),
        Row(#"{"a":{"b":[1]}}"#, true),
        Row(#"[null]"#, false),
        Row(#"{"a":null}"#, false),
        Row(#"{"__entity":{"type":"U","id":"a"}}"#, true),
        Row(#"{"__entity":{"type":"U","id":"a","x":1}}"#, true),
        Row(#"{"__entity":{"type":"U","id":"a","x":[1.5]}}"#, false),
        Row(#"{"__extn":{"fn":"ip","arg":"1.1.1.1","x":-0}}"#, false),
        Row(#"{"__entity":5}"#, true),
        Row(#"{"__entity":{"type":"U"}}"#, true),
        Row(#"{"__entity":{"type":"U","id":5}}"#, true),
        Row(#"{"__entity":{"type":"U","id":"a"},"x":1}"#, true),
        Row(#"{"__entity":{"type":"Us er","id":"a"}}"#, false),
        Row(#"{"__entity":{"type":"A :: B","id":"a"}}"#, false),
        Row(#"{"__entity":{"type":"A::B","id":"a"}}"#, true),
        Row(#"{"__entity":{"type":"if","id":"a"}}"#, false),
        Row(#"{"__entity":{"type":"__cedar::X","id":"a"}}"#, false),
        Row(#"{"__entity":{"type":"","id":"a"}}"#, false),
        Row(#"{"__entity":{"type":"U","id":""}}"#, true),
        Row(#"{"type":"U","id":"a"}"#, true),
        Row(#"{"__extn":5}"#, true),
        Row(#"{"__extn":{"fn":"ip"}}"#, true),
        Row(#"{"__extn":{"fn":"ip","arg":"1.1.1.1"}}"#, true),
        Row(#"{"__extn":{"fn":"ip","arg":"1.1.1.1","args":[]}}"#, true),
        Row(#"{"__extn":{"fn":"ip","args":["1.1.1.1"]}}"#, true),
        Row(#"{"__extn":{"fn":"ip","args":[]}}"#, false),
        Row(#"{"__extn":{"fn":"ip","args":["1.1.1.1","2.2.2.2"]}}"#, false),
        Row(#"{"__extn":{"fn":"ip","args":"1.1.1.1"}}"#, true),
        Row(#"{"__extn":{"fn":"ip","arg":"x"}}"#, false),
        Row(#"{"__extn":{"fn":"ip","arg":1}}"#, false),
        Row(#"{"__extn":{"fn":5}}"#, true),
        Row(#"{"__extn":{"fn":"nope","arg":"1"}}"#, false),
        Row(#"{"__extn":{"fn":"decimal","arg":"1.23"}}"#, true),
        Row(#"{"__extn":{"fn":"decimal","arg":"1.23456"}}"#, false),
        Row(#"{"__extn":{"fn":"datetime","arg":"2024-02-30"}}"#, false),
        Row(#"{"__extn":{"fn":"duration","arg":"1h"}}"#, true),
        Row(#"{"__extn":{"fn":"isIpv4","arg":{"__extn":{"fn":"ip","arg":"1.1.1.1"}}}}"#, true),
        Row(
            #"{"__extn":{"fn":"lessThan","args":[{"__extn":{"fn":"decimal","arg":"1.0"}},{"__extn":{"fn":"decimal","arg":"2.0"}}]}}"#,
            true),
        Row(#"{"__extn":{"fn":"offset","args":["2024-01-01","1d"]}}"#, false),
        Row(#"{"__extn":{"fn":"toDate","arg":"2024-01-01"}}"#, false),
        Row(#"{"__expr":"1"}"#, false),
        Row(#"{"__expr":5}"#, true),
        Row(#"{"__expr":"1","x":1}"#, true),
        Row(#"{"a":1,"a":2}"#, false),
        Row(#"{"__extn":{"fn":"ip","arg":{"__extn":5}}}"#, false),
        Row(#""\ud800""#, false),
        Row(#""\ud83d\ude00""#, true),
        Row(#"01"#, false),
        Row(#"+1"#, false),
        Row(#"[1,]"#, false),
        Row(#"{"a":1,}"#, false),
        Row(#"[1 2]"#, false),
        Row(#"tru"#, false),
        Row(#""a"#, false),
        Row(#"'a'"#, false),
        Row(#"{"a" 1}"#, false),
        Row(#"{1:2}"#, false),
        Row(#"NaN"#, false),
        Row(#""\x41""#, false),
        Row("\"\u{1}\"", false),
    ]

    static let entities: [Row] = [
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[]}"#, true),
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":{}}"#, false),
        Row(#"{"uid":{"type":"U","id":"a"},"parents":[]}"#, false),
        Row(#"{"attrs":{},"parents":[]}"#, false),
        Row(#"{"uid":"U::\"a\"","attrs":{},"parents":[]}"#, false),
        Row(#"{"uid":{"__entity":{"type":"U","id":"a"}},"attrs":{},"parents":[]}"#, true),
        Row(#"{"uid":{"__entity":{"type":"U","id":"a"},"x":1},"attrs":{},"parents":[]}"#, true),
        Row(#"{"uid":{"__entity":5,"type":"U","id":"a"},"attrs":{},"parents":[]}"#, true),
        Row(#"{"uid":{"__expr":"U","type":"U","id":"a"},"attrs":{},"parents":[]}"#, false),
        Row(#"{"uid":{"type":"U"},"attrs":{},"parents":[]}"#, false),
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":[],"parents":[]}"#, false),
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":{},"parents":{}}"#, false),
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":{},"parents":["U::\"b\""]}"#, false),
        Row(
            #"{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[{"type":"U","id":"b"},{"type":"U","id":"b"}]}"#,
            true),
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[],"tags":{"t":1}}"#, true),
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[],"tags":[]}"#, false),
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[],"tags":null}"#, false),
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[],"more":1.5}"#, true),
        Row(#"{"uid":{"type":"U","id":"a"},"attrs":{},"parents":[],"more":null}"#, true),
        Row(#"{"uid":null,"attrs":{},"parents":[]}"#, false),
        Row(#"[]"#, false),
        Row(#"5"#, false),
    ]

    @Test(arguments: values)
    func value(row: Row) {
        let document =
            #"[{"uid": {"type": "U", "id": "a"}, "attrs": {"x": "#
            + row.text + #"}, "parents": []}]"#
        #expect(isAccepted(document) == row.isAccepted)
    }

    @Test(arguments: entities)
    func entity(row: Row) {
        #expect(isAccepted("[\(row.text)]") == row.isAccepted)
    }

    /// Reads a document; a refusal must point into it and say something.
    private func isAccepted(_ document: String) -> Bool {
        do {
            let json = ValueJSON(try JSONTape(parsing: Array(document.utf8)))
            _ = try json.entities(json.tape.root)
            return true
        } catch let error as DataError {
            #expect((0...document.utf8.count).contains(error.offset))
            #expect(!error.message.isEmpty)
            return false
        } catch {
            return false
        }
    }

    /// A value may stand in so many others, and no more.
    @Test(arguments: [ValueJSON.maximumDepth, ValueJSON.maximumDepth + 1])
    func depth(around: Int) throws {
        let text =
            String(repeating: "[", count: around + 1) + String(repeating: "]", count: around + 1)
        let json = ValueJSON(try JSONTape(parsing: Array(text.utf8)))
        let isAccepted = (try? json.value(json.tape.root)) != nil
        #expect(isAccepted == (around <= ValueJSON.maximumDepth))
    }
}
