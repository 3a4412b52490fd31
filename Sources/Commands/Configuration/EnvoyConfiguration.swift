import ExtAuthz
import ExtAuthzMessages
import Gateway
import HTTPService
import Server

/// How Envoy asks by ext_authz: the part `envoy` of the configuration.
///
/// Beside the keys of ``GatewayConfiguration``:
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `socket` | path of a Unix socket; or `address`, one of both | required |
/// | `address` | a loopback address and a port, as in `127.0.0.1:9191` or `[::1]:9191` | |
/// | `allowedUsers`, `allowedGroups` | who may connect to the socket | the service's own user |
/// | `threads` | event loops, 1–256 | one per core |
/// | `maximumConnections` | connections served at once | 256 |
/// | `maximumConcurrent` | checks that one connection may have begun and not finished | 1000 |
/// | `maximumMessageBytes` | the largest check, with the part of the body that Envoy sends | 256 KiB |
/// | `log` | the checks that are logged: `none`, `denials` or `all` | `denials` |
/// | `maximumDeadline` | the longest a check may take; Envoy's own timeout counts when it is shorter | 5s |
struct EnvoyConfiguration {
    var gateway: GatewayConfiguration
    var server: ExtAuthzConfiguration
    var logged = RequestLog.Selection.denials

    init(
        _ node: ConfigurationNode, identity: IdentityConfiguration?, in folder: String
    ) throws(Failure) {
        let own = [
            "socket": "a path", "address": "a loopback address and a port",
            "allowedUsers": "user ids", "allowedGroups": "group ids", "threads": "a number",
            "maximumConnections": "a number", "maximumConcurrent": "a number",
            "maximumMessageBytes": "a size", "maximumDeadline": "a time",
            "log": "`none`, `denials` or `all`",
        ]
        let keys = try node.mapping(own.merging(GatewayConfiguration.keys) { own, _ in own })
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
            server.loopCount = try node.integer(1...256)
        }
        if let node = try keys.optional("maximumConnections") {
            server.maximumConnections = try node.integer(1...(1 << 20))
        }
        if let node = try keys.optional("maximumConcurrent") {
            server.maximumStreams = try node.integer(1...(1 << 20))
        }
        if let node = try keys.optional("maximumMessageBytes") {
            let bytes = try node.size(1024...(16 << 20))
            server.messageLimits.maximumMessageBytes = bytes
            server.maximumHeldBytes = max(server.maximumHeldBytes, 2 * bytes)
        }
        if let node = try keys.optional("maximumDeadline") {
            server.maximumDeadline = try node.duration()
        }
    }
}
