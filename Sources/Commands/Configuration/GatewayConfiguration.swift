import CedarEngine
import Gateway

/// What the configuration of every listener for gateways has.
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `routes` | the file that says what a request asks for, reloaded with the policies | required |
/// | `identityHeaders` | a map: header fields for the service behind, each `principalId`, `principalType`, `deviceId`, `decisionId` or `removed`; the client's own never get there | none |
/// | `tokens` | `true`: the bearer token in `Authorization` is judged; `false`: it is the service's | whether `identity` has `tokens` |
/// | `challenge` | `WWW-Authenticate` of a 401 for which no policy has one | `Bearer` |
/// | `errors` | as on top, for this listener | as on top |
struct GatewayConfiguration {
    var routes: String
    var settings: GatewaySettings
    /// Nil for that of the service.
    var errors: ErrorMode?

    /// The keys, for the mapping of a listener.
    static let keys = [
        "routes": "a routes file", "identityHeaders": "header fields and what they say",
        "tokens": "`true` or `false`", "challenge": "a value of `WWW-Authenticate`",
        "errors": "`strict` or `cedar`",
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
