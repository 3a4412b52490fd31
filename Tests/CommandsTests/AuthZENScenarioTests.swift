import CedarSyntax
import DecisionPoint
import EntityStore
import Foundation
import JSON
import Server
import Synchronization
import Testing
import WritClient

@testable import Commands

/// The scenarios' questions over AuthZEN, with the same proofs as over the local socket.
@Suite("Policies/*, over AuthZEN")
struct AuthZENScenarioTests {
    /// A scenario's service with a listener for AuthZEN, at the time of its tests.
    private final class Scene: Sendable {
        let workplace: Workplace
        let scenario: ScenarioFolder
        private let service: Service
        private let http: RunningHTTP
        private let time = Time()

        private final class Time: Sendable {
            let milliseconds = Atomic<Int64>(0)
        }

        /// - Parameter authzen: the listener's key `authzen`, as YAML on one line.
        init(_ name: String, authzen: String = "{namePolicies: true}") async throws {
            workplace = try Workplace()
            let root = URL(fileURLWithPath: #filePath)
                .deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let folder = workplace.path("scenario")
            try FileManager.default.copyItem(
                atPath: root.appending(path: "Policies/\(name)").path, toPath: folder)
            scenario = ScenarioFolder(path: folder)
            try workplace.write(
                "scenario/writ.yaml",
                workplace.text("scenario/writ.yaml")
                    + "http:\n  - {name: api, family: authzen, socket: \(workplace.path("run/api")), "
                    + "authzen: \(authzen)}\n")
            var configuration = try ServiceConfiguration.read(folder + "/writ.yaml")
            configuration.watchesFiles = false
            configuration.socket = LocalSocketConfiguration(path: workplace.path("run/writ"))
            let user = PeerAllowList(userIDs: [getuid()])
            configuration.socketRights = LocalPeerRights(gateways: user, mayNamePrincipal: user)
            let store = try EntityStore.open(
                at: workplace.path("store"), StoreOptions(createIfMissing: true))
            _ = try store.importEntities(from: .file(scenario.entities))
            let time = time
            service = try Service(
                configuration, store: store, log: .quiet,
                clock: DecisionClock { time.milliseconds.load(ordering: .relaxed) })
            http = try await #require(try service.startHTTP(on: TaskThread.http))
        }

        func stop() async {
            await http.stop(drainFor: .seconds(1))
            service.stop(drainFor: .seconds(1))
        }

        func setTime(_ milliseconds: Int64) {
            time.milliseconds.store(milliseconds, ordering: .relaxed)
        }

        /// The status and the body of the answer to a request.
        func post(_ path: String, _ body: String) async throws -> (status: Int, body: String) {
            let socket = workplace.path("run/api")
            // On a thread of its own: the others beside it are the tests'.
            let answer = try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(with: Result { try Self.exchange(socket, path, body) })
                }
            }
            let head = try #require(answer.firstRange(of: "\r\n\r\n"))
            let status = answer.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            return (try #require(status), String(answer[head.upperBound...]))
        }

        private static func exchange(
            _ socket: String, _ path: String, _ body: String
        ) throws -> String {
            let connection = try LocalConnection(socket, waiting: 120)
            try connection.send(
                "POST \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
            return try connection.readAll()
        }
    }

    /// A question as an enforcement point asks it.
    ///
    /// - Parameter proof: what stands in `context.evidence`; nil for nothing.
    private static func body(
        _ request: TreeRequest, _ proof: WritClient.Evidence?,
        _ extra: [(key: Text, value: Value)] = []
    ) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("subject")
        writer.write(request.principal)
        writer.key("action")
        writer.beginObject()
        writer.key("name")
        writer.string(utf8: request.action.id.utf8.span)
        writer.endObject()
        writer.key("resource")
        writer.write(request.resource)
        writer.key("context")
        var context = request.context + extra
        if let proof { context.append(("evidence", .record(members(proof)))) }
        writer.write(context)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func members(_ proof: WritClient.Evidence) -> [(key: Text, value: Value)] {
        var members: [(key: Text, value: Value)] = []
        if case .chain(let chain)? = proof.certificate {
            let blocks = chain.map { der in
                "-----BEGIN CERTIFICATE-----\n"
                    + Data(der).base64EncodedString(
                        options: [.lineLength64Characters, .endLineWithLineFeed])
                    + "\n-----END CERTIFICATE-----\n"
            }
            members.append(("certificate", .string(Text(blocks.joined()))))
        }
        if let token = proof.token { members.append(("token", .string(Text(token)))) }
        if let address = proof.sourceIP { members.append(("sourceIp", .string(Text(address)))) }
        return members
    }

    private static func sorted(_ name: StaticString, _ tape: JSONTape) -> [String] {
        guard let context = tape.member(tape.root, "context"),
            let list = tape.member(context, name)
        else { return [] }
        return tape.elements(list).compactMap { tape.string($0) }.sorted()
    }

