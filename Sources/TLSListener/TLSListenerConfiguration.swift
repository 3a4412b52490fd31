import Server
package import Wire

/// How frames are served on TCP with TLS 1.3; every bound of the listener is here.
package struct TLSListenerConfiguration: Sendable {
    /// A name or an address in digits.
    package var host: String
    /// 0 is chosen by the system.
    package var port: Int
    /// The listening socket at the address, when a service manager opened it; the server closes it.
    package var inherited: Int32?
    /// The certificate that the listener shows.
    package var certificate: ServerCertificate.Files
    /// What peers may do.
    package var rights: TLSPeerRights
    /// Event loops, each with a thread and a decider of its own, 1 to 256.
    package var loopCount: Int
    /// Connections served at once, over all loops.
    package var maximumConnections = 1024
    /// Connections among them that have not proved who they are yet.
    package var maximumHandshakes = 128
    /// Bounds on frames, batches and answers.
    package var frameLimits = FrameLimits()
    /// Output bytes that a connection leaves unread beyond which its input is left alone.
    package var maximumInFlightBytes = 256 << 10
    /// Input bytes held for all connections of a loop together.
    ///
    /// A connection that would pass it is refused as `overloaded`.
    package var maximumBufferedBytesPerLoop = 256 << 20
    /// Items decided for one connection before the others have their turn; one frame may pass it.
    package var maximumRequestsPerTurn = 1024
    /// Connections that wait to be accepted.
    package var listenBacklog = 512
    /// How long a peer may take to prove who it is.
    package var handshakeTimeout: Duration = .seconds(5)
    /// How long a connection may be without a frame.
    package var idleTimeout: Duration = .seconds(600)
    /// How long a begun frame may stay unfinished.
    package var incompleteFrameTimeout: Duration = .seconds(5)
    /// How long so many answers may stay unread that input is left alone.
    package var slowReaderTimeout: Duration = .seconds(10)
    /// The deadline of a request that names none.
    package var defaultDeadline: Duration = .seconds(1)

    /// Makes a configuration with the defaults.
    /// - Parameter loopCount: event loops; one per core by default.
    package init(
        host: String, port: Int, certificate: ServerCertificate.Files, rights: TLSPeerRights,
        loopCount: Int = LocalSocketConfiguration.onlineCores
    ) {
        self.host = host
        self.port = port
        self.certificate = certificate
        self.rights = rights
        self.loopCount = loopCount
    }

    /// What is wrong with the configuration; `nil` when it can be served.
    package var problem: String? {
        if host.isEmpty || !(0...65_535).contains(port) {
            return "`\(host):\(port)` is no address: a host and a port from 0 to 65535"
        }
        if rights.allowed.isEmpty { return "nobody is allowed: list SPIFFE ids" }
        if !(1...256).contains(loopCount) { return "number of threads is not in 1...256" }
        for count in [maximumConnections, maximumHandshakes, listenBacklog]
        where !(1...1 << 20).contains(count) {
            return "a maximum is not in 1...1048576"
        }
        if !frameLimits.areConsistent {
            return "frame limits contradict each other: a full batch must fit into one frame"
        }
        if !(1...1 << 30).contains(maximumInFlightBytes) {
            return "maximum of in-flight bytes is not in 1...1073741824"
        }
        if maximumBufferedBytesPerLoop < frameLimits.maximumFrameBytes {
            return "maximum of buffered bytes is less than one frame"
        }
        if maximumRequestsPerTurn < 1 { return "maximum of requests per turn is not positive" }
        for duration in [
            handshakeTimeout, idleTimeout, incompleteFrameTimeout, slowReaderTimeout,
            defaultDeadline,
        ]
        where duration <= .zero || duration > .seconds(86_400) {
            return "a time limit is not between zero and a day"
        }
        return nil
    }
}
