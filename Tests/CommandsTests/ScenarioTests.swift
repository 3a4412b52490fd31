import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Foundation
import Testing
import Wire
import WritClient

@testable import Commands

@Suite("Policies/*")
struct ScenarioTests {
    static let names = ["open-banking", "service-mesh"]

    /// A scenario of the checkout.
    private static func scenario(_ name: String) -> ScenarioFolder {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return ScenarioFolder(path: root.appending(path: "Policies/\(name)").path)
    }

    private func expect(_ answer: Answer, _ test: PolicyTest) {
        #expect(answer.cause == .decided, "\(test.name): \(answer.detail)")
        #expect(answer.isAllowed == test.expectsAllow, "\(test.name)")
        #expect(Set(answer.reasons.map { Text($0) }) == test.reasons, "\(test.name)")
        #expect(answer.reasons.count == test.reasons.count, "\(test.name)")
        #expect(answer.errors.count == test.errorCount, "\(test.name)")
        #expect(answer.revision == 1)
    }

    @Test("There are tests, with both decisions, and names of their own", arguments: names)
    func scope(_ name: String) throws {
        let tests = try Self.scenario(name).tests()
        #expect(tests.count >= 40)
        #expect(tests.contains { $0.expectsAllow } && tests.contains { !$0.expectsAllow })
        #expect(Set(tests.map(\.name)).count == tests.count)
    }

    @Test("The engine on entities in memory agrees", arguments: names)
    func inMemory(_ name: String) throws {
        let scenario = Self.scenario(name)
        let tests = try scenario.tests()
        let ruleset = try PolicySource(path: scenario.policies).load()
        let decision = OfflineDecision(
            ruleset, try EntityTable(InputFile(scenario.entities).entities()))
        for mode in [ErrorMode.strict, .cedar] {
            for test in tests {
                let report = try decision.decide(test.request, mode)
                #expect((report.verdict == .allow) == test.expectsAllow, "\(test.name)")
                #expect(Set(report.reasons.map(\.id)) == test.reasons, "\(test.name)")
                #expect(report.reasons.count == test.reasons.count, "\(test.name)")
                #expect(report.errors.count == test.errorCount, "\(test.name)")
            }
        }
    }

    @Test("The service agrees, from certificates, tokens and device records", arguments: names)
    func proven(_ name: String) throws {
        let scenario = Self.scenario(name)
        let workplace = try Workplace()
        let store = try EntityStore.open(
            at: workplace.path("store"), StoreOptions(createIfMissing: true))
        _ = try store.importEntities(from: .file(scenario.entities))
        let service = try ScenarioService(
            scenario, store: store, socket: workplace.path("run/writ.sock"))
        defer { service.stop() }
        let questions = try service.questions(scenario.tests())
        var connection = try Connection(path: service.socket)
        for question in questions {
            expect(try service.ask(question, &connection), question.test)
        }
        // The same once more, now that every verdict is known; at one instant only, as time does
        // not go back.
        let last = questions.last?.instant
        for question in questions where question.instant == last {
            expect(try service.ask(question, &connection), question.test)
        }
    }

    @Test("Nobody but the service says what is verified", arguments: names)
    func reserved(_ name: String) throws {
        let scenario = Self.scenario(name)
        let workplace = try Workplace()
        let store = try EntityStore.open(
            at: workplace.path("store"), StoreOptions(createIfMissing: true))
        _ = try store.importEntities(from: .file(scenario.entities))
        let service = try ScenarioService(
            scenario, store: store, socket: workplace.path("run/writ.sock"))
        defer { service.stop() }
        var connection = try Connection(path: service.socket)
        for test in try scenario.tests() {
            let answer = try connection.decide(EncodedRequest(test.request))
            #expect(!answer.isAllowed, "\(test.name)")
            #expect(answer.cause == .reservedMember, "\(test.name)")
        }
    }

    @Test("The certificates and tokens are those that are minted from their plan", arguments: names)
    func minted(_ name: String) throws {
        let root = URL(fileURLWithPath: Self.scenario(name).path)
            .deletingLastPathComponent().deletingLastPathComponent()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", root.appending(path: "Tests/Record/identities.py").path,
            Self.scenario(name).path, "--check",
        ]
        let check = Process()
        check.executableURL = process.executableURL
        check.arguments = [
            "python3", "-c", "import cryptography as c; assert c.__version__ >= '43'",
        ]
        check.standardError = FileHandle.nullDevice
        try check.run()
        check.waitUntilExit()
        guard check.terminationStatus == 0 else {
            print("skipped: python3 has no cryptography of 43 or newer")
            return
        }
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
