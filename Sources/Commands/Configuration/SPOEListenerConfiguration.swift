import Gateway
import HTTPService
import SPOE
import Server

/// How HAProxy asks by its stream processing offload engine: the part `spoe` of the configuration,
/// ``section``.
struct SPOEListenerConfiguration {
    var gateway: GatewayConfiguration
    var server: SPOEConfiguration
    var logged = RequestLog.Selection.denials

    /// The keys of `spoe`.
    static let section: ConfigurationSection = {
        let standard = SPOEConfiguration(
            StreamConfiguration(endpoint: .unixSocket(path: "")))
        let place = StreamEndpoint.keys(socket: "spoe", port: 9192)
        let own = [
            ConfigurationKey(
                "threads", .integer(1...256), .words("one per core"), "Threads that decide.",
                example: "2"),
            ConfigurationKey(
                "log", .choice(RequestLog.Selection.allCases.map(\.rawValue)), .value("denials"),
                "The questions that are logged."),
            ConfigurationKey(
                "maximumConnections", .integer(1...(1 << 20)),
                .count(standard.stream.limits.maximumConnections), "Connections served at once."),
            ConfigurationKey(
                "maximumFrameBytes", .size(256...(1 << 20)), .size(standard.maximumFrameBytes),
                "The largest question or answer; HAProxy's own limit counts when it is smaller."),
            ConfigurationKey(
                "deadline", .duration(.upTo(.seconds(3600))), .none,
                "How old a request may be, by the argument `start`.", example: "500ms"),
        ]
        return ConfigurationSection(
            exactlyOneOf: ["socket", "address"], place + GatewayConfiguration.keys + own)
    }()

    /// The number of worker threads.
    var workerCount: Int { server.stream.workerCount }

    init(
        _ node: ConfigurationNode, identity: IdentityConfiguration?, in folder: String
    ) throws(Failure) {
        let keys = try node.mapping()
        gateway = try GatewayConfiguration(
            node, keys, listener: SPOEListener.name, identity: identity, in: folder)
        let endpoint = try StreamEndpoint(of: "spoe", node, keys, in: folder)
        server = SPOEConfiguration(StreamConfiguration(endpoint: endpoint))
        if let peers = try PeerAllowList(of: "spoe", at: endpoint, keys) {
            server.stream.allowedPeers = peers
        }
        if let node = try keys.optional("threads") {
            server.stream.workerCount = try node.integer()
        }
        if let node = try keys.optional("maximumConnections") {
            server.stream.limits.maximumConnections = try node.integer()
        }
        if let node = try keys.optional("maximumFrameBytes") {
            server.maximumFrameBytes = try node.size()
        }
        if let node = try keys.optional("deadline") {
            let (seconds, fraction) = try node.duration().components
            server.deadlineMilliseconds = seconds * 1000 + fraction / 1_000_000_000_000_000
        }
        if let node = try keys.optional("log") { logged = try RequestLog.Selection(node) }
        if let problem = server.problem { throw node.failure(problem) }
    }
}
