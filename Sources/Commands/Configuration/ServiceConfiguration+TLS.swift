import CedarEngine
import DecisionPoint
import Server
import TLSListener
import Wire

/// The frames of the local socket for other machines: the part `tls` of a service's configuration.
///
/// | key | meaning | default |
/// | --- | --- | --- |
/// | `tls.listen` | host and port, as in `0.0.0.0:8447`; `:0` for any port | required |
/// | `tls.certificate` | PEM: the service's certificate, leaf first | required |
/// | `tls.key` | PEM: its key | required |
/// | `tls.allowed` | SPIFFE ids that may connect; `*` stands for one segment, a last `**` for several | required |
/// | `tls.gateways` | those among them whose evidence is judged | nobody |
/// | `tls.mayNamePrincipal` | those among them that may name the principal | nobody |
/// | `tls.requireEvidence` | `true`: no question without a certificate or a token; a peer that asks for itself has its own | `false` |
/// | `tls.threads` | event loops, 1–256 | one per core |
/// | `tls.maximumConnections` | connections served at once | 1024 |
/// | `tls.maximumHandshakes` | connections among them that have not proved who they are | 128 |
/// | `tls.maximumFrameBytes`, `maximumBatchItems`, `maximumInFlightBytes` | as for `socket` | as for `socket` |
/// | `tls.handshakeTimeout` | how long a peer may take to prove who it is | 5s |
/// | `tls.idleTimeout` | how long a connection may be without a frame | 10m |
/// | `tls.incompleteFrameTimeout`, `slowReaderTimeout`, `defaultDeadline` | as for `socket` | as for `socket` |
/// | `tls.diagnostics` | as for `socket` | `full` |
struct TLSSection {
    var listener: TLSListenerConfiguration
    var diagnostics = DiagnosticsMode.full

    init(_ node: ConfigurationNode, in folder: String) throws(Failure) {
        let keys = try node.mapping([
            "listen": "a host and a port", "certificate": "a file", "key": "a file",
            "allowed": "SPIFFE ids", "gateways": "SPIFFE ids", "mayNamePrincipal": "SPIFFE ids",
            "requireEvidence": "`true` or `false`", "threads": "event loops",
            "maximumConnections": "a number", "maximumHandshakes": "a number",
            "maximumFrameBytes": "a size", "maximumBatchItems": "a number",
            "maximumInFlightBytes": "a size", "handshakeTimeout": "a time",
            "idleTimeout": "a time", "incompleteFrameTimeout": "a time",
            "slowReaderTimeout": "a time", "defaultDeadline": "a time",
            "diagnostics": "`full` or `none`",
        ])
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
            listener.loopCount = try node.integer(1...256)
        }
        if let node = try keys.optional("maximumConnections") {
            listener.maximumConnections = try node.integer(1...(1 << 20))
        }
        if let node = try keys.optional("maximumHandshakes") {
            listener.maximumHandshakes = try node.integer(1...(1 << 20))
        }
        if let node = try keys.optional("maximumFrameBytes") {
            let bytes = try node.size(256...listener.maximumBufferedBytesPerLoop)
            listener.frameLimits.maximumFrameBytes = bytes
            // An answer has to fit into a frame with its header.
            listener.frameLimits.maximumAnswerBytes = min(
                listener.frameLimits.maximumAnswerBytes, (bytes - 16) & ~7)
        }
        if let node = try keys.optional("maximumBatchItems") {
            listener.frameLimits.maximumBatchItems = try node.integer(1...(1 << 20))
        }
        if let node = try keys.optional("maximumInFlightBytes") {
            listener.maximumInFlightBytes = try node.size(1...(1 << 30))
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
