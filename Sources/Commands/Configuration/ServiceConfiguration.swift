import DecisionPoint
import CedarEngine
import Server
import Wire

/// Everything `writ serve` can be told, read from one YAML file.
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `policies` | policy file, folder of `*.cedar` and `*.cedar.json` files, or a list of these | required |
/// | `links` | file of links of templates, or a list of them | none |
/// | `schema` | a schema that policies, strictly, and requests must conform to | none |
/// | `store` | directory of the entity store | required |
/// | `errors` | `strict`: a forbid that errors denies; `cedar`: it is skipped | `strict` |
/// | `reload` | `watch`: reload policies when their files change; `signal`: on SIGHUP only | `watch` |
/// | `cache` | bound on all caches of records together, shared out over the threads; 0 for none | 256 MiB |
/// | `socket.path` | absolute path of the local socket | required |
/// | `socket.threads` | worker threads, 1–256 | one per core |
/// | `socket.allowedUsers` | user ids that may connect | the service's own |
/// | `socket.allowedGroups` | group ids that may connect | none |
/// | `socket.maximumConnections` | connections served at once | 4096 |
/// | `socket.maximumFrameBytes` | largest frame taken, 256 bytes to 256 MiB | 1 MiB |
/// | `socket.maximumBatchItems` | most items in one batch | 4096 |
/// | `socket.maximumInFlightBytes` | unread answer bytes before a connection is left alone | 256 KiB |
/// | `socket.incompleteFrameTimeout` | how long a begun frame may stay unfinished | 5s |
/// | `socket.slowReaderTimeout` | how long answers may stay unread | 10s |
/// | `socket.defaultDeadline` | deadline of requests that name none | 1s |
/// | `socket.gateways` | `users` and `groups` whose evidence is judged; needs `identity` | nobody |
/// | `socket.mayNamePrincipal` | `users` and `groups` that may name the principal; needs `identity`, without it all may | nobody |
/// | `socket.requireEvidence` | `true`: no question without a certificate or a token; needs `identity` | `false` |
/// | `identity` | how identities are judged, ``IdentityConfiguration`` | not at all |
/// | `tls` | the same frames for other machines, ``TLSSection``; needs `identity` | not served |
/// | `obligations` | names that policies may use in `@obligation`, as every enforcing side fulfils them | none |
/// | `envoy` | how Envoy asks by ext_authz, ``EnvoyConfiguration``; needs `identity` | not at all |
/// | `spoe` | how HAProxy asks by its stream processing offload engine, ``SPOEListenerConfiguration``; needs `identity` | not at all |
/// | `http` | addresses for HTTP, a list of ``HTTPListenerConfiguration`` | none |
/// | `socket.diagnostics` | `full`: answers name all determining and erring policies; `none`: a decision ends when it is certain, and names one determining policy at most | `full` |
///
/// Relative paths are relative to the file. Sizes take `KiB`, `MiB`, `GiB`; times `ms`, `s`, `m`, `h`.
struct ServiceConfiguration {
    var policies: [String]
    var links: [String] = []
    var schema: String?
    var store: String
    var errors = ErrorMode.strict
    var watchesFiles = true
    /// Bytes of all caches of records together; 0 for none.
    var cacheBytes = 256 << 20
    var socket: LocalSocketConfiguration
    /// How much decisions asked for on the local socket find out.
    var socketDiagnostics = DiagnosticsMode.full
    /// What peers of the local socket may do beside asking; of no effect without `identity`.
    var socketRights = LocalPeerRights()
    /// Nil when callers name their principals.
    var identity: IdentityConfiguration?
    /// Nil when nobody is served by TLS.
    var tls: TLSSection?
    /// What annotations of policies may ask for.
    var obligations = ObligationRules()
    /// Nil when Envoy does not ask.
    var envoy: EnvoyConfiguration?
    /// Nil when HAProxy does not ask by SPOE.
    var spoe: SPOEListenerConfiguration?
    var http: [HTTPListenerConfiguration] = []

