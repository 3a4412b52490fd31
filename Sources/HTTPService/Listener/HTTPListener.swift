package import AuthZEN
package import DecisionPoint
package import Server
package import TLSListener

/// One address on which the service answers HTTP, and how.
package struct HTTPListener: Sendable {
    /// Where it listens.
    package enum Address: Sendable, Equatable, CustomStringConvertible {
        /// Port 0 takes any that is free.
        case tcp(host: String, port: Int)
        /// A socket in the file system, at most 107 bytes long.
        case unix(path: String)

        package var description: String {
            switch self {
            case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
            case .unix(let path): path
            }
        }
    }

    /// What is answered.
    package enum Family: String, Sendable, CaseIterable {
        /// The Authorization API.
        case authzen
        /// What gateways ask for each request of theirs: ``HTTPListener/mounts``.
        case forwardAuth = "forward-auth"
        /// Health and figures, and no decisions.
        case operations
    }

    /// Its name in metrics and logs.
    package let name: String
    package let family: Family
    package let address: Address
    /// The listening socket that a service manager opened at the ``address``; nil when it is opened here.
    /// Whoever starts the listener takes it over.
    package var inherited: Int32?
    /// The certificate and who else must show one; nil for a local socket.
    package var tls: HTTPTransportSecurity?
    package var authentication: EnforcementPointAuthentication
    /// Who may connect to a local socket, as the kernel says.
    package var peers = PeerAllowList.ownUser
    package var authzen = AuthZENConfiguration()
    package var metadata: MetadataDocument?
    package var limits = HTTPLimits()
    /// How many requests may be decided at once; 0 for as many as the service has otherwise.
    package var threadCount = 0
    /// How many searches may be made at once; 0 for ``searchCount(besides:)``.
    package var searchCount = 0
    /// Whether `/metrics` is answered.
    package var servesMetrics = true
    /// Other protocols that answer here.
    package var mounts: [MountedRoute] = []
    /// Which requests and decisions are written to the log.
    package var logged = RequestLog.Selection.none

    /// - Parameter authentication: who may ask. Health is told to anybody.
    package init(
        name: String, family: Family = .authzen, address: Address,
        tls: HTTPTransportSecurity? = nil, authentication: EnforcementPointAuthentication
    ) {
        self.name = name
        self.family = family
        self.address = address
        self.tls = tls
        self.authentication = authentication
    }

    /// How many searches are made at once beside so many other requests, unless told otherwise.
    package static func searchCount(besides threads: Int) -> Int { max(1, threads / 2) }

    /// How long a search waits for a place at most, and never longer than one takes.
    package static let searchPatienceMilliseconds = 1000

    /// What forbids to start it; nil when nothing does.
    package var problem: String? {
        guard case .tcp(let host, _) = address else {
            return tls == nil ? nil : "the listener `\(name)` is a local socket and needs no TLS"
        }
        let isLocalOperations = family == .operations && Self.isLoopback(host)
        if tls == nil, !isLocalOperations {
            return
                "the listener `\(name)` is open to the network without TLS: give it a certificate "
                + "or make it a local socket; only `operations` may do without, on a loopback "
                + "address"
        }
        if authentication.isOpen, !isLocalOperations {
            return
                "the listener `\(name)` answers anybody: say whose certificates, keys or tokens "
                + "are taken, or make it a local socket"
        }
        if authentication.certificates != nil, tls?.clients == nil {
            return "the listener `\(name)` takes client certificates and does not ask for any: set "
                + "its TLS to do so"
        }
        return nil
    }

    /// Whether a host is this machine and no other.
    package static func isLoopback(_ host: String) -> Bool {
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
    /// How long a request may take to arrive, and more of its answer to be read than is kept, in seconds.
    package var requestSeconds = 10
    package var maximumConnections = 4096

    package init() {}
}

/// The certificate of a listener and what it demands of clients. TLS is 1.3, nothing older.
package struct HTTPTransportSecurity: Sendable {
    /// Clients' certificates: each one that is shown is judged, and a bad one ends the connection.
    package struct Clients: Sendable {
        /// Whether a client that shows none is let in; it must prove itself otherwise then.
        package let isOptional: Bool
        /// What certificates are judged by, on every request anew: revocation ends what goes on.
        package let identity: IdentitySettings

        package init(identity: IdentitySettings, isOptional: Bool = false) {
            self.identity = identity
            self.isOptional = isOptional
        }
    }

    /// The listener's own certificate; it may be replaced while the service runs.
    package let files: ServerCertificate.Files
    /// Nil when clients are not asked for a certificate.
    package let clients: Clients?

    package init(certificatePath: String, keyPath: String, clients: Clients? = nil) {
        files = ServerCertificate.Files(certificatePath: certificatePath, keyPath: keyPath)
        self.clients = clients
    }
}
