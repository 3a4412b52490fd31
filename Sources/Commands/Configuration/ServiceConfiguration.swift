import DecisionPoint
import CedarEngine
import Server
import Wire

/// Everything `writ serve` can be told, read from one YAML file: ``section``.
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
    ///
    /// - Throws: everything that is wrong with its keys and values at once, else the first thing by
    ///   which they contradict each other.
    static func read(_ path: String) throws(Failure) -> ServiceConfiguration {
        let root = try ConfigurationNode(try InputFile(path), section)
        try root.requireWellFormed()
        return try read(root, in: folder(of: path))
    }

    /// The folder that relative paths of a configuration file are relative to.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    }

    /// Reads a configuration whose keys and values are well formed.
    static func read(
        _ root: ConfigurationNode, in folder: String
    ) throws(Failure) -> ServiceConfiguration {
        let top = try root.mapping()
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
            configuration.cacheBytes = try cache.size()
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

    /// The files with keys of callers that listeners name, each once.
    var secretsPaths: [String] {
        var paths: [String] = []
        for case let path? in http.map(\.callers.secretsPath) where !paths.contains(path) {
            paths.append(path)
        }
        return paths
    }

    /// The names of the listeners with these routes whose gateways tell nothing of bodies.
    func listenersWithoutBodies(routes path: String) -> [String] {
        let http = http.filter { $0.forwardAuth?.gateway.routes == path }.map(\.name)
        return spoe?.gateway.routes == path ? ["spoe"] + http : http
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
}