    /// Reads a configuration file.
    static func read(_ path: String) throws(Failure) -> ServiceConfiguration {
        let file = try InputFile(path)
        let root = try ConfigurationNode(file)
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let top = try root.mapping([
            "policies": "a policy file or folder, or a list of them",
            "links": "a file of links, or a list of them", "schema": "a schema file",
            "store": "a directory",
            "socket": "the local socket", "errors": "`strict` or `cedar`",
            "reload": "`watch` or `signal`", "cache": "a size",
            "identity": "how identities are judged", "http": "addresses for HTTP",
            "tls": "a listener for other machines",
            "obligations": "names of obligations", "envoy": "how Envoy asks",
            "spoe": "how HAProxy asks",
        ])
        let socketNode = try top.required("socket")
        var configuration = ServiceConfiguration(
            policies: try top.required("policies").paths(in: folder),
            links: try top.optional("links")?.paths(in: folder) ?? [],
            schema: try top.optional("schema")?.path(in: folder),
            store: try top.required("store").path(in: folder),
            socket: try socket(socketNode, folder),
            socketDiagnostics: try diagnostics(socketNode))
        if let errors = try top.optional("errors") {
            configuration.errors = try errors.choice(["strict": .strict, "cedar": .cedar])
        }
        if let reload = try top.optional("reload") {
            configuration.watchesFiles = try reload.choice(["watch": true, "signal": false])
        }
        if let cache = try top.optional("cache") {
            configuration.cacheBytes = try cache.size(0...(1 << 40))
        }
        configuration.identity = try top.optional("identity").map {
            (node) throws(Failure) in try IdentityConfiguration(node, in: folder)
        }
        if let node = try top.optional("tls") {
            guard configuration.identity != nil else {
                throw node.failure(
                    "`tls` needs `identity`, by which the certificates of its peers are judged")
            }
            configuration.tls = try TLSSection(node, in: folder)
        }
        if let node = try top.optional("http") {
            configuration.http = try HTTPListenerConfiguration.list(
                node, in: folder, configuration.identity)
        }
        configuration.socketRights = try rights(
            socketNode, hasIdentity: configuration.identity != nil)
        if let node = try top.optional("obligations") {
            configuration.obligations = try obligations(node)
        }
        if let node = try top.optional("envoy") {
            configuration.envoy = try EnvoyConfiguration(
                node, identity: configuration.identity, in: folder)
        }
        if let node = try top.optional("spoe") {
            configuration.spoe = try SPOEListenerConfiguration(
                node, identity: configuration.identity, in: folder)
        }
        return configuration
    }

    /// The routes files that listeners name, each once.
    var routePaths: [String] {
        var paths: [String] = []
        let all =
            [envoy?.gateway.routes, spoe?.gateway.routes]
            + http.map { $0.forwardAuth?.gateway.routes }
        for case let path? in all where !paths.contains(path) { paths.append(path) }
        return paths
    }

    private static func obligations(_ node: ConfigurationNode) throws(Failure) -> ObligationRules {
        var rules = ObligationRules()
        for element in try node.elements() {
            let name = try element.text()
            guard name.utf8.allSatisfy({ 0x21..<0x7F ~= $0 && $0 != 0x2C && $0 != 0x3A }) else {
                throw element.failure(
                    "`\(name)` is no name of an obligation",
                    help: "printable ASCII without spaces, `,` and `:`, as `mask` in `mask:iban`")
            }
            rules.knownObligations.insert(name)
        }
        return rules
    }

