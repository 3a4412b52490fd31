package import AuthZEN

/// One address on which the service answers HTTP, and how.
package struct HTTPListener: Sendable {
    /// Where it listens.
    package enum Address: Sendable, Equatable {
        /// Port 0 takes any that is free.
        case tcp(host: String, port: Int)
        /// A socket in the file system, at most 107 bytes long.
        case unix(path: String)
    }

    /// Its name in metrics and logs.
    package let name: String
    package let address: Address
    /// The certificate and who else must show one; nil for a local socket.
    package var tls: HTTPTransportSecurity?
    package var authentication: EnforcementPointAuthentication
    package var authzen = AuthZENConfiguration()
    package var metadata: MetadataDocument?
    package var limits = HTTPLimits()
    /// Whether `/metrics` is answered.
    package var servesMetrics = true

    /// - Parameter authentication: who may ask. Health is told to anybody.
    package init(
        name: String, address: Address, tls: HTTPTransportSecurity? = nil,
        authentication: EnforcementPointAuthentication
    ) {
        self.name = name
        self.address = address
        self.tls = tls
        self.authentication = authentication
    }

    /// What forbids to start it; nil when nothing does.
    var problem: String? {
        if case .tcp(let host, _) = address, tls == nil, !Self.isLoopback(host) {
            return
                "the listener `\(name)` is open to the network without TLS: give it a certificate "
                + "or a loopback address"
        }
        if authentication.isOpen, case .tcp = address, tls?.clients != .required {
            return
                "the listener `\(name)` answers anybody: ask for client certificates, name API keys "
                + "or use a local socket"
        }
        if authentication.takesCertificates, tls == nil || tls?.clients == .ignored {
            return "the listener `\(name)` takes client certificates and does not ask for any: set "
                + "its TLS to do so"
        }
        return nil
    }

    private static func isLoopback(_ host: String) -> Bool {
        ["127.0.0.1", "::1", "localhost"].contains(host)
    }
}

/// The bounds on connections and requests of a listener.
package struct HTTPLimits: Sendable, Equatable {
    /// The most bytes of all header fields together, and of one.
    package var maximumHeaderBytes = 16 << 10
    package var maximumHeaderFields = 64
    /// The longest path with its query, in bytes.
    package var maximumPathBytes = 2048
    /// The longest `X-Request-ID`, in bytes; a longer one is refused.
    package var maximumRequestIDBytes = 256
    /// How long a connection may be without a whole request, in seconds.
    package var idleSeconds = 60
    /// How long a request may take to arrive, in seconds.
    package var requestSeconds = 10
    package var maximumConnections = 4096

    package init() {}
}

/// The certificate of a listener and what it demands of clients. TLS is 1.3, nothing older.
package struct HTTPTransportSecurity: Sendable {
    /// What becomes of clients' certificates.
    package enum Clients: Sendable, Equatable {
        case ignored
        /// One that is shown must be valid; a client may show none.
        case optional
        case required
    }

    /// PEM files: the certificate chain, leaf first, and its key.
    package let certificatePath: String
    package let keyPath: String
    /// A PEM file of the authorities of clients' certificates.
    package let clientAuthorityPath: String?
    package let clients: Clients

    package init(
        certificatePath: String, keyPath: String, clientAuthorityPath: String? = nil,
        clients: Clients = .ignored
    ) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.clientAuthorityPath = clientAuthorityPath
        self.clients = clients
    }
}
