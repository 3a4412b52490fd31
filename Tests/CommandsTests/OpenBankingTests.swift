import CedarEngine
import CedarSyntax
import DecisionPoint
import Testing
import Wire
import WritClient

@testable import Commands

@Suite("Policies/open-banking")
struct OpenBankingTests {
    private let scenario: ScenarioFolder
    private let tests: [PolicyTest]

    init() throws {
        scenario = try ScenarioFolder.openBanking()
        tests = try scenario.tests()
    }

    @Test("There are tests, with both decisions, and names of their own")
    func scope() {
        #expect(tests.count >= 60)
        #expect(tests.contains { $0.expectsAllow } && tests.contains { !$0.expectsAllow })
        #expect(Set(tests.map(\.name)).count == tests.count)
    }

    @Test("The engine on entities in memory agrees", arguments: [ErrorMode.strict, .cedar])
    func inMemory(_ mode: ErrorMode) throws {
        let ruleset = try PolicySource(path: scenario.policies).load()
        let decision = OfflineDecision(
            ruleset, try EntityTable(InputFile(scenario.entities).entities()))
        for test in tests {
            let report = try decision.decide(test.request, mode)
            #expect((report.verdict == .allow) == test.expectsAllow, "\(test.name)")
            #expect(Set(report.reasons.map(\.id)) == test.reasons, "\(test.name)")
            #expect(report.reasons.count == test.reasons.count, "\(test.name)")
            #expect(report.errors.count == test.errorCount, "\(test.name)")
        }
    }

    @Test("The server on a store agrees, one at a time and as one batch")
    func overSocket() throws {
        let workplace = try Workplace()
        let imported = try WritProgram.run(
            ["store", "import", "--store", "store", scenario.entities], in: workplace)
        #expect(imported.status == 0, "\(imported.errors)")
        let server = try RunningServer(
            workplace,
            configuration: RunningServer.configuration.replacing(
                "policies: policies", with: "policies: \(scenario.policies)"))
        var connection = try server.connect()
        let questions = try tests.map { try EncodedRequest($0.request) }
        let batch = try connection.decideBatch(questions)
        #expect(batch.count == tests.count)
        for (index, test) in tests.enumerated() {
            let single = try connection.decide(questions[index])
            for answer in [single, batch[index]] {
                #expect(answer.cause == .decided, "\(test.name)")
                #expect(answer.isAllowed == test.expectsAllow, "\(test.name)")
                #expect(Set(answer.reasons.map { Text($0) }) == test.reasons, "\(test.name)")
                #expect(answer.reasons.count == test.reasons.count, "\(test.name)")
                #expect(answer.errors.count == test.errorCount, "\(test.name)")
                #expect(answer.revision == 1)
            }
        }
        #expect(server.stop() == 0)
    }
}
