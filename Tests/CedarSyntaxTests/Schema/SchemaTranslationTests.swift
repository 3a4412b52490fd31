import CedarSyntax
import Foundation
import JSON
import Testing

/// Schemas of `Tests/Fixtures/schemas.jsonl`, with the text in which cedar-policy 4.12.0 prints them.
enum RecordedSchemas {
    struct Row: Sendable, CustomTestStringConvertible {
        var schema: String
        /// Nil when the reference has no text for it.
        var printed: String?
        var testDescription: String { schema }
        var isJSON: Bool { schema.first { !$0.isWhitespace } == "{" }
    }

    static let rows: [Row] = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        guard let data = try? Data(contentsOf: tests.appending(path: "Fixtures/schemas.jsonl"))
        else { return [] }
        return data.split(separator: 0x0A).compactMap { line in
            guard let tape = try? JSONTape(parsing: Array(line)),
                let schema = tape.member(tape.root, "schema").flatMap({ tape.string($0) })
            else { return nil }
            return Row(
                schema: schema,
                printed: tape.member(tape.root, "printed").flatMap { tape.string($0) })
        }
    }()
}

extension SchemaTree {
    /// The JSON of a schema in text, read again.
    fileprivate func throughJSON() throws -> SchemaTree { try .parseJSON(try json()) }

    fileprivate func throughText() throws -> SchemaTree {
        try .parse(Array(try cedarText().utf8))
    }
}

@Suite("Schemas from one syntax to the other")
struct SchemaTranslationTests {
    @Test func fixturesAreThere() {
        #expect(RecordedSchemas.rows.count > 200)
        #expect(RecordedSchemas.rows.filter(\.isJSON).count > 60)
    }

    @Test("Printed as the reference does, byte for byte", arguments: RecordedSchemas.rows)
    func printedAsRecorded(_ row: RecordedSchemas.Row) throws {
        let source = Array(row.schema.utf8)
        let tree = try row.isJSON ? SchemaTree.parseJSON(source) : .parse(source).throughJSON()
        guard let printed = row.printed else {
            #expect(throws: SchemaTextError.self) { try tree.cedarText() }
            return
        }
        #expect(try tree.cedarText() == printed)
    }

    @Test("There and back it is the same tree", arguments: RecordedSchemas.rows)
    func roundTrip(_ row: RecordedSchemas.Row) throws {
        let source = Array(row.schema.utf8)
        guard row.printed != nil else { return }
        let tree = try SchemaTree.parseEither(source).normalized()
        let text = try tree.throughText()
        let expected = tree.dump(isFromText: true)
        #expect(try text.normalized().dump(isFromText: true) == expected)
        #expect(try text.throughJSON().normalized().dump(isFromText: true) == expected)
    }

    @Test("The schemas of the corpus survive", .enabled(if: Corpus.isPresent))
    func corpus() throws {
        var seen: Set<Text> = []
        for file in ["handwritten", "generated", "entities", "edges", "validator"] {
            for tape in try Corpus.rows("cedar/\(file).jsonl") {
                guard let node = tape.member(tape.root, "schema"), let bytes = tape.bytes(node),
                    seen.insert(Text(validUTF8: bytes)).inserted,
                    let tree = try? SchemaTree.parseEither(bytes).normalized()
                else { continue }
                let expected = tree.dump(isFromText: true)
                let back: SchemaTree
                do { back = try tree.throughJSON().throughText() } catch SchemaTextError.noText {
                    #expect(bytes.first == UInt8(ascii: "{"), "\(expected)")
                    continue
                }
                #expect(try back.normalized().dump(isFromText: true) == expected)
            }
        }
        #expect(seen.count > 2000)
    }

    /// A refusal's errors, as `line:column message | help`.
    private func refusal(of json: String) throws -> [String] {
        do {
            _ = try SchemaTree.parseJSON(Array(json.utf8)).cedarText()
            return []
        } catch let SchemaTextError.noText(diagnostics) {
            let map = SourceMap(Array(json.utf8))
            return diagnostics.all.map {
                let place = map.position(at: Int($0.span.start))
                return "\(place.line):\(place.column) \($0.message)"
                    + ($0.help.map { " | \($0)" } ?? "")
            }
        }
    }

