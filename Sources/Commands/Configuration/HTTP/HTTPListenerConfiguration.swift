import HTTPService
import Server

/// One element of the list `http` of a service's configuration: an address on which it answers HTTP. Its
/// keys are ``section``.
///
/// TCP without TLS is refused, but for `operations` on a loopback address.
struct HTTPListenerConfiguration: Sendable {
    let name: String
    let family: HTTPListener.Family
    let address: HTTPListener.Address
    /// The socket that a service manager opened; nil for one that the service opens.
    var inherited: Int32?
    var peers = PeerAllowList.ownUser
    /// PEM files; nil without TLS.
    var tls: (certificate: String, key: String)?
    var clients = Clients.ignored
    var callers = HTTPCallersConfiguration()
    var servesMetrics: Bool
    var logged: RequestLog.Selection
    var threads = 0
    var limits = HTTPLimits()
    var authzen: AuthZENListenerConfiguration?
    var forwardAuth: ForwardAuthConfiguration?
    /// Where the listener stands, for what is found out later.
    let place: SourcePlace

    /// What clients are asked for.
    enum Clients: Sendable {
        case ignored
        case optional
        case required
    }

    /// Reads the list `http`.
    static func list(
        _ node: ConfigurationNode, in folder: String, _ identity: IdentityConfiguration?
    ) throws(Failure) -> [HTTPListenerConfiguration] {
        var listeners: [HTTPListenerConfiguration] = []
        for element in try node.elements() {
            let listener = try HTTPListenerConfiguration(element, in: folder, identity)
            guard !listeners.contains(where: { $0.name == listener.name }) else {
                throw element.failure("two listeners have the name `\(listener.name)`")
            }
            guard !listeners.contains(where: { $0.isAt(listener.address) }) else {
                throw element.failure("another listener has the address of `\(listener.name)`")
            }
            listeners.append(listener)
        }
        return listeners
    }

    private init(
        _ node: ConfigurationNode, in folder: String, _ identity: IdentityConfiguration?
    ) throws(Failure) {
        place = node.place
        let keys = try node.mapping()
        let nameNode = try keys.required("name")
        name = try nameNode.text()
        guard name.utf8.count <= 64, name.utf8.allSatisfy(Self.mayName) else {
            throw nameNode.failure(
                "a listener's name has at most 64 letters, digits, `-`, `_` and `.`")
        }
        // Metrics, logs and policies would take the one for the other.
        if let other = Self.takenNames[name] {
            throw nameNode.failure(
                "`\(name)` is the name of \(other) in metrics, logs and policies: choose another")
        }
        family = try keys.required("family").choice(
            Dictionary(
                uniqueKeysWithValues: HTTPListener.Family.allCases.map { ($0.rawValue, $0) }))
        address = try Self.address(keys, node, folder)
        servesMetrics = try keys.optional("metrics")?.boolean() ?? (family == .operations)
        logged = family == .operations ? .none : .denials
        if let node = try keys.optional("log") { logged = try RequestLog.Selection(node) }
        if let node = try keys.optional("threads") { threads = try node.integer() }
        if let node = try keys.optional("callers") {
            callers = try HTTPCallersConfiguration(node, in: folder, identity)
        }
        try readPeers(keys)
        try readSecurity(keys, folder, identity)
        try readLimits(keys)
        try readFamily(keys, folder, identity)
        try judge()
    }

    /// What the service's listeners that are no HTTP are called.
    private static let takenNames = [
        "local": "the local socket", "envoy": "the listener of ext_authz",
        "tls": "the section `tls`",
        "spoe": "the agent for HAProxy",
    ]

    private static func mayName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private func isAt(_ other: HTTPListener.Address) -> Bool {
        if case .tcp(_, 0) = other { return false }
        return address == other
    }

    // MARK: Where