    /// What the peers of a listener may do.
    private static func rights(
        _ listener: ConfigurationNode, hasIdentity: Bool
    ) throws(Failure) -> LocalPeerRights {
        let keys = try socketKeys(listener)
        var rights = LocalPeerRights()
        for key in ["gateways", "mayNamePrincipal", "requireEvidence"] where !hasIdentity {
            if let node = try keys.optional(key) {
                throw node.failure("`socket.\(key)` has no effect without `identity`")
            }
        }
        if let node = try keys.optional("gateways") { rights.gateways = try peers(node) }
        if let node = try keys.optional("mayNamePrincipal") {
            rights.mayNamePrincipal = try peers(node)
        }
        if let node = try keys.optional("requireEvidence") {
            rights.requiresEvidence = try node.boolean()
        }
        return rights
    }

    private static func peers(_ node: ConfigurationNode) throws(Failure) -> PeerAllowList {
        let keys = try node.mapping(["users": "user ids", "groups": "group ids"])
        return PeerAllowList(
            userIDs: Set(try keys.optional("users")?.identifiers() ?? []),
            groupIDs: Set(try keys.optional("groups")?.identifiers() ?? []))
    }

    private static func socketKeys(
        _ node: ConfigurationNode
    ) throws(Failure) -> ConfigurationNode.Mapping {
        try node.mapping([
            "path": "an absolute path", "threads": "worker threads",
            "allowedUsers": "user ids", "allowedGroups": "group ids",
            "maximumConnections": "a number", "maximumFrameBytes": "a size",
            "maximumBatchItems": "a number", "maximumInFlightBytes": "a size",
            "incompleteFrameTimeout": "a time", "slowReaderTimeout": "a time",
            "defaultDeadline": "a time", "diagnostics": "`full` or `none`",
            "gateways": "users and groups", "mayNamePrincipal": "users and groups",
            "requireEvidence": "`true` or `false`",
        ])
    }

    /// How much the decisions of a listener find out.
    private static func diagnostics(
        _ listener: ConfigurationNode
    ) throws(Failure) -> DiagnosticsMode {
        guard let node = try socketKeys(listener).optional("diagnostics") else { return .full }
        return try node.choice(["full": .full, "none": .decisionOnly])
    }

    private static func socket(
        _ node: ConfigurationNode, _ folder: String
    ) throws(Failure) -> LocalSocketConfiguration {
        let keys = try socketKeys(node)
        var socket = LocalSocketConfiguration(
            path: try keys.required("path").path(in: folder))
        if let node = try keys.optional("threads") {
            socket.workerCount = try node.integer(1...256)
        }
        let users = try keys.optional("allowedUsers")?.identifiers()
        let groups = try keys.optional("allowedGroups")?.identifiers()
        if users != nil || groups != nil {
            socket.allowedPeers = PeerAllowList(
                userIDs: Set(users ?? []), groupIDs: Set(groups ?? []))
        }
        if let node = try keys.optional("maximumConnections") {
            socket.maximumConnections = try node.integer(1...(1 << 20))
        }
        if let node = try keys.optional("maximumFrameBytes") {
            let bytes = try node.size(256...socket.maximumBufferedBytesPerWorker)
            socket.frameLimits.maximumFrameBytes = bytes
            // An answer has to fit into a frame with its header.
            socket.frameLimits.maximumAnswerBytes = min(
                socket.frameLimits.maximumAnswerBytes, (bytes - 16) & ~7)
        }
        if let node = try keys.optional("maximumBatchItems") {
            socket.frameLimits.maximumBatchItems = try node.integer(1...(1 << 20))
        }
        if let node = try keys.optional("maximumInFlightBytes") {
            socket.maximumInFlightBytes = try node.size(1...(1 << 30))
        }
        if let node = try keys.optional("incompleteFrameTimeout") {
            socket.incompleteFrameTimeout = try node.duration()
        }
        if let node = try keys.optional("slowReaderTimeout") {
            socket.slowReaderTimeout = try node.duration()
        }
        if let node = try keys.optional("defaultDeadline") {
            socket.defaultDeadline = try node.duration()
        }
        if let problem = socket.problem { throw node.failure(problem) }
        return socket
    }
}
