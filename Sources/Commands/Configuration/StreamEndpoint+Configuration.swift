import Server

extension StreamEndpoint {
    /// The keys of a listener that say where it is and who may connect.
    ///
    /// - Parameters:
    ///   - name: of the socket in the example.
    ///   - port: in the example.
    static func keys(socket name: String, port: Int) -> [ConfigurationKey] {
        [
            ConfigurationKey(
                "socket", .socketPath, .none,
                "The Unix socket that is served.", example: "run/\(name).sock"),
            ConfigurationKey(
                "address", .text("a loopback address and a port"), .none,
                "The address that is served, in digits, as in `127.0.0.1:\(port)` or "
                    + "`[::1]:\(port)`.",
                example: "127.0.0.1:\(port)"),
            ConfigurationKey(
                "allowedUsers", .identifiers, .words("the service's own user"),
                "User ids that may connect to the socket.", example: "[1001]"),
            ConfigurationKey(
                "allowedGroups", .identifiers, .none,
                "Group ids that may connect to the socket.", example: "[1001]"),
        ]
    }

    /// Reads the keys `socket` and `address` of a listener, of which exactly one must be there.
    ///
    /// - Parameter listener: its name in the configuration, for messages.
    init(
        of listener: String, _ node: ConfigurationNode, _ keys: ConfigurationNode.Mapping,
        in folder: String
    ) throws(Failure) {
        switch (try keys.optional("socket"), try keys.optional("address")) {
        case (let socket?, nil): self = .unixSocket(path: try socket.path(in: folder))
        case (nil, let address?):
            let text = try address.text()
            guard let colon = text.lastIndex(of: ":"),
                let port = Int(text[text.index(after: colon)...]), 1...65_535 ~= port
            else {
                throw address.failure(
                    "`\(text)` is no address with a port, as in 127.0.0.1:9191")
            }
            var host = text[..<colon]
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            self = .loopback(host: String(host), port: port)
        default:
            throw node.failure(
                "`\(listener)` must have exactly one of `socket` and `address`")
        }
    }
}

extension PeerAllowList {
    /// Reads the keys `allowedUsers` and `allowedGroups` of a listener.
    ///
    /// - Returns: nil when neither is there.
    init?(
        of listener: String, at endpoint: StreamEndpoint, _ keys: ConfigurationNode.Mapping
    ) throws(Failure) {
        for key in ["allowedUsers", "allowedGroups"] {
            guard case .loopback = endpoint, let node = try keys.optional(key) else { continue }
            throw node.failure(
                "`\(listener).\(key)` has no effect without `\(listener).socket`")
        }
        let users = try keys.optional("allowedUsers")?.identifiers()
        let groups = try keys.optional("allowedGroups")?.identifiers()
        guard users != nil || groups != nil else { return nil }
        self.init(userIDs: Set(users ?? []), groupIDs: Set(groups ?? []))
    }
}