    private static func address(
        _ keys: ConfigurationNode.Mapping, _ node: ConfigurationNode, _ folder: String
    ) throws(Failure) -> HTTPListener.Address {
        switch (try keys.optional("address"), try keys.optional("socket")) {
        case (let node?, nil):
            let text = try node.text()
            guard let colon = text.lastIndex(of: ":"), colon > text.startIndex,
                let port = Int(text[text.index(after: colon)...]), (0...65535).contains(port)
            else { throw node.failure("`address` must be as in `127.0.0.1:8443` or `[::1]:8443`") }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") {
                host = String(host.dropFirst().dropLast())
            } else if host.contains(":") {
                throw node.failure("an IPv6 address stands in brackets, as in `[::1]:8443`")
            }
            return .tcp(host: host, port: port)
        case (nil, let node?):
            let path = try node.path(in: folder)
            guard path.utf8.count <= 107 else {
                throw node.failure("the path of a socket has at most 107 bytes: `\(path)`")
            }
            return .unix(path: path)
        default: throw node.failure("a listener must have exactly one of `address` and `socket`")
        }
    }

    private var isLocal: Bool {
        if case .unix = address { true } else { false }
    }

    private mutating func readPeers(_ keys: ConfigurationNode.Mapping) throws(Failure) {
        let (users, groups) = (
            try keys.optional("allowedUsers"), try keys.optional("allowedGroups")
        )
        if !isLocal, let node = users ?? groups {
            throw node.failure(
                "`allowedUsers` and `allowedGroups` are for a `socket`: with an `address` use "
                    + "`callers`")
        }
        guard users != nil || groups != nil else { return }
        peers = PeerAllowList(
            userIDs: Set(try users?.identifiers() ?? []),
            groupIDs: Set(try groups?.identifiers() ?? []))
    }

    // MARK: Who

    private mutating func readSecurity(
        _ keys: ConfigurationNode.Mapping, _ folder: String, _ identity: IdentityConfiguration?
    ) throws(Failure) {
        guard let node = try keys.optional("tls") else { return }
        guard !isLocal else {
            throw node.failure("a local socket needs no TLS: leave `tls` out")
        }
        let keys = try node.mapping()
        tls = (
            try keys.required("certificate").path(in: folder),
            try keys.required("key").path(in: folder)
        )
        clients = callers.certificates == nil ? .ignored : .required
        if let node = try keys.optional("clients") {
            clients = try node.choice([
                "ignored": .ignored, "optional": .optional, "required": .required,
            ])
            guard clients == .ignored || identity != nil else {
                throw node.failure(
                    "there is nothing to judge clients' certificates by: add `identity`")
            }
        }
    }

    /// Refuses what would let in more than its author can want.
    private func judge() throws(Failure) {
        if callers.certificates != nil, clients == .ignored {
            throw place.failure(
                "the listener `\(name)` takes client certificates and does not ask for any",
                help: "give it `tls` without `clients`, or set that to `required` or `optional`")
        }
        guard case .tcp(let host, _) = address else { return }
        if tls == nil {
            guard family == .operations, HTTPListener.isLoopback(host) else {
                throw place.failure(
                    "the listener `\(name)` is open to the network without TLS",
                    help: "give it `tls`, or a `socket` instead of an `address`; only "
                        + "`operations` may do without, on a loopback address")
            }
        } else if callers.isEmpty {
            throw place.failure(
                "the listener `\(name)` answers anybody",
                help: "say under `callers` whose certificates, keys or tokens are taken")
        }
    }

    // MARK: What

    private mutating func readLimits(_ keys: ConfigurationNode.Mapping) throws(Failure) {
        if let node = try keys.optional("maximumConnections") {
            limits.maximumConnections = try node.integer()
        }
        if family == .forwardAuth { limits.maximumHeaderBytes = Self.gatewayHeaderBytes }
        if let node = try keys.optional("maximumHeaderBytes") {
            limits.maximumHeaderBytes = try node.size()
        }
        if let node = try keys.optional("idleTimeout") {
            limits.idleSeconds = try Self.seconds(node)
        }
        if let node = try keys.optional("requestTimeout") {
            limits.requestSeconds = try Self.seconds(node)
        }
    }

    private static func seconds(_ node: ConfigurationNode) throws(Failure) -> Int {
        Int(try node.duration().components.seconds)
    }

    private mutating func readFamily(
        _ keys: ConfigurationNode.Mapping, _ folder: String, _ identity: IdentityConfiguration?
    ) throws(Failure) {
        let (api, gateways) = (try keys.optional("authzen"), try keys.optional("forwardAuth"))
        if family != .authzen, let api {
            throw api.failure("`authzen` has no effect with the family `\(family.rawValue)`")
        }
        if family != .forwardAuth, let gateways {
            throw gateways.failure(
                "`forwardAuth` has no effect with the family `\(family.rawValue)`")
        }
        switch family {
        case .authzen:
            authzen = try AuthZENListenerConfiguration(
                api, in: folder, reserved: identity?.verifiedName)
        case .forwardAuth:
            forwardAuth = try ForwardAuthConfiguration(
                try keys.required("forwardAuth"), listener: name, identity: identity, in: folder)
            guard callers.keys.isEmpty, callers.clients.isEmpty, callers.secretsPath == nil,
                callers.tokens.isEmpty
            else {
                throw place.failure(
                    "the gateway of `\(name)` cannot prove itself by `Authorization`, which is its "
                        + "client's",
                    help: "use `callers.certificates`, or a `socket` with `allowedUsers`")
            }
        case .operations: break
        }
    }
}
