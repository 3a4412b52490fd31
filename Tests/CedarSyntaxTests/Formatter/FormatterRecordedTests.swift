import CedarSyntax
import Foundation
import JSON
import Testing

/// The result is that of the reference, byte by byte.
///
/// Recorded by `Tests/Record/record_formatted.py` from cedar-policy-formatter 4.12.0. A row whose
/// output the reference would itself change has "settled", what it comes to in the end.
@Suite struct FormatterRecordedTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var input: [UInt8]
        var style: LayoutStyle
        var output: [UInt8]
        var testDescription: String { String(decoding: input, as: UTF8.self) }
    }

    private static func rows() throws -> [Row] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: tests.appending(path: "Fixtures/formatted.jsonl"))
        return try data.split(separator: 0x0A).map { line in
            let row = try JSONTape(parsing: Array(line))
            let settled = row.member(row.root, "settled")
            let output = try settled ?? member("output", of: row)
            let style = LayoutStyle(
                lineWidth: try number("lineWidth", of: row),
                indentWidth: try number("indentWidth", of: row))
            return Row(
                input: try #require(row.bytes(member("input", of: row))),
                style: try #require(style), output: try #require(row.bytes(output)))
        }
    }

    private static func member(_ name: StaticString, of row: JSONTape) throws -> JSONNode {
        try #require(row.member(row.root, name))
    }

    private static func number(_ name: StaticString, of row: JSONTape) throws -> Int {
        Int(try #require(row.integer(member(name, of: row))))
    }

    @Test func fixture() throws {
        let rows = try Self.rows()
        #expect(rows.count >= 200)
        for row in rows {
            let result = try PolicyFormatter(row.style).format(row.input)
            #expect(
                result == row.output,
                """
                \(row.style.lineWidth) \(row.style.indentWidth)
                \(row.testDescription)
                -- ours
                \(String(decoding: result, as: UTF8.self))
                -- reference
                \(String(decoding: row.output, as: UTF8.self))
                """)
        }
    }

    @Test func fixtureIsStable() throws {
        for row in try Self.rows() {
            #expect(
                try PolicyFormatter(row.style).format(row.output) == row.output,
                "\(row.testDescription)")
        }
    }
}
