import CedarSyntax
import JSON
import Testing

/// Every policy text of the corpus parses, or is refused, as the reference does it.
///
/// Skipped without the corpus: see `Corpus`.
@Suite(.enabled(if: Corpus.isPresent, "set WRIT_CORPUS to the directory of the corpus"))
struct CorpusParsingTests {
    @Test func edgesAreAcceptedOrRefusedAsRecorded() throws {
        var count = 0
        for row in try Corpus.rows("cedar/edges.jsonl") {
            guard let kind = row.member(row.root, "kind"), row.stringEquals(kind, "parse"),
                let verdict = row.member(row.root, "parses")
            else { continue }
            let source = try policies(of: row)
            let parses = (try? PolicySet.parse(source)) != nil
            #expect(parses == row.boolean(verdict), "\(String(decoding: source, as: UTF8.self))")
            count += 1
        }
        #expect(count > 100)
    }

    @Test(arguments: ["edges", "handwritten", "generated", "validator"])
    func policiesOfOtherRowsParse(file: String) throws {
        var count = 0
        for row in try Corpus.rows("cedar/\(file).jsonl") {
            if let kind = row.member(row.root, "kind"), row.stringEquals(kind, "parse") { continue }
            let source = try policies(of: row)
            #expect(throws: Never.self) { try PolicySet.parse(source) }
            count += 1
        }
        #expect(count > 20)
    }

    private func policies(of row: JSONTape) throws -> [UInt8] {
        let member = try #require(row.member(row.root, "policies"))
        return try #require(row.bytes(member))
    }
}