    @Test(
        "Decisions and their policies are those of the local socket",
        arguments: ["open-banking", "service-mesh"])
    func equalDecisions(_ name: String) async throws {
        let scene = try await Scene(name)
        let identities = try ScenarioIdentities(scene.scenario)
        let asked = try scene.scenario.tests()
            .map { (test: $0, asked: try identities.asked($0)) }
            .sorted { $0.asked.instant < $1.asked.instant }
        #expect(asked.count >= 40)
        for (test, asked) in asked {
            scene.setTime(asked.instant)
            var local = try Connection(path: scene.workplace.path("run/writ"))
            let expected = try local.decide(
                EncodedRequest(asked.request), evidence: EncodedEvidence(asked.evidence))
            let answer = try await scene.post(
                "/access/v1/evaluation", Self.body(asked.request, asked.evidence))
            try #require(answer.status == 200, "\(test.name): \(answer.body)")
            let tape = try JSONTape(parsing: Array(answer.body.utf8))
            let decision = try #require(tape.member(tape.root, "decision"))
            #expect(tape.boolean(decision) == expected.isAllowed, "\(test.name)")
            #expect(expected.isAllowed == test.expectsAllow, "\(test.name)")
            #expect(Self.sorted("policies", tape) == expected.reasons.sorted(), "\(test.name)")
            #expect(
                Self.sorted("errors", tape) == expected.errors.map(\.policyID).sorted(),
                "\(test.name)")
        }
        await scene.stop()
    }

    @Test("What proves another, or is nothing, is a denial; what no caller may say is refused")
    func refused() async throws {
        let scene = try await Scene("open-banking")
        let identities = try ScenarioIdentities(scene.scenario)
        let tests = try scene.scenario.tests().filter(\.expectsAllow)
        let asked = try #require(
            try tests.map { try identities.asked($0) }.first {
                $0.evidence.token != nil && $0.evidence.certificate == nil
            })
        scene.setTime(asked.instant)
        let good = try await scene.post(
            "/access/v1/evaluation", Self.body(asked.request, asked.evidence))
        #expect(good.body.hasPrefix(#"{"decision":true"#), "\(good.body)")

        var stranger = asked.request
        stranger.principal = EntityUID(type: stranger.principal.type, id: "somebody-else")
        var cut = asked.evidence
        cut.token = cut.token.map { String($0.dropLast(2)) }
        var network = asked.evidence
        network.sourceIP = "192.0.2.0/24"
        for (body, cause) in [
            (Self.body(stranger, asked.evidence), "principalNotAllowed"),
            (Self.body(asked.request, cut), "identityRejected"),
            (Self.body(asked.request, network), "malformed"),
        ] {
            let answer = try await scene.post("/access/v1/evaluation", body)
            #expect(answer.status == 200)
            #expect(
                answer.body.hasPrefix(#"{"decision":false,"context":{"cause":"\#(cause)""#),
                "\(answer.body)")
        }
        let own = Self.body(asked.request, asked.evidence, [("verified", .record([]))])
        for (body, word) in [
            (own, "`context.verified`"),
            (Self.body(asked.request, nil, [("evidence", .string("x"))]), "must be an object"),
            (
                Self.body(asked.request, nil, [("evidence", .record([("tokn", .string("x"))]))]),
                "`context.evidence.tokn` is unknown"
            ),
            (
                Self.body(asked.request, nil, [("evidence", .record([("token", .long(1))]))]),
                "`context.evidence.token` must be a string"
            ),
            (
                Self.body(asked.request, nil, [("evidence", .record([("token", .string(""))]))]),
                "is empty"
            ),
            (
                Self.body(asked.request, nil, [("evidence", .record([("http", .string("x"))]))]),
                "`context.evidence.http` must be an object"
            ),
        ] {
            let answer = try await scene.post("/access/v1/evaluation", body)
            #expect(answer.status == 400)
            #expect(answer.body.contains(word), "\(answer.body)")
        }

        // Without proof the same subjects are only named, and most policies ask for more.
        var needed = 0
        let later = try tests.map { try identities.asked($0) }
            .filter { $0.instant >= asked.instant }.sorted { $0.instant < $1.instant }
        for asked in later {
            scene.setTime(asked.instant)
            let named = try await scene.post(
                "/access/v1/evaluation", Self.body(asked.request, nil))
            if named.body.hasPrefix(#"{"decision":false"#) { needed += 1 }
        }
        #expect(needed > 0, "\(later.count)")
        await scene.stop()
    }

    @Test("A listener that wants proof denies whoever is only named")
    func required() async throws {
        let scene = try await Scene(
            "open-banking", authzen: "{namePolicies: true, evidence: required}")
        let identities = try ScenarioIdentities(scene.scenario)
        let asked = try #require(
            try scene.scenario.tests().filter(\.expectsAllow).map { try identities.asked($0) }
                .first { $0.evidence.token != nil })
        scene.setTime(asked.instant)
        let proved = try await scene.post(
            "/access/v1/evaluation", Self.body(asked.request, asked.evidence))
        #expect(proved.body.hasPrefix(#"{"decision":true"#), "\(proved.body)")
        for evidence in [nil, WritClient.Evidence(sourceIP: "192.0.2.1")] {
            let named = try await scene.post(
                "/access/v1/evaluation", Self.body(asked.request, evidence))
            #expect(
                named.body.contains(#""cause":"identityRejected","detail":"evidence_missing""#),
                "\(named.body)")
        }
        let search = try await scene.post(
            "/access/v1/search/subject",
            #"{"subject":{"type":"Customer"},"action":{"name":"readBalances"},"resource":{"type":"Account","id":"amelia-current"}}"#
        )
        #expect(search.status == 400)
        #expect(search.body.contains("must be proved"))
        await scene.stop()
    }
}
