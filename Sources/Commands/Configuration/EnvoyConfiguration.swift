import ExtAuthz
import ExtAuthzMessages
import Gateway
import HTTPService
import Server

/// How Envoy asks by ext_authz: the part `envoy` of the configuration, ``section``.
struct EnvoyConfiguration {
    var gateway: GatewayConfiguration
    var server: ExtAuthzConfiguration
    var logged = RequestLog.Selection.denials

    /// The keys of `envoy`.
    static let section: ConfigurationSection = {
        let standard = ExtAuthzConfiguration(endpoint: .unixSocket(path: ""))
        let place = StreamEndpoint.keys(socket: "envoy", port: 9191)
        let own = [
            ConfigurationKey(
                "threads", .integer(1...256), .words("one per core"), "Event loops.",
                example: "2"),
            ConfigurationKey(
                "log", .choice(RequestLog.Selection.allCases.map(\.rawValue)), .value("denials"),
                "The checks that are logged."),
            ConfigurationKey(
                "maximumConnections", .integer(1...(1 << 20)), .count(standard.maximumConnections),
                "Connections served at once."),
            ConfigurationKey(
                "maximumConcurrent", .integer(1...(1 << 20)), .count(standard.maximumStreams),
                "Checks that one connection may have begun and not finished."),
            ConfigurationKey(
                "maximumMessageBytes", .size(1024...(16 << 20)),
                .size(standard.messageLimits.maximumMessageBytes),
                "The largest check, with the part of the body that Envoy sends."),
            ConfigurationKey(
                "maximumDeadline", .duration(.upTo(.seconds(3600))),
                .duration(standard.maximumDeadline),
                "The longest that a check may take; Envoy's own timeout counts when it is shorter."),
        ]
        return ConfigurationSection(
            exactlyOneOf: ["socket", "address"], place + GatewayConfiguration.keys + own)
    }()

    init(
        _ node: ConfigurationNode, identity: IdentityConfiguration?, in folder: String
    ) throws(Failure) {
        let keys = try node.mapping()
        gateway = try GatewayConfiguration(
            node, keys, listener: EnvoyListener.name, identity: identity, in: folder)
        server = ExtAuthzConfiguration(
            endpoint: try StreamEndpoint(of: "envoy", node, keys, in: folder))
        server.identityHeaders = gateway.settings.identityFields.map {
            String(decoding: $0.name, as: UTF8.self)
        }
        if let node = try keys.optional("log") { logged = try RequestLog.Selection(node) }
        if let peers = try PeerAllowList(of: "envoy", at: server.endpoint, keys) {
            server.allowedPeers = peers
        }
        try readBounds(keys)
        if let problem = server.problem { throw node.failure(problem) }
    }

    private mutating func readBounds(_ keys: ConfigurationNode.Mapping) throws(Failure) {
        if let node = try keys.optional("threads") {
            server.loopCount = try node.integer()
        }
        if let node = try keys.optional("maximumConnections") {
            server.maximumConnections = try node.integer()
        }
        if let node = try keys.optional("maximumConcurrent") {
            server.maximumStreams = try node.integer()
        }
        if let node = try keys.optional("maximumMessageBytes") {
            let bytes = try node.size()
            server.messageLimits.maximumMessageBytes = bytes
            server.maximumHeldBytes = max(server.maximumHeldBytes, 2 * bytes)
        }
        if let node = try keys.optional("maximumDeadline") {
            server.maximumDeadline = try node.duration()
        }
    }
}
