import Gateway
import HTTPService
import SPOE
import Server

/// How HAProxy asks by its stream processing offload engine: the part `spoe` of the configuration.
///
/// Beside the keys of ``GatewayConfiguration``:
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `socket` | path of a Unix socket; or `address`, one of both | required |
/// | `address` | a loopback address and a port, as in `127.0.0.1:9192` or `[::1]:9192` | |
/// | `allowedUsers`, `allowedGroups` | who may connect to the socket | the service's own user |
/// | `threads` | worker threads, 1–256 | one per core |
/// | `maximumConnections` | connections served at once | 256 |
/// | `maximumFrameBytes` | the largest question or answer, 256 bytes to 1 MiB; HAProxy's own limit counts when it is smaller | 65532 |
/// | `deadline` | how old a request may be, by the argument `start` | none |
/// | `log` | the questions that are logged: `none`, `denials` or `all` | `denials` |
struct SPOEListenerConfiguration {
    var gateway: GatewayConfiguration
    var server: SPOEConfiguration
    var logged = RequestLog.Selection.denials

    /// The number of worker threads.
    var workerCount: Int { server.stream.workerCount }

    /// Takes over the listening socket, when a service manager opened it.
    mutating func inherit(_ sockets: inout InheritedSockets) {
        if case .unixSocket(let path) = server.stream.endpoint {
            server.stream.inherited = sockets.take(path)
        }
    }

    init(
        _ node: ConfigurationNode, identity: IdentityConfiguration?, in folder: String
    ) throws(Failure) {
        let own = [
            "socket": "a path", "address": "a loopback address and a port",
            "allowedUsers": "user ids", "allowedGroups": "group ids", "threads": "a number",
            "maximumConnections": "a number", "maximumFrameBytes": "a size", "deadline": "a time",
            "log": "`none`, `denials` or `all`",
        ]
        let keys = try node.mapping(own.merging(GatewayConfiguration.keys) { own, _ in own })
        gateway = try GatewayConfiguration(
            node, keys, listener: SPOEListener.name, identity: identity, in: folder)
        let endpoint = try StreamEndpoint(of: "spoe", node, keys, in: folder)
        server = SPOEConfiguration(StreamConfiguration(endpoint: endpoint))
        if let peers = try PeerAllowList(of: "spoe", at: endpoint, keys) {
            server.stream.allowedPeers = peers
        }
        if let node = try keys.optional("threads") {
            server.stream.workerCount = try node.integer(1...256)
        }
        if let node = try keys.optional("maximumConnections") {
            server.stream.limits.maximumConnections = try node.integer(1...(1 << 20))
        }
        if let node = try keys.optional("maximumFrameBytes") {
            server.maximumFrameBytes = try node.size(256...(1 << 20))
        }
        if let node = try keys.optional("deadline") {
            let (seconds, fraction) = try node.duration().components
            server.deadlineMilliseconds = seconds * 1000 + fraction / 1_000_000_000_000_000
        }
        if let node = try keys.optional("log") {
            logged = try node.choice(
                Dictionary(
                    uniqueKeysWithValues: RequestLog.Selection.allCases.map { ($0.rawValue, $0) }))
        }
        if let problem = server.problem { throw node.failure(problem) }
    }
}
