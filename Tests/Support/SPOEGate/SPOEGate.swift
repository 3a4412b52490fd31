import CAllocationCount
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Gateway
import Glibc
import Identity
import MintedIdentities
import Routes
import SPOE
import SPOPTestSupport
import Server
import Wire

/// Counts what questions of HAProxy allocate: `spoe-gate DIRECTORY`, which
/// `Tests/IdentityTests/Minting/mint.sh` filled.
///
/// Ends with a trap when one allocates or is answered wrongly.
@main
struct SPOEGate {
    static func main() throws {
        guard let directory = CommandLine.arguments.dropFirst().first else {
            print("usage: spoe-gate DIRECTORY")
            exit(2)
        }
        let store = try EntityStore.open(
            at: "\(directory)/spoe-\(getpid())", StoreOptions(createIfMissing: true))
        let minted = MintedIdentities(directory)
        var settings = GatewaySettings(listener: "spoe")
        settings.identityFields = [
            GatewaySettings.IdentityField("x-principal", .principalId),
            GatewaySettings.IdentityField("x-device", .deviceId),
        ].compactMap { $0 }
        let decider = try GatewayDecider(
            settings, routes: RoutePublisher(try routes()),
            publisher: RulesetPublisher(
                try ruleset(), obligations: ObligationRules(knownObligations: ["mask"])),
            store: store, errors: .strict, cacheBytes: 1 << 20, identity: try minted.settings(),
            worker: 0, startedAt: 0)
        var agent = AgentProtocol(
            DecisionAgent(
                decider, observer: AnswerObserver(GatewayBoard(), log: ClosedLog()),
                deadlineMilliseconds: nil),
            maximumFrameBytes: 16_380)
        _ = agent.begin(0, peer: nil, now: 0)
        _ = say(Forge.hello().frame(1), to: &agent)
        let chain = try minted.chain("good", "issuer")
        for (name, method, path, expected) in [
            ("an allow with identity and obligations", "GET", "/photos/beach", 200),
            ("a denial with reason and header", "PUT", "/photos/beach", 403),
            ("a route that is not there", "GET", "/nowhere", 403),
        ] as [(String, String, String, UInt64)] {
            var question = ForgedQuestion(
                method: method, path: path, certificate: chain.certificate(0),
                headers: [
                    ("host", "api.example.org"), ("user-agent", "curl/7.88.1"), ("accept", "*/*"),
                    ("x-purpose", "support"), ("authorization", "Basic YTpi"),
                ])
            question["issuers"] = .binary(chain.certificate(1))
            measure(name, question.frame(), status: expected, &agent)
        }
    }

    /// Asks often, and counts.
    private static func measure(
        _ name: String, _ frame: [UInt8], status: UInt64,
        _ agent: inout AgentProtocol<DecisionAgent>
    ) {
        // The first of them read the route, the certificate and the policies.
        for _ in 0..<10 {
            guard case .answer(1, 1, let variables)? = say(frame, to: &agent).first,
                variables["status"] == .number(status)
            else { fatalError("\(name): another answer than \(status)") }
        }
        let count = 10_000
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: frame.count, alignment: 1)
        defer { unsafe memory.deallocate() }
        unsafe memory.copyBytes(from: frame)
        let region = unsafe ByteRegion(UnsafeRawBufferPointer(memory))
        let before = allocation_count()
        let start = MonotonicClock.now()
        for _ in 0..<count {
            var turn = StreamTurn(slot: 0, peer: nil, receivedNanoseconds: 0, now: 0)
            _ = agent.serve(region, &turn)
            _ = agent.takeOutput()
            agent.endBatch()
        }
        let nanoseconds = (MonotonicClock.now() - start) / UInt64(count)
        let allocations = allocation_count() - before
        print("\(name): \(nanoseconds) ns, \(allocations) allocations in \(count)")
        precondition(allocations == 0, "a question allocates")
    }

    private static func say(
        _ bytes: [UInt8], to agent: inout AgentProtocol<DecisionAgent>
    ) -> [AgentSays] {
        unsafe bytes.withUnsafeBytes { bytes in
            var turn = StreamTurn(slot: 0, peer: nil, receivedNanoseconds: 0, now: 0)
            _ = agent.serve(unsafe ByteRegion(bytes), &turn)
        }
        let region = agent.takeOutput()
        defer { agent.endBatch() }
        return AgentSays.read((0..<region.count).map { region.byte(at: $0) })
    }

    // MARK: The service

    /// Takes nothing: what is not logged must cost nothing but the question whether it is.
    private struct ClosedLog: GatewayLog {
        func takes(_ verdict: Gateway.Verdict) -> Bool { false }
        func write(_ answer: LoggedAnswer) { fatalError("an answer that is not taken is logged") }
    }

    private static func ruleset() throws -> Ruleset {
        var taken: [Text: String] = [:]
        let policies = """
            @id("view") @obligation("mask:place") @header("x-view: masked")
            permit (principal is Workload, action == Action::"view", resource)
            when { context.purpose == "support" };
            @id("never") @reason("Nobody edits photos.") @header("x-why: never")
            forbid (principal, action == Action::"edit", resource);
            """
        return try Ruleset(
            PolicySet.parse(Array(policies.utf8)).named(taken: &taken, in: "gate"), version: 1)
    }

    private static func routes() throws -> RouteTable {
        func text(_ text: String) -> DocumentNode {
            DocumentNode(.scalar(text, isText: false), at: .init(line: 1, column: 1))
        }
        func map(_ members: [(String, DocumentNode)]) -> DocumentNode {
            DocumentNode(
                .mapping(members.map { (text($0.0), $0.1) }), at: .init(line: 1, column: 1))
        }
        let routes = [("GET", "view"), ("PUT", "edit")].map { method, action in
            map([
                ("method", text(method)), ("path", text("/photos/{photo}")),
                ("action", text("Action::\"\(action)\"")),
                ("resource", map([("type", text("Photo")), ("id", text("{photo}"))])),
                ("context", map([("purpose", map([("header", text("x-purpose"))]))])),
            ])
        }
        return try RouteTable(
            map([
                ("version", text("1")),
                ("routes", DocumentNode(.sequence(routes), at: .init(line: 1, column: 1))),
            ]))
    }
}
