import Foundation
import Testing

@Suite("writ conformance")
struct ConformanceCommandTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func replay(_ line: String) throws -> WritProgram.Outcome {
        try workplace.write("cases.jsonl", line + "\n")
        return try WritProgram.run(["conformance", "cases.jsonl"], in: workplace)
    }

    /// A differential case on which every verdict is right.
    private static let line = """
        {"id":"1","kind":"differential",\
        "schema":{"format":"cedar","accepted":true,\
        "text":"entity U; action v appliesTo {principal: U, resource: U, context: {a?: Long}};"},\
        "policies":{"format":"cedar","accepted":true,"invalid":["policy1"],\
        "text":"permit(principal == ?principal, action, resource); \
        permit(principal, action, resource) when { context.a == 1 };",\
        "links":[{"template":"policy0","id":"link0","accepted":true,\
        "values":{"?principal":{"type":"U","id":"a"}}}]},\
        "entities":{"text":"[]","accepted":true,\
        "json":[{"uid":{"type":"Action","id":"v"},"attrs":{},"parents":[]}]},\
        "requests":[{"principal":"U::\\"a\\"","action":{"type":"Action","id":"v"},\
        "resource":{"type":"U","id":"a"},"context":"{}","accepted":true,\
        "decision":"allow","reason":["link0"],"errors":["policy1"]}]}
        """

    @Test(
        "Every verdict of a differential case is checked",
        arguments: [
            ("\"cedar\",\"accepted\":true,\"text\"", "\"cedar\",\"accepted\":false,\"text\""),
            ("\"invalid\":[\"policy1\"]", "\"invalid\":[]"),
            ("\"invalid\":[\"policy1\"]", "\"invalid\":[\"policy0\",\"policy1\"]"),
            ("\"accepted\":true,\"invalid\"", "\"accepted\":false,\"invalid\""),
            ("\"link0\",\"accepted\":true", "\"link0\",\"accepted\":false"),
            ("\"[]\",\"accepted\":true", "\"[]\",\"accepted\":false"),
            ("\"attrs\":{}", "\"attrs\":{\"a\":1}"),
            ("\"id\":\"v\"},\"attrs\"", "\"id\":\"w\"},\"attrs\""),
            ("\"parents\":[]", "\"parents\":[{\"type\":\"Action\",\"id\":\"w\"}]"),
            ("\"{}\",\"accepted\":true", "\"{}\",\"accepted\":false"),
            ("\"allow\"", "\"deny\""), ("\"reason\":[\"link0\"]", "\"reason\":[]"),
            ("\"errors\":[\"policy1\"]", "\"errors\":[]"),
            ("\"invalid\":", "\"json\":{\"templates\":{}},\"invalid\":"),
            ("\"U::\\\"a\\\"\"", "\"U::\\\"\\\\x41\\\"\""),
            ("\"context\":\"{}\"", "\"context\":\"{\\\"b\\\":1}\""),
        ])
    func wrongVerdict(part: String, replacement: String) throws {
        let changed = Self.line.replacing(part, with: replacement, maxReplacements: 1)
        #expect(changed != Self.line)
        let outcome = try replay(changed)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains(" 1 failed"), "\(outcome.output)")
    }

    @Test("Right verdicts pass")
    func rightVerdicts() throws {
        let outcome = try replay(Self.line)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("8 passed, 0 failed"), "\(outcome.output)")
    }

    /// What the differential fuzzer found, see `Tests/Differential/differential.py`.
    @Test("What once differed from the reference does not")
    func differences() throws {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let fixture = tests.appending(path: "Fixtures/differences.jsonl").path
        let outcome = try WritProgram.run(["conformance", fixture], in: workplace)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("passed, 0 failed"), "\(outcome.output)")
    }
}
