import CedarEngine
import DecisionPoint
import EntityStore
import Foundation
import Gateway
import Routes
import SPOE
import SPOPTestSupport
import Server
import Wire

/// The agent for HAProxy without its socket: frames in, frames out.
///
/// Time stands as in ``CheckBench``, whose routes and identities it has.
final class AgentBench {
    private let folder: String
    let store: EntityStore
    let publisher: RulesetPublisher
    let routes: RoutePublisher
    let log = RecordingLog()
    let answers = GatewayBoard()
    private let board = SPOEBoard()
    private var agent: AgentProtocol<DecisionAgent>
    var peer: PeerCredentials?

    init(
        _ policies: String, obligations: Set<String> = [], errors: ErrorMode = .strict,
        deadlineMilliseconds: Int64? = nil,
        settings change: (inout GatewaySettings) -> Void = { _ in }
    ) throws {
        folder = NSTemporaryDirectory() + "agent-" + UUID().uuidString
        store = try EntityStore.open(
            at: folder, StoreOptions(createIfMissing: true, mapBytes: 8 << 20))
        publisher = RulesetPublisher(
            try CheckBench.ruleset(policies),
            obligations: ObligationRules(knownObligations: obligations))
        routes = RoutePublisher(try CheckBench.routes())
        var settings = GatewaySettings(listener: "spoe")
        settings.identityFields = CheckBench.identityFields
        change(&settings)
        let decider = try GatewayDecider(
            settings, routes: routes, publisher: publisher, store: store, errors: errors,
            cacheBytes: 1 << 20, identity: try CheckBench.identity(), worker: 0,
            startedAt: 1_760_000_000)
        agent = AgentProtocol(
            DecisionAgent(
                decider, observer: AnswerObserver(answers, log: log),
                deadlineMilliseconds: deadlineMilliseconds
            ) { 1_000_000 },
            maximumFrameBytes: 16_380, board: board)
        _ = agent.begin(0, peer: nil, now: 0)
        _ = say(Forge.hello().frame(1))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The variables that HAProxy sets, in a batch of its own.
    func ask(_ question: ForgedQuestion) -> [String: AgentSays.Value] {
        defer { agent.endBatch() }
        guard case .answer(1, 1, let variables)? = say(question.frame()).first else { return [:] }
        return variables
    }

    private func say(_ bytes: [UInt8]) -> [AgentSays] {
        serve(Frames(bytes))
        let region = agent.takeOutput()
        return AgentSays.read((0..<region.count).map { region.byte(at: $0) })
    }

    private func serve(_ frames: Frames) {
        var turn = StreamTurn(slot: 0, peer: peer, receivedNanoseconds: 0, now: 0)
        _ = agent.serve(frames.region, &turn)
    }

    var statistics: SPOEStatistics { board.figures }

    /// A certificate of the scenario in DER.
    static func certificate(_ name: String) throws -> [UInt8] {
        let escaped = try CheckBench.certificate(name)
        let lines = (escaped.removingPercentEncoding ?? "").split(separator: "\n")
        let base64 = lines.filter { !$0.hasPrefix("-----") }.joined()
        return Array(Data(base64Encoded: base64) ?? Data())
    }

    /// A request with the certificate of the ledger.
    static func ledgerQuestion(
        method: String = "GET", path: String = "/payments/7", headers: [(String, String)] = []
    ) throws -> ForgedQuestion {
        ForgedQuestion(
            method: method, path: path, certificate: try certificate("ledger"),
            headers: [("host", "api.example.org")] + headers)
    }
}

/// Bytes that stay where they are until the test is over.
@safe
final class Frames {
    private let memory: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) {
        unsafe memory = .allocate(byteCount: bytes.count, alignment: 1)
        unsafe memory.copyBytes(from: bytes)
    }

    var region: ByteRegion { unsafe ByteRegion(UnsafeRawBufferPointer(memory)) }

    deinit { unsafe memory.deallocate() }
}
