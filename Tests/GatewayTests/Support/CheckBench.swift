import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
@testable import ExtAuthz
import ExtAuthzMessages
import Foundation
import Gateway
import Identity
import Routes

/// A service for Envoy without its network: bytes in, bytes out.
///
/// Time stands at the instant of the open-banking scenario, whose certificates are used.
final class CheckBench {
    static let ledger = "spiffe://northbank.example/production/core/ledger"

    private let folder: String
    let store: EntityStore
    let routes: RoutePublisher
    let publisher: RulesetPublisher
    private let settings: GatewaySettings
    private let errors: ErrorMode
    let log: RecordingLog
    private var check: DecisionCheck
    private var reply: ReplyBuffer

    /// - Parameter policies: `Action::"read"` and `Action::"pay"` on payments are what is asked.
    init(
        _ policies: String, obligations: Set<String> = [], worker: Int = 0,
        errors: ErrorMode = .strict, log: RecordingLog = RecordingLog(),
        settings change: (inout GatewaySettings) -> Void = { _ in }
    ) throws {
        self.log = log
        let folder = NSTemporaryDirectory() + "gateway-" + UUID().uuidString
        self.folder = folder
        let store = try EntityStore.open(
            at: folder, StoreOptions(createIfMissing: true, mapBytes: 8 << 20))
        let publisher = RulesetPublisher(
            try Self.ruleset(policies),
            obligations: ObligationRules(knownObligations: obligations))
        let routes = RoutePublisher(try Self.routes())
        var settings = GatewaySettings(listener: "envoy")
        settings.identityFields = Self.identityFields
        change(&settings)
        let decider = try GatewayDecider(
            settings, routes: routes, publisher: publisher, store: store, errors: errors,
            cacheBytes: 1 << 20, identity: try Self.identity(), worker: worker,
            startedAt: 1_760_000_000)
        check = DecisionCheck(decider, observer: AnswerObserver(GatewayBoard(), log: log))
        reply = ReplyBuffer(identityHeaders: settings.identityFields.map(\.name))
        self.store = store
        self.publisher = publisher
        self.routes = routes
        self.settings = settings
        self.errors = errors
    }

    static var identityFields: [GatewaySettings.IdentityField] {
        [
            GatewaySettings.IdentityField("x-principal", .principalId),
            GatewaySettings.IdentityField("x-principal-type", .principalType),
            GatewaySettings.IdentityField("x-device", .deviceId),
            GatewaySettings.IdentityField("x-decision", .decisionId),
            GatewaySettings.IdentityField("x-roles", .removed),
        ].compactMap { $0 }
    }

    static func ruleset(_ policies: String, version: UInt64 = 1) throws -> Ruleset {
        var taken: [Text: String] = [:]
        return try Ruleset(
            PolicySet.parse(Array(policies.utf8)).named(taken: &taken, in: "test"),
            version: version)
    }

    /// A decider for another protocol.
    func decider() throws -> GatewayDecider {
        try GatewayDecider(
            settings, routes: routes, publisher: publisher, store: store, errors: errors,
            identity: try Self.identity(), worker: 2, startedAt: 1_760_000_000)
    }

    /// The answer to a refusal that cannot be brought about here.
    func refuse(_ refusal: Refusal) throws -> DecodedReply {
        var decider = try GatewayDecider(
            settings, routes: routes, publisher: publisher, store: store, errors: errors,
            identity: try Self.identity(), worker: 1, startedAt: 1_760_000_000)
        guard case .refused(let denial) = decider.refuse(Denial(refusal), code: "test") else {
            throw BenchFailure()
        }
        var answer = CheckAnswer()
        reply.reset()
        answer.refuse(denial, &decider, &reply)
        return DecodedReply(encoded())
    }

