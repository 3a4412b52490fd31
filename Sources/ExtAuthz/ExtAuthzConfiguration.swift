package import ExtAuthzMessages
package import Server

/// How the ext_authz service is served; every bound of the server is here.
package struct ExtAuthzConfiguration: Sendable {
    /// Where gateways find the service.
    package typealias Endpoint = StreamEndpoint

    package var endpoint: Endpoint
    /// The listening socket at the endpoint, when a service manager opened it; the server closes it.
    package var inherited: Int32?
    /// Who may connect to a Unix domain socket.
    package var allowedPeers: PeerAllowList = .ownUser
    /// Event loops, each with a thread and a handler of its own, 1 to 256.
    package var loopCount: Int
    /// Connections served at once over all loops; a gateway needs one for each of its threads.
    package var maximumConnections = 256
    /// Connections that wait to be accepted.
    package var listenBacklog = 512
    /// Requests that one connection may have begun and not finished.
    package var maximumStreams = 1000
    /// The largest header list of a call, in bytes as HPACK counts them.
    package var maximumHeaderListBytes = 16 << 10
    /// Bounds on a message.
    package var messageLimits = CheckLimits()
    /// Bytes of unfinished messages that one connection may make the server hold.
    package var maximumHeldBytes = 1 << 20
    /// Answers that a connection leaves unread beyond which it is closed, in bytes.
    package var maximumUnsentBytes = 4 << 20
    /// PING, SETTINGS, PRIORITY and the like that a connection may send in ten seconds.
    package var maximumControlFrames = 500
    /// Streams that a connection may reset in ten seconds; gateways reset what times out.
    package var maximumResets = 5_000
    /// The deadline of a call that names none, and the longest one: a call whose message is not
    /// complete by then is cancelled.
    package var maximumDeadline: Duration = .seconds(5)
    /// How long a connection may take to say that it speaks HTTP/2, and to finish a frame.
    package var incompleteFrameTimeout: Duration = .seconds(5)
    /// Headers that say who the client is, in lower case: a request that is allowed never keeps its
    /// own copy of them.
    package var identityHeaders: [String] = []

    /// Makes a configuration with the defaults.
    /// - Parameter loopCount: event loops; one per core by default.
    package init(
        endpoint: Endpoint, loopCount: Int = LocalSocketConfiguration.onlineCores
    ) {
        self.endpoint = endpoint
        self.loopCount = loopCount
    }

    /// What is wrong with the configuration; `nil` when it can be served.
    package var problem: String? {
        if !(1...256).contains(loopCount) { return "loop count is not in 1...256" }
        if let problem = endpoint.problem { return problem }
        let counts = [
            maximumConnections, listenBacklog, maximumStreams, maximumControlFrames, maximumResets,
        ]
        if counts.contains(where: { !(1...1 << 20).contains($0) }) {
            return "a maximum is not in 1...1048576"
        }
        if !(1024...1 << 20).contains(maximumHeaderListBytes) {
            return "maximum of header list bytes is not in 1024...1048576"
        }
        if !(1024...16 << 20).contains(messageLimits.maximumMessageBytes) {
            return "maximum of message bytes is not in 1024...16777216"
        }
        if !(messageLimits.maximumMessageBytes + 5...1 << 30).contains(maximumHeldBytes) {
            return "maximum of held bytes is less than one message or more than 1 GiB"
        }
        if maximumUnsentBytes < ReplyBuffer.maximumBytes {
            return "maximum of unsent bytes is less than one answer"
        }
        for duration in [maximumDeadline, incompleteFrameTimeout]
        where duration <= .zero || duration > .seconds(3600) {
            return "a time limit is not between zero and an hour"
        }
        for name in identityHeaders where !HeaderRules.allowsName(Array(name.utf8).span) {
            return "`\(name)` is not a name of an identity header: lower case, no `:`"
        }
        return nil
    }
}
