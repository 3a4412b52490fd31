import CedarEngine
import DecisionPoint
import Server
import TLSListener
import Wire

/// The frames of the local socket for other machines: the part `tls` of the configuration,
/// ``section``.
struct TLSSection {
    var listener: TLSListenerConfiguration
    var diagnostics = DiagnosticsMode.full

    /// The keys of `tls`.
    static let section: ConfigurationSection = {
        let standard = TLSListenerConfiguration(
            host: "", port: 0, certificate: .init(certificatePath: "", keyPath: ""),
            rights: TLSPeerRights(allowed: []))
        let day = DurationRange.upTo(.seconds(86_400))
        let patterns = ConfigurationForm.list(
            .text("SPIFFE ids, in which `*` stands for one segment and a last `**` for several"))
        let own = [
            ConfigurationKey(
                "listen", .text("a host and a port"), .required,
                "Where peers connect, as in `0.0.0.0:8447`; port 0 takes a free one, which the "
                    + "log names.",
                example: "0.0.0.0:8447"),
            ConfigurationKey(
                "certificate", .file("a PEM file"), .required,
                "The service's certificate, leaf first.", example: "tls/writ.pem"),
            ConfigurationKey(
                "key", .file("a PEM file"), .required, "Its key, without a passphrase.",
                example: "tls/writ.key"),
            ConfigurationKey(
                "allowed", patterns, .required, "Peers that may connect.",
                example: "['spiffe://bank.example/ns/*/sa/*']"),
            ConfigurationKey(
                "gateways", patterns, .words("nobody"),
                "Those among them that may send certificates and tokens of others along.",
                example: "['spiffe://bank.example/ns/edge/sa/*']"),
            ConfigurationKey(
                "mayNamePrincipal", patterns, .words("nobody"),
                "Those among them that may say who asks.",
                example: "['spiffe://bank.example/ns/core/sa/batch']"),
            ConfigurationKey(
                "requireEvidence", .boolean, .boolean(false),
                "Whether no question is answered without a certificate or a token; a peer that "
                    + "asks for itself has its own."),
            ConfigurationKey(
                "threads", .integer(1...256), .words("one per core"), "Event loops.",
                example: "2"),
            ConfigurationKey(
                "diagnostics", .choice(["full", "none"]), .value("full"), "As for `socket`."),
            ConfigurationKey(
                "maximumConnections", .integer(1...(1 << 20)), .count(standard.maximumConnections),
                "Connections served at once."),
            ConfigurationKey(
                "maximumHandshakes", .integer(1...(1 << 20)), .count(standard.maximumHandshakes),
                "Connections among them that have not proved who they are."),
            ConfigurationKey(
                "handshakeTimeout", .duration(day), .duration(standard.handshakeTimeout),
                "How long a peer may take to prove who it is."),
            ConfigurationKey(
                "idleTimeout", .duration(day), .duration(standard.idleTimeout),
                "How long a connection may be without a frame."),
        ]
        let frames = ServiceConfiguration.frameKeys(
            standard.frameLimits, largest: standard.maximumBufferedBytesPerLoop)
        let times = ServiceConfiguration.timeKeys(
            incomplete: standard.incompleteFrameTimeout, slow: standard.slowReaderTimeout,
            deadline: standard.defaultDeadline, inFlight: standard.maximumInFlightBytes)
        return ConfigurationSection(own + frames + times)
    }()

    init(_ node: ConfigurationNode, in folder: String) throws(Failure) {
        let keys = try node.mapping()
        let address = try Self.address(try keys.required("listen"))
        listener = TLSListenerConfiguration(
            host: address.host, port: address.port,
            certificate: ServerCertificate.Files(
                certificatePath: try keys.required("certificate").path(in: folder),
                keyPath: try keys.required("key").path(in: folder)),
            rights: TLSPeerRights(allowed: try Self.patterns(try keys.required("allowed"))))
        if let node = try keys.optional("gateways") {
            listener.rights.gateways = try Self.patterns(node)
        }
        if let node = try keys.optional("mayNamePrincipal") {
            listener.rights.mayNamePrincipal = try Self.patterns(node)
        }
        if let node = try keys.optional("requireEvidence") {
            listener.rights.requiresEvidence = try node.boolean()
        }
        if let node = try keys.optional("diagnostics") {
            diagnostics = try node.choice(["full": .full, "none": .decisionOnly])
        }
        try readLimits(keys)
        if let problem = listener.problem { throw node.failure(problem) }
    }

    private mutating func readLimits(_ keys: ConfigurationNode.Mapping) throws(Failure) {
        if let node = try keys.optional("threads") {
            listener.loopCount = try node.integer()
        }
        if let node = try keys.optional("maximumConnections") {
            listener.maximumConnections = try node.integer()
        }
        if let node = try keys.optional("maximumHandshakes") {
            listener.maximumHandshakes = try node.integer()
        }
        if let node = try keys.optional("maximumFrameBytes") {
            let bytes = try node.size()
            listener.frameLimits.maximumFrameBytes = bytes
            // An answer has to fit into a frame with its header.
            listener.frameLimits.maximumAnswerBytes = min(
                listener.frameLimits.maximumAnswerBytes, (bytes - 16) & ~7)
        }
        if let node = try keys.optional("maximumBatchItems") {
            listener.frameLimits.maximumBatchItems = try node.integer()
        }
        if let node = try keys.optional("maximumInFlightBytes") {
            listener.maximumInFlightBytes = try node.size()
        }
        if let node = try keys.optional("handshakeTimeout") {
            listener.handshakeTimeout = try node.duration()
        }
        if let node = try keys.optional("idleTimeout") {
            listener.idleTimeout = try node.duration()
        }
        if let node = try keys.optional("incompleteFrameTimeout") {
            listener.incompleteFrameTimeout = try node.duration()
        }
        if let node = try keys.optional("slowReaderTimeout") {
            listener.slowReaderTimeout = try node.duration()
        }
        if let node = try keys.optional("defaultDeadline") {
            listener.defaultDeadline = try node.duration()
        }
    }

    private static func address(
        _ node: ConfigurationNode
    ) throws(Failure) -> (host: String, port: Int) {
        guard let address = HostAndPort(try node.text()) else {
            throw node.failure(
                "`\(try node.text())` is no host and port", help: "as in 0.0.0.0:8447 or [::]:8447")
        }
        return (address.host, Int(address.port))
    }

    private static func patterns(_ node: ConfigurationNode) throws(Failure) -> [SpiffePattern] {
        var patterns: [SpiffePattern] = []
        for element in try node.elements() {
            guard let pattern = SpiffePattern(try element.text()) else {
                throw element.failure(
                    "`\(try element.text())` is no pattern of SPIFFE ids",
                    help: "as in spiffe://bank.example/ns/*/sa/*, where `*` stands for one segment")
            }
            patterns.append(pattern)
        }
        guard !patterns.isEmpty else { throw node.failure("the list of SPIFFE ids is empty") }
        return patterns
    }
}

/// A host and a port, as in `writ.example:8447` or `[::1]:8447`.
struct HostAndPort: Equatable {
    let host: String
    let port: UInt16

    /// Reads one; nil when it is none.
    init?(_ text: String) {
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
            let port = UInt16(text[text.utf8.index(after: colon)...])
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.utf8.contains(UInt8(ascii: ":")) {
            return nil
        }
        guard !host.isEmpty, !host.utf8.contains(0) else { return nil }
        self.host = String(host)
        self.port = port
    }
}