    private func encoded() -> [UInt8] {
        reply.withEncoded { bytes in
            var copy: [UInt8] = []
            for index in bytes.indices { copy.append(bytes[index]) }
            return copy
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Asks, in a batch of its own.
    func ask(_ message: CheckMessage) throws -> DecodedReply {
        check.beginBatch()
        defer { check.endBatch() }
        return try askWithoutBatch(message)
    }

    /// Asks where the store cannot be read.
    func askWithoutBatch(_ message: CheckMessage) throws -> DecodedReply {
        DecodedReply(try bytes(of: Message(message.bytes)))
    }

    /// Answers in a batch, without looking at the answer.
    func answer(_ message: Message) throws {
        check.beginBatch()
        reply.reset()
        check.check(
            try message.view(check.watchedNames),
            call: CheckCall(deadlineNanoseconds: .max, peer: nil), into: &reply)
        check.endBatch()
    }

    func bytes(of message: Message) throws -> [UInt8] {
        reply.reset()
        check.check(
            try message.view(check.watchedNames),
            call: CheckCall(deadlineNanoseconds: .max, peer: nil), into: &reply)
        return encoded()
    }

    /// A request with the certificate of the ledger.
    static func ledgerMessage() throws -> CheckMessage {
        var message = CheckMessage()
        message.certificate = try certificate("ledger")
        return message
    }

    // MARK: The scenario

    private static let scenario: String = {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return here.appending(path: "../../../Policies/open-banking").path
    }()

    /// URL-encoded PEM, as Envoy sends it.
    static func certificate(_ name: String) throws -> String {
        let text = try String(
            contentsOfFile: scenario + "/identities/certificates/\(name).pem", encoding: .utf8)
        return text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    /// What a certificate of the scenario proves.
    static func judged(_ name: String) throws -> JudgedCertificate {
        let settings = try identity()
        var chain = EncodedChain()
        let file = scenario + "/identities/certificates/\(name).pem"
        try chain.parse(pem: Array(try Data(contentsOf: URL(fileURLWithPath: file))).span)
        var verifier = ChainVerifier(settings.trust, cacheCapacity: 1)
        guard
            case .verified(let verified) = verifier.verify(
                chain, at: settings.clock.now() / 1000)
        else { throw BenchFailure() }
        return try JudgedCertificate(verified, settings)
    }

    static func identity() throws -> IdentitySettings {
        guard let domain = TrustDomain("northbank.example"),
            let pattern = SpiffePattern("spiffe://northbank.example/**"),
            let now = DateTime(parsing: "2025-10-14T10:30:00Z".utf8)
        else { throw BenchFailure() }
        let file = "/identities/trust/northbank.example/northbank.example.pem"
        var root = EncodedChain()
        try root.parse(
            pem: Array(try Data(contentsOf: URL(fileURLWithPath: scenario + file))).span)
        var contents = TrustContents()
        contents.domains[domain] = try TrustedDomain(
            TrustBundle(authorities: [root.certificate(0)]))
        let milliseconds = now.milliseconds
        return IdentitySettings(
            trust: TrustState(contents),
            principals: PrincipalRules([
                PrincipalRules.Rule(.spiffe(pattern), type: "Workload", identifier: .spiffeID)
            ]), clock: DecisionClock { milliseconds })
    }

    /// Payments are read and paid; where `isShort`, they are only read.
    static func routes(isShort: Bool = false) throws -> RouteTable {
        func text(_ text: String) -> DocumentNode {
            DocumentNode(.scalar(text, isText: false), at: .init(line: 1, column: 1))
        }
        func map(_ members: [(String, DocumentNode)]) -> DocumentNode {
            DocumentNode(
                .mapping(members.map { (text($0.0), $0.1) }), at: .init(line: 1, column: 1))
        }
        func route(_ method: String, _ action: String, _ context: DocumentNode) -> DocumentNode {
            map([
                ("method", text(method)), ("path", text("/payments/{payment}")),
                ("action", text("Action::\"\(action)\"")),
                ("resource", map([("type", text("Payment")), ("id", text("{payment}"))])),
                ("context", context),
            ])
        }
        let purpose = map([("header", text("x-purpose")), ("optional", text("true"))])
        let routes =
            [route("GET", "read", map([("purpose", purpose)]))]
            + (isShort
                ? []
                : [
                    route("POST", "pay", map([("purpose", purpose)])),
                    route("PUT", "forge", map([("verified", purpose)])),
                ])
        return try RouteTable(
            map([
                ("version", text("1")),
                (
                    "routes",
                    DocumentNode(.sequence(routes), at: .init(line: 1, column: 1))
                ),
            ]))
    }
}

struct BenchFailure: Error {}
