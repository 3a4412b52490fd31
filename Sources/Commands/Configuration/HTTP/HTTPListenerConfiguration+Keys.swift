import HTTPService

extension HTTPListenerConfiguration {
    /// The keys of an element of `http`.
    static let section = ConfigurationSection(
        exactlyOneOf: ["address", "socket"],
        samples: [
            ConfigurationSample(
                "Services ask by the AuthZEN Authorization API.",
                without: ["socket", "allowedUsers", "allowedGroups", "forwardAuth"]),
            ConfigurationSample(
                "A gateway asks by forward-auth; needs `identity`.",
                only: [
                    "name", "family", "socket", "allowedUsers", "allowedGroups", "forwardAuth",
                ],
                values: ["name": "edge", "family": "forward-auth"]),
            ConfigurationSample(
                "Health and metrics, for this machine only.",
                only: ["name", "family", "address"],
                values: [
                    "name": "figures", "family": "operations", "address": "127.0.0.1:9090",
                ]),
        ],
        places + bounds + [
            ConfigurationKey(
                "authzen", .section(AuthZENListenerConfiguration.section), .words("all defaults"),
                "Of the family `authzen`: how types, actions and properties become those of "
                    + "Cedar, and how much one request may ask for."),
            ConfigurationKey(
                "forwardAuth", .section(ForwardAuthConfiguration.section),
                .words("not served, and required by the family `forward-auth`"),
                "Of the family `forward-auth`: what a gateway sends with each request of its "
                    + "clients, and how it is answered."),
        ])

    /// Where it is and who may ask.
    private static let places = [
        ConfigurationKey(
            "name", .text("at most 64 letters, digits, `-`, `_` and `.`"), .required,
            "Its name in metrics, logs and policies, different from the others and from `local`, "
                + "`envoy`, `spoe` and `tls`.",
            example: "services"),
        ConfigurationKey(
            "family", .choice(HTTPListener.Family.allCases.map(\.rawValue)), .required,
            "What it answers: the AuthZEN API, gateways' questions, or health and metrics.",
            example: "authzen"),
        ConfigurationKey(
            "address", .text("a host and a port"), .none,
            "Where clients connect; port 0 takes a free one, which the log names. Without `tls` "
                + "only `operations` is served, on a loopback address.",
            example: "0.0.0.0:8443"),
        ConfigurationKey(
            "socket", .socketPath, .none,
            "The local socket that is served.", example: "run/http.sock"),
        ConfigurationKey(
            "allowedUsers", .identifiers, .words("the service's own user"),
            "User ids that may connect to the socket.", example: "[33]"),
        ConfigurationKey(
            "allowedGroups", .identifiers, .none, "Group ids that may connect to the socket.",
            example: "[33]"),
        ConfigurationKey(
            "tls", .section(security), .words("none; required with an `address`"),
            "The certificate of an `address`."),
        ConfigurationKey(
            "callers", .section(HTTPCallersConfiguration.section),
            .words("nobody at an `address`, whoever may connect at a `socket`"),
            "Who may ask, by any one of these; required with an `address`."),
    ]

    private static let security = ConfigurationSection([
        ConfigurationKey(
            "certificate", .file("a PEM file"), .required,
            "The chain, leaf first; read again when it changes.", example: "tls/server.pem"),
        ConfigurationKey(
            "key", .file("a PEM file"), .required, "Its key, without a passphrase.",
            example: "tls/server.key"),
        ConfigurationKey(
            "clients", .choice(["ignored", "optional", "required"]),
            .words("`required` where `callers.certificates` is given, else `ignored`"),
            "Whether clients are asked for a certificate; needs `identity` unless `ignored`.",
            example: "optional"),
    ])

    private static let bounds: [ConfigurationKey] = {
        let standard = HTTPLimits()
        let day = DurationRange.wholeSeconds(upTo: .seconds(86_400))
        return [
            ConfigurationKey(
                "metrics", .boolean, .words("`true` for `operations`, else `false`"),
                "Whether `/metrics` is answered here.", example: "true"),
            ConfigurationKey(
                "log", .choice(RequestLog.Selection.allCases.map(\.rawValue)),
                .words("`denials`; `none` for `operations`"),
                "The requests that are logged, as JSON lines on standard error.",
                example: "denials"),
            ConfigurationKey(
                "threads", .integer(1...256), .words("one per core"),
                "How many requests are decided at once.", example: "2"),
            ConfigurationKey(
                "maximumConnections", .integer(1...(1 << 20)), .count(standard.maximumConnections),
                "Connections served at once."),
            ConfigurationKey(
                "maximumHeaderBytes", .size((1 << 10)...(1 << 20)),
                .words(
                    "\(ConfigurationText.size(standard.maximumHeaderBytes)); "
                        + "\(ConfigurationText.size(gatewayHeaderBytes)) for `forward-auth`"),
                "All header fields of a request together.",
                example: ConfigurationText.size(standard.maximumHeaderBytes)),
            ConfigurationKey(
                "idleTimeout", .duration(day), .duration(.seconds(standard.idleSeconds)),
                "How long a connection may be without a request."),
            ConfigurationKey(
                "requestTimeout", .duration(day), .duration(.seconds(standard.requestSeconds)),
                "How long a request may take to arrive."),
        ]
    }()

    /// What gateways send holds what their clients sent, and a certificate.
    static let gatewayHeaderBytes = 64 << 10
}
