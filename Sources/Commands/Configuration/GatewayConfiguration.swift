import CedarEngine
import Gateway

/// What the configuration of every listener for gateways has: ``keys``.
struct GatewayConfiguration {
    var routes: String
    var settings: GatewaySettings
    /// Nil for that of the service.
    var errors: ErrorMode?

    /// The keys, for the section of a listener.
    static let keys = [
        ConfigurationKey(
            "routes", .file("a routes file"), .required,
            "What a request asks for; read again with the policies. `writ routes explain` shows "
                + "what it makes of one.",
            example: "routes.yaml"),
        ConfigurationKey(
            "identityHeaders",
            .map(
                "header field",
                .choice(GatewaySettings.IdentitySource.allCases.map(\.rawValue))),
            .none,
            "What the service behind learns, at most 32 fields; a client's own copies of these "
                + "never get there, and `removed` only sees to that.",
            example: "{x-principal: principalId, x-device: deviceId, x-roles: removed}"),
        ConfigurationKey(
            "tokens", .boolean, .words("`true` where `identity.tokens` is given"),
            "Whether the bearer token in `Authorization` is judged; otherwise it is the "
                + "service's.",
            example: "true"),
        ConfigurationKey(
            "challenge", .text("printable ASCII of at most 1024 bytes"), .value("Bearer"),
            "`WWW-Authenticate` of a 401 for which no policy has one."),
        ConfigurationKey(
            "errors", .choice(["strict", "cedar"]), .words("as on top"),
            "As on top, for this listener.", example: "strict"),
    ]

    /// - Parameters:
    ///   - listener: what policies call it.
    ///   - identity: how the service judges identities; a listener for gateways needs it.
    init(
        _ node: ConfigurationNode, _ keys: ConfigurationNode.Mapping, listener: String,
        identity: IdentityConfiguration?, in folder: String
    ) throws(Failure) {
        guard let identity else {
            throw node.failure(
                "a listener for gateways needs `identity`",
                help: "say there whose certificates and tokens are believed, and who they are")
        }
        routes = try keys.required("routes").path(in: folder)
        settings = GatewaySettings(listener: listener)
        settings.judgesTokens = identity.tokens != nil
        if let node = try keys.optional("errors") {
            errors = try node.choice(["strict": .strict, "cedar": .cedar])
        }
        if let node = try keys.optional("tokens") {
            settings.judgesTokens = try node.boolean()
            guard identity.tokens != nil || !settings.judgesTokens else {
                throw node.failure("tokens cannot be judged without `identity.tokens`")
            }
        }
        if let node = try keys.optional("challenge") {
            let text = Array(try node.text().utf8)
            guard text.count <= 1024, text.allSatisfy({ 0x20..<0x7F ~= $0 }),
                text.first != 0x20, text.last != 0x20
            else {
                throw node.failure(
                    "a challenge is printable ASCII of at most 1024 bytes, as in "
                        + "`Bearer realm=\"bank\"`")
            }
            settings.challenge = text
        }
        if let node = try keys.optional("identityHeaders") { try readHeaders(node) }
    }

    private mutating func readHeaders(_ node: ConfigurationNode) throws(Failure) {
        let choices = Dictionary(
            uniqueKeysWithValues: GatewaySettings.IdentitySource.allCases.map { ($0.rawValue, $0) })
        let entries = try node.entries()
        guard entries.count <= 32 else {
            throw node.failure("there are more than 32 identity headers")
        }
        for (name, node) in entries {
            let source = try node.choice(choices)
            guard let field = GatewaySettings.IdentityField(name, source) else {
                throw node.failure(
                    "`\(name)` is no name of an identity header",
                    help: "lower-case letters, digits and `-`, and none that frames messages, such "
                        + "as `host`")
            }
            settings.identityFields.append(field)
        }
    }
}
