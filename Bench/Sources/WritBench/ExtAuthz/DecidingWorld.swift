import BenchSupport
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import ExtAuthz
import Gateway
import Identity
import Routes

/// What `ext-authz` decides on: 100,000 entities and a policy with a role and a device condition.
///
/// The caller is the ledger of the open-banking scenario, at the scenario's instant, with a device that
/// its certificate leads to.
struct DecidingWorld: Sendable {
    static let entityCount = 100_000
    static let orderCount = 40_000
    private static let caller = "spiffe://northbank.example/production/core/ledger"

    private let publisher: RulesetPublisher
    private let store: EntityStore
    private let routes: RoutePublisher
    private let identity: IdentitySettings
    private let settings: GatewaySettings

    /// - Parameters:
    ///   - folder: the open-banking scenario.
    ///   - store: where the entities are put.
    init(scenario folder: String, store path: String) throws {
        let identities = folder + "/identities"
        let certificate = try Self.chain(identities + "/certificates/ledger.pem")
        let thumbprint = ChainVerifier(TrustState(), cacheCapacity: 1).fingerprint(certificate)
        guard let thumbprint, let now = DateTime(parsing: "2025-10-14T10:30:00Z".utf8),
            let domain = TrustDomain("northbank.example"),
            let pattern = SpiffePattern("spiffe://northbank.example/**")
        else { throw BenchError("the scenario's identities cannot be used") }
        store = try EntityStore.open(at: path, StoreOptions(createIfMissing: true))
        try store.put(Self.entities("\(thumbprint)", now))
        publisher = RulesetPublisher(
            try Ruleset(PolicySet.parse(Array(Self.policy.utf8)), version: 1))
        routes = RoutePublisher(try Self.routes())
        let root = try Self.chain(
            identities + "/trust/northbank.example/northbank.example.pem")
        var contents = TrustContents()
        contents.domains[domain] = try TrustedDomain(
            TrustBundle(authorities: [root.certificate(0)]))
        let milliseconds = now.milliseconds
        identity = IdentitySettings(
            trust: TrustState(contents),
            principals: PrincipalRules([
                PrincipalRules.Rule(.spiffe(pattern), type: "Workload", identifier: .spiffeID)
            ]), devices: DeviceRules(usesThumbprint: true),
            clock: DecisionClock { milliseconds })
        var settings = GatewaySettings(listener: "envoy")
        settings.identityFields = [
            GatewaySettings.IdentityField("x-principal", .principalId),
            GatewaySettings.IdentityField("x-device", .deviceId),
        ].compactMap { $0 }
        self.settings = settings
    }

    /// Fields that the server is to be told of.
    var identityHeaders: [String] {
        settings.identityFields.map { String(decoding: $0.name, as: UTF8.self) }
    }

    func handler(_ worker: Int) throws -> DecisionCheck {
        DecisionCheck(
            try GatewayDecider(
                settings, routes: routes, publisher: publisher, store: store, errors: .strict,
                cacheBytes: 64 << 20, identity: identity, worker: worker, startedAt: 1),
            // What is counted costs the service as much.
            observer: AnswerObserver(GatewayBoard()))
    }

    /// The client's certificate as Envoy sends it: URL-encoded PEM.
    static func certificate(scenario folder: String) throws -> String {
        let text = try TextFile.read(folder + "/identities/certificates/ledger.pem")
        return text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "\n"): "%0A"
            case UInt8(ascii: "+"): "%2B"
            case UInt8(ascii: " "): "%20"
            case UInt8(ascii: "="): "%3D"
            case UInt8(ascii: "/"): "%2F"
            default: String(decoding: [byte], as: UTF8.self)
            }
        }.joined()
    }

    private static let policy = """
        permit (principal in Role::"settlement", action == Action::"view", resource is Order)
        when
        {
          context.verified has device &&
          context.verified.device.managed &&
          context.verified.now.durationSince(context.verified.device.lastSeen) < duration("15m") &&
          resource.status == "open"
        };
        """

    private static func entities(_ thumbprint: String, _ now: DateTime) -> [Entity] {
        let role = EntityUID(type: "Role", id: "settlement")
        var entities = [
            Entity(uid: role),
            Entity(uid: EntityUID(type: "Workload", id: Text(caller)), parents: [role]),
        ]
        for number in 0..<orderCount {
            entities.append(
                Entity(
                    uid: EntityUID(type: "Order", id: Text("\(number)")),
                    attributes: [("status", .string("open")), ("amount", .long(Int64(number)))]))
        }
        func device(_ id: String, _ thumbprint: String) -> Entity {
            Entity(
                uid: EntityUID(type: "Device", id: Text(id)),
                attributes: [
                    ("managed", .bool(true)), ("lastSeen", .datetime(now)),
                    (
                        "boundTo",
                        .record([
                            ("certificateThumbprints", .set([.string(Text(thumbprint))]))
                        ])
                    ),
                ])
        }
        entities.append(device("ledger-host", thumbprint))
        let digits = String(repeating: "0", count: 58)
        for number in entities.count..<entityCount {
            entities.append(device("host-\(number)", digits + String(100_000 + number)))
        }
        return entities
    }

    private static func chain(_ path: String) throws -> EncodedChain {
        var chain = EncodedChain()
        try chain.parse(pem: Array(try TextFile.read(path).utf8).span)
        return chain
    }

    private static func routes() throws -> RouteTable {
        let place = DocumentNode.Place(line: 1, column: 1)
        func text(_ text: String) -> DocumentNode {
            DocumentNode(.scalar(text, isText: false), at: place)
        }
        func map(_ members: [(String, DocumentNode)]) -> DocumentNode {
            DocumentNode(.mapping(members.map { (text($0.0), $0.1) }), at: place)
        }
        func route(_ path: String, _ action: String) -> DocumentNode {
            map([
                ("method", text("GET")), ("path", text(path)),
                ("action", text("Action::\"\(action)\"")),
                ("resource", map([("type", text("Order")), ("id", text("{order}"))])),
            ])
        }
        let routes = [
            route("/orders/{order}", "view"), route("/orders/{order}/items", "list"),
            route("/returns/{order}", "viewReturn"), route("/carts/{order}", "viewCart"),
        ]
        return try RouteTable(
            map([("version", text("1")), ("routes", DocumentNode(.sequence(routes), at: place))]))
    }
}
