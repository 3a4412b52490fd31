import CedarSyntax
import CedarTestSupport
import Foundation
import Testing

@Suite struct RecordedCaseTests {
    private static let line = """
        {"id":"1","policies":"permit(principal,action,resource);","entities":[],"requests":[\
        {"principal":{"type":"U","id":"a"},"action":{"type":"Action","id":"v"},\
        "resource":{"type":"D","id":"d"},"context":{},"decision":"allow","reason":["policy0"],\
        "errors":[]}]}
        """

    private static func fixture() throws -> [RecordedCase] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = try Data(contentsOf: tests.appending(path: "Fixtures/recorded.jsonl"))
        return try RecordedCase.cases(in: Array(file))
    }

    @Test(arguments: [
        ("{", "["), ("\"id\":\"1\",", ""), ("\"entities\":[],", ""), ("\"policies\"", "\"policy\""),
        ("\"requests\"", "\"request\""), ("\"allow\"", "\"Allow\""),
        ("\"decision\":\"allow\",", ""),
        ("\"reason\"", "\"reasons\""), ("\"errors\"", "\"error\""),
        ("\"principal\"", "\"subject\""),
    ])
    func refusesWhatIsNoCase(part: String, replacement: String) {
        let broken = Self.line.replacing(part, with: replacement, maxReplacements: 1)
        #expect(broken != Self.line)
        #expect(throws: DataError.self) { try RecordedCase(line: Array(broken.utf8)) }
    }

    @Test(arguments: [
        ("\"allow\"", "\"deny\""), ("[\"policy0\"]", "[]"),
        ("\"errors\":[]", "\"errors\":[\"policy0\"]"),
        ("[\"policy0\"]", "[\"policy0\",\"policy1\"]"), ("permit(", "forbid("),
    ])
    func noticesEveryKindOfDisagreement(part: String, replacement: String) throws {
        let changed = Self.line.replacing(part, with: replacement, maxReplacements: 1)
        let disagreements = try RecordedCase(line: Array(changed.utf8)).disagreements()
        #expect(disagreements.count == 1)
        #expect(disagreements.first?.request == 0)
    }

    @Test func aTextThatDoesNotParseIsAnError() throws {
        let changed = Self.line.replacing("permit(", with: "permit[")
        #expect(throws: Diagnostics.self) {
            try RecordedCase(line: Array(changed.utf8)).disagreements()
        }
    }

    @Test func agreesWithTheLine() throws {
        #expect(try RecordedCase(line: Array(Self.line.utf8)).disagreements().isEmpty)
    }

    /// What cedarpy 4.12.2 answered, see `Tests/Record/record_cedarpy.py`.
    @Test func theTreeEvaluatorAgreesWithTheRecord() throws {
        let cases = try Self.fixture()
        #expect(cases.count >= 250)
        for recorded in cases {
            #expect(try recorded.disagreements().isEmpty, "case \(recorded.policyCase.id)")
        }
    }

    @Test func theRecordHoldsEveryOutcome() throws {
        let answers = try Self.fixture().flatMap(\.answers)
        #expect(answers.count { $0.isAllowed } >= 100)
        #expect(answers.count { !$0.isAllowed && !$0.reasons.isEmpty } >= 100)
        #expect(answers.count { !$0.errors.isEmpty } >= 150)
        #expect(answers.count { $0.errors.count > 1 } >= 20)
        #expect(answers.count { $0.isAllowed && !$0.errors.isEmpty } >= 30)
    }
}
