import CedarEngine
import Server
import Wire

/// The local socket: the part `socket` of the configuration.
extension ServiceConfiguration {
    /// The keys of `socket`.
    static let socketSection: ConfigurationSection = {
        let standard = LocalSocketConfiguration(path: "")
        let own = [
            ConfigurationKey(
                "path", .socketPath, .required,
                "Where the socket is. Its folder is made when it is not there, for the service's "
                    + "user and those who may connect.",
                example: "run/writ.sock"),
            ConfigurationKey(
                "threads", .integer(1...256), .words("one per core"),
                "Threads that decide.", example: "2"),
            ConfigurationKey(
                "allowedUsers", .identifiers, .words("the service's own user"),
                "User ids that may connect; with any of `allowedUsers` and `allowedGroups` nobody "
                    + "else may.",
                example: "[1000]"),
            ConfigurationKey(
                "allowedGroups", .identifiers, .none, "Group ids that may connect.",
                example: "[1000]"),
            ConfigurationKey(
                "gateways", .section(peerSection("whose evidence is judged")), .words("nobody"),
                "Who may send certificates and tokens of others along; needs `identity`."),
            ConfigurationKey(
                "mayNamePrincipal", .section(peerSection("that may name the principal")),
                .words("nobody with `identity`, everybody without"),
                "Who may say who asks; needs `identity`."),
            ConfigurationKey(
                "requireEvidence", .boolean, .boolean(false),
                "Whether no question is answered without a certificate or a token; needs "
                    + "`identity`."),
            ConfigurationKey(
                "diagnostics", .choice(["full", "none"]), .value("full"),
                "With `full` answers name all determining and erring policies; with `none` a "
                    + "decision ends when it is certain, and names one determining policy at most."),
            ConfigurationKey(
                "maximumConnections", .integer(1...(1 << 20)),
                .count(standard.maximumConnections), "Connections served at once."),
        ]
        let frames = frameKeys(
            standard.frameLimits, largest: standard.maximumBufferedBytesPerWorker)
        let times = timeKeys(
            incomplete: standard.incompleteFrameTimeout, slow: standard.slowReaderTimeout,
            deadline: standard.defaultDeadline, inFlight: standard.maximumInFlightBytes)
        return ConfigurationSection(own + frames + times)
    }()

    private static func peerSection(_ words: String) -> ConfigurationSection {
        ConfigurationSection([
            ConfigurationKey(
                "users", .identifiers, .none, "User ids \(words).", example: "[1001]"),
            ConfigurationKey(
                "groups", .identifiers, .none, "Group ids \(words).", example: "[1001]"),
        ])
    }

    /// The bounds on frames, which `socket` and `tls` have.
    ///
    /// - Parameter largest: the bytes of the largest frame that may be allowed.
    static func frameKeys(_ standard: FrameLimits, largest: Int) -> [ConfigurationKey] {
        [
            ConfigurationKey(
                "maximumFrameBytes", .size(256...largest), .size(standard.maximumFrameBytes),
                "The largest frame that is taken; a full batch must fit into one."),
            ConfigurationKey(
                "maximumBatchItems", .integer(1...(1 << 20)), .count(standard.maximumBatchItems),
                "The most questions in one frame."),
        ]
    }

    /// What bounds the time and the unread answers of a connection of `socket` and `tls`.
    static func timeKeys(
        incomplete: Swift.Duration, slow: Swift.Duration, deadline: Swift.Duration, inFlight: Int
    ) -> [ConfigurationKey] {
        let day = DurationRange.upTo(.seconds(86_400))
        return [
            ConfigurationKey(
                "maximumInFlightBytes", .size(1...(1 << 30)), .size(inFlight),
                "Unread answers beyond which nothing more is read from a connection."),
            ConfigurationKey(
                "incompleteFrameTimeout", .duration(day), .duration(incomplete),
                "How long a begun frame may stay unfinished."),
            ConfigurationKey(
                "slowReaderTimeout", .duration(day), .duration(slow),
                "How long answers may stay unread."),
            ConfigurationKey(
                "defaultDeadline", .duration(day), .duration(deadline),
                "The deadline of questions that name none."),
        ]
    }

    /// What the peers of a listener may do.
    static func rights(
        _ listener: ConfigurationNode, hasIdentity: Bool
    ) throws(Failure) -> LocalPeerRights {
        let keys = try listener.mapping()
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
        let keys = try node.mapping()
        return PeerAllowList(
            userIDs: Set(try keys.optional("users")?.identifiers() ?? []),
            groupIDs: Set(try keys.optional("groups")?.identifiers() ?? []))
    }

    /// How much the decisions of a listener find out.
    static func diagnostics(
        _ listener: ConfigurationNode
    ) throws(Failure) -> DiagnosticsMode {
        guard let node = try listener.mapping().optional("diagnostics") else { return .full }
        return try node.choice(["full": .full, "none": .decisionOnly])
    }

    static func socket(
        _ node: ConfigurationNode, _ folder: String
    ) throws(Failure) -> LocalSocketConfiguration {
        let keys = try node.mapping()
        var socket = LocalSocketConfiguration(
            path: try keys.required("path").path(in: folder))
        if let node = try keys.optional("threads") {
            socket.workerCount = try node.integer()
        }
        let users = try keys.optional("allowedUsers")?.identifiers()
        let groups = try keys.optional("allowedGroups")?.identifiers()
        if users != nil || groups != nil {
            socket.allowedPeers = PeerAllowList(
                userIDs: Set(users ?? []), groupIDs: Set(groups ?? []))
        }
        if let node = try keys.optional("maximumConnections") {
            socket.maximumConnections = try node.integer()
        }
        if let node = try keys.optional("maximumFrameBytes") {
            let bytes = try node.size()
            socket.frameLimits.maximumFrameBytes = bytes
            // An answer has to fit into a frame with its header.
            socket.frameLimits.maximumAnswerBytes = min(
                socket.frameLimits.maximumAnswerBytes, (bytes - 16) & ~7)
        }
        if let node = try keys.optional("maximumBatchItems") {
            socket.frameLimits.maximumBatchItems = try node.integer()
        }
        if let node = try keys.optional("maximumInFlightBytes") {
            socket.maximumInFlightBytes = try node.size()
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