    @Test("What only JSON can say is refused")
    func onlyJSON() throws {
        #expect(
            try refusal(
                of: """
                    {"N": {"commonTypes": {"T": {"type": "Record", "attributes": {}}},
                      "entityTypes": {
                        "T": {},
                        "U": {"shape": {"type": "T"}},
                        "V": {"shape": {"type": "Long"}}},
                      "actions": {"a": {"appliesTo": {"principalTypes": ["U"],
                        "resourceTypes": ["U"], "context": {"type": "Set", "element":
                          {"type": "Long"}}}}}}}
                    """) == [
                    "3:5 `N::T` is both an entity type and a common type, which Cedar's syntax "
                        + "cannot tell apart | give one of the two another name",
                    "4:29 the shape of `N::U` is not a record, which Cedar's syntax cannot "
                        + "express | write the attributes of the common type here",
                    "5:20 the shape of `N::V` is not a record, which Cedar's syntax cannot "
                        + "express | write the attributes of the common type here",
                    "7:40 the context of the action \"a\" is a set; it can only be a record or a "
                        + "common type that is one",
                ])
    }

    /// The reference prints these, but as something else.
    @Test(
        "A name that would mean something else is refused",
        arguments: [
            (#"{"type":"Entity","name":"X"}"#, "the entity type `X` is meant"),
            (#"{"type":"Set","element":{"type":"Entity","name":"X"}}"#, "the entity type `X`"),
            (#"{"type":"ipaddr"}"#, "the common type `ipaddr` is meant"),
            (#"{"type":"Entity","name":"Long"}"#, "is a type of the language here"),
        ])
    func ambiguous(_ type: String, _ words: String) throws {
        let json = """
            {"":{"commonTypes":{"X":{"type":"Long"}},"entityTypes":{"X":{},"ipaddr":{},"Y":
            {"shape":{"type":"Record","attributes":{"a":\(type)}}}},"actions":{}}}
            """
        let errors = try refusal(of: json)
        #expect(errors.count == 1 && errors[0].contains(words), "\(errors)")
        #expect(errors[0].hasPrefix("2:"))
    }

    @Test("What is declared twice is refused by both printers")
    func declaredTwice() throws {
        let source =
            "entity A, A;\nnamespace N { type T = Long; type T = Long; action a, \"a\"; }\n"
            + "namespace N {}"
        let tree = try SchemaTree.parse(Array(source.utf8))
        do {
            _ = try tree.json()
            Issue.record("written")
        } catch {
            guard case .noText(let diagnostics) = error else { throw error }
            #expect(
                diagnostics.all.map(\.message) == [
                    "entity type `A` is declared twice", "type `T` is declared twice",
                    "action `a` is declared twice", "namespace `N` is declared twice",
                ])
            #expect(diagnostics.all.map(\.span.start) == [10, 47, 67, 84])
        }
        #expect(throws: SchemaTextError.self) { try tree.cedarText() }
    }

    @Test("A declaration of many names costs no more than the limit")
    func outputIsLimited() throws {
        let names = (0..<20_000).map { "A\($0)" }.joined(separator: ",")
        let attributes = (0..<2000).map { "a\($0): Long" }.joined(separator: ",")
        let tree = try SchemaTree.parse(Array("entity \(names) {\(attributes)};".utf8))
        func isOverflow(_ work: () throws(SchemaTextError) -> Void) -> Bool {
            do { try work() } catch { if case .overflow = error { return true } }
            return false
        }
        #expect(isOverflow { () throws(SchemaTextError) in _ = try tree.json(limit: 1 << 20) })
        #expect(isOverflow { () throws(SchemaTextError) in _ = try tree.cedarText(limit: 1 << 20) })
    }

    @Test("Hidden types bring the reference's warnings")
    func warnings() throws {
        let tree = try SchemaTree.parse(
            Array("type A = Long; entity A, Long;\nnamespace N { type ipaddr = Long; }".utf8))
        #expect(
            tree.warnings.map(\.message) == [
                "the common type `A` hides the entity type of that name",
                "`Long` hides a type of the language", "`ipaddr` hides a type of the language",
            ])
        #expect(tree.warnings.map(\.span.start) == [5, 25, 50])
        #expect(tree.warnings.allSatisfy { $0.severity == .warning })
    }

    /// Types may be as deep as the parsers take them.
    @Test func deepTypes() throws {
        let depth = TypeTree.maximumDepth - 1
        let type =
            String(repeating: "{a: ", count: depth) + "Long" + String(repeating: "}", count: depth)
        let tree = try SchemaTree.parse(Array("type T = \(type);".utf8))
        #expect(
            try tree.throughJSON().throughText().normalized().dump() == tree.normalized().dump())
    }
}
