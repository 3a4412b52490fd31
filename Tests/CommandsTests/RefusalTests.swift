import Foundation
import JSON
import Testing

/// Inputs of `Tests/Fixtures/refusals.jsonl`: cedar-policy 4.12.0 refuses each of them too (recorded);
/// places and words are Writ's own.
enum RecordedRefusals {
    struct Row: Sendable, CustomTestStringConvertible {
        /// Which of the command line's inputs it is.
        var parser: String
        var text: String
        /// `line:column message`.
        var error: String
        var testDescription: String { "\(parser) \(text)" }
    }

    static let rows: [Row] = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        guard let data = try? Data(contentsOf: tests.appending(path: "Fixtures/refusals.jsonl"))
        else { return [] }
        return data.split(separator: 0x0A).compactMap { line in
            guard let tape = try? JSONTape(parsing: Array(line)) else { return nil }
            let members = ["parser", "text", "error"].compactMap { (name: StaticString) in
                tape.member(tape.root, name).flatMap { tape.string($0) }
            }
            return members.count == 3
                ? Row(parser: members[0], text: members[1], error: members[2]) : nil
        }
    }()

    static func of(_ parsers: String...) -> [Row] { rows.filter { parsers.contains($0.parser) } }
}

@Suite("Bad input to the commands")
struct RefusalTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write("p.cedar", "permit(principal, action, resource);")
        try workplace.write("none.json", "[]")
        try workplace.write(
            "s.cedarschema",
            """
            entity G; entity U in [G] { e?: G, d?: decimal, i?: ipaddr, t?: datetime, u?: duration, \
            s?: Set<decimal>, r?: {a: decimal, b?: Long}, l?: Long, st?: String, se?: Set<G>, \
            ss?: Set<String>, ac?: Action, en?: E, b?: Bool } tags decimal;
            entity E enum ["x"]; entity T;
            action g; action h in [g]; action v in [h] appliesTo {principal: U, resource: U, \
            context: {d?: decimal, l?: Long}};
            """)
        let scope = #""action": {"op": "All"}, "conditions": []"#
        try workplace.write(
            "templates.json",
            """
            {"staticPolicies": {"s": {"effect": "permit", "principal": {"op": "All"},
            "resource": {"op": "All"}, \(scope)}}, "templates": {
            "t": {"effect": "permit", "principal": {"op": "==", "slot": "?principal"},
            "resource": {"op": "All"}, \(scope)},
            "b": {"effect": "permit", "principal": {"op": "in", "slot": "?principal"},
            "resource": {"op": "in", "slot": "?resource"}, \(scope)}}, "templateLinks": []}
            """)
    }

    /// The arguments with which a command reads the file `input` by a parser.
    private static func arguments(_ parser: String) -> [String] {
        let request = ["-l", #"U::"a""#, "-a", #"Action::"v""#, "-r", #"U::"b""#]
        let schema = ["--schema", "s.cedarschema"]
        let authorize = ["authorize", "--policies", "p.cedar", "--entities"]
        return switch parser {
        case "entities": authorize + ["input"] + request
        case "schemaEntities": authorize + ["input"] + request + schema
        case "request": authorize + ["none.json", "--request-json", "input"]
        case "schemaRequest": authorize + ["none.json", "--request-json", "input"] + schema
        case "set": ["check-parse", "--policies", "input", "--policy-format", "json"]
        case "policies": ["check-parse", "--policies", "input"]
        case "schema": ["check-parse", "--schema", "input"]
        default:
            [
                "check-parse", "--policies", "templates.json", "--policy-format", "json", "-k",
                "input",
            ]
        }
    }

    private func check(_ row: RecordedRefusals.Row) throws {
        try workplace.write("input", row.text)
        let outcome = try WritProgram.run(Self.arguments(row.parser), in: workplace)
        #expect(outcome.status == 1 && outcome.output == "")
        let lines = outcome.errors.split(separator: "\n")
        let place = try #require(lines.first { $0.contains("--> input:") }, "\(outcome.errors)")
        let position = place.split(separator: ":").dropFirst().joined(separator: ":")
        let message = try #require(lines.first).dropFirst("error: ".count)
        #expect("\(position) \(message)" == row.error)
    }

    @Test func tablesAreThere() {
        #expect(RecordedRefusals.of("entities").count >= 60)
        #expect(RecordedRefusals.of("schemaEntities").count >= 60)
        #expect(RecordedRefusals.of("request", "schemaRequest").count >= 60)
        #expect(RecordedRefusals.of("links").count >= 60)
    }

    @Test("Entities", arguments: RecordedRefusals.of("entities", "schemaEntities"))
    func entities(_ row: RecordedRefusals.Row) throws { try check(row) }

    @Test("Requests and contexts", arguments: RecordedRefusals.of("request", "schemaRequest"))
    func requests(_ row: RecordedRefusals.Row) throws { try check(row) }

    @Test("Links, in policy sets and in files", arguments: RecordedRefusals.of("set", "links"))
    func links(_ row: RecordedRefusals.Row) throws { try check(row) }

    /// What stands in a file before, between and in place of text.
    @Test(
        "Byte order marks, bytes that are no UTF-8, and deep nesting",
        arguments: [
            "policies", "schema", "set", "entities", "schemaEntities", "request", "links",
        ])
    func oddFiles(_ parser: String) throws {
        let isJSON = parser != "policies" && parser != "schema"
        // An empty list, object or text, with line breaks of Windows.
        let good = isJSON ? "\r\n[\r\n]\r\n" : "// comment\r\n\r\n"
        // JSON has such bytes in strings at most.
        let before = Array((isJSON ? "\r\n\"" : "\r\n ").utf8)
        for (bytes, words, place) in [
            ([0xEF, 0xBB, 0xBF] + Array(good.utf8), "byte order mark", "1:1"),
            (before + [0xC3, 0x0A], "UTF-8", "2:2"),
            (before + [0xFF], "UTF-8", "2:2"),
            (before + [0xED, 0xA0, 0x80], "UTF-8", "2:2"),
        ] as [([UInt8], String, String)] {
            try workplace.write("input", bytes)
            let outcome = try WritProgram.run(Self.arguments(parser), in: workplace)
            #expect(outcome.status == 1 && outcome.output == "")
            #expect(outcome.errors.contains(words), "\(parser): \(outcome.errors)")
            #expect(outcome.errors.contains("input:\(place)\n"), "\(parser): \(outcome.errors)")
        }
        let nested =
            switch parser {
            case "policies":
                "permit(principal, action, resource) when {\r\n"
                    + String(repeating: "(", count: 10_000)
            case "schema": "type T =\r\n" + String(repeating: "Set<", count: 10_000)
            default: "\r\n" + String(repeating: "[", count: 10_000)
            }
        try workplace.write("input", nested)
        let outcome = try WritProgram.run(Self.arguments(parser), in: workplace)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("--> input:2:"), "\(parser): \(outcome.errors.prefix(300))")
        #expect(outcome.errors.utf8.count < 4000)
    }

    /// Files as large as nobody writes them end in an error or are read, in bounded time.
    @Test(
        "50 MB", .timeLimit(.minutes(5)),
        arguments: ["policies", "schema", "entities"])
    func largeFiles(_ parser: String) throws {
        let isJSON = parser != "policies" && parser != "schema"
        // One string that is never closed.
        var bytes = Array((isJSON ? "[\r\n \"" : "@a(\r\n \"").utf8)
        bytes += [UInt8](repeating: UInt8(ascii: "x"), count: 50 << 20)
        try workplace.write("input", bytes)
        let outcome = try WritProgram.run(Self.arguments(parser), in: workplace, seconds: 240)
        #expect(outcome.status == 1 && outcome.output == "")
        #expect(outcome.errors.contains("--> input:"), "\(parser): \(outcome.errors.prefix(300))")
        #expect(outcome.errors.utf8.count < 4000)
    }
}
