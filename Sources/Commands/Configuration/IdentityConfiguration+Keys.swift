import DecisionPoint
import Identity

extension IdentityConfiguration {
    /// The keys of `identity`.
    static let section = ConfigurationSection([
        ConfigurationKey(
            "trust", .section(trustSection), .required, "Whose certificates are believed."),
        ConfigurationKey(
            "tokens", .list(.section(issuerSection)), .words("tokens are refused"),
            "Whose tokens are believed."),
        ConfigurationKey(
            "principals", .list(.section(ruleSection)), .words("nobody is a principal"),
            "Who is which principal: rules in order, of which the first that fits counts; when "
                + "none does, the answer is a deny."),
        ConfigurationKey(
            "whenBoth", .choice(PrincipalRules.Precedence.allCases.map(\.rawValue)),
            .value("token"),
            "Whose question it is when a certificate and a token came; `neither` refuses both "
                + "together."),
        ConfigurationKey("device", .section(deviceSection), .none, "How the device is found."),
        ConfigurationKey(
            "verified", .text("a name of at most 256 bytes"), .value("verified"),
            "The member of the context that only the service makes."),
    ])

    private static let trustSection = ConfigurationSection([
        ConfigurationKey(
            "domains", .map("trust domain", .section(bundleSection("trust/bank"))), .none,
            "The bundles of trust domains, for certificates with a SPIFFE id.",
            example: "bank.example"),
        ConfigurationKey(
            "organizations", .section(bundleSection("trust/partners")), .none,
            "The bundle for certificates without a SPIFFE id."),
        ConfigurationKey(
            "denyList", .file("a file"), .none,
            "What is refused, a line each: `spiffe ID`, `thumbprint DIGITS` or "
                + "`serial DIGITS ISSUER`.",
            example: "trust/denied"),
    ])

    private static func bundleSection(_ example: String) -> ConfigurationSection {
        ConfigurationSection([
            ConfigurationKey(
                "bundle", .watchedFile("a folder of PEM files, or a SPIFFE bundle"), .required,
                "The authorities; read again within a tenth of a second when they change.",
                example: example),
            ConfigurationKey(
                "revocationLists", .watchedFile("a folder"), .none,
                "Revocation lists beside a SPIFFE bundle; needs `revocation`.",
                example: "\(example)-lists"),
            ConfigurationKey(
                "revocation", .choice(["none", "leaf", "chain"]), .value("none"),
                "Who needs a revocation list: nobody, the leaf, or all of the chain. With `none` a "
                    + "bundle that has lists is refused.",
                example: "leaf"),
            ConfigurationKey(
                "expiredListGrace", .duration(.any), .words("not at all"),
                "How long an overdue list is still believed; needs `revocation`.", example: "1h"),
            ConfigurationKey(
                "acceptIntermediates", .boolean, .boolean(false),
                "Whether authorities that another issued may end a chain; not with "
                    + "`revocation: chain`."),
        ])
    }

    private static let issuerSection = ConfigurationSection(
        exactlyOneOf: ["issuer", "domain"],
        samples: [
            ConfigurationSample("Access tokens (RFC 9068).", without: ["domain"]),
            ConfigurationSample(
                "JWT-SVIDs.", only: ["domain", "keys", "audiences"],
                values: ["keys": "trust/bank.json"]),
        ],
        [
            ConfigurationKey(
                "issuer", .text("an `iss`"), .none,
                "The issuer of access tokens.", example: "https://login.bank.example"),
            ConfigurationKey(
                "domain", .text("a trust domain"), .none,
                "The trust domain of JWT-SVIDs.", example: "bank.example"),
            ConfigurationKey(
                "keys", .file("a file with a JWK set, or the SPIFFE bundle of the domain"),
                .words("none, which `introspection` alone allows"),
                "The keys that sign.", example: "trust/login.jwks"),
            ConfigurationKey(
                "audiences", .list(.text("names of this service")), .required,
                "One of these must be in `aud`.", example: "[writ]"),
            ConfigurationKey(
                "form", .choice(["at+jwt", "jwt"]), .value("at+jwt"),
                "`jwt` is for an issuer of access tokens that does not know RFC 9068."),
            ConfigurationKey(
                "algorithms", .list(.choice(algorithms.keys.sorted())),
                .words("all of these; of a `domain` those of JWT-SVIDs"),
                "The signature algorithms that are accepted.", example: "[ES256, RS256]"),
            ConfigurationKey(
                "skew", .duration(.upTo(.seconds(TokenRules.maximumSkewSeconds))), .value("1m"),
                "By how much the issuer's clock may differ."),
            ConfigurationKey(
                "introspection", .boolean, .boolean(false),
                "Whether what the issuer answered a gateway about a token is believed (RFC 7662)."),
        ])

    /// The signature algorithms, by their names in `alg`.
    static let algorithms = Dictionary(
        uniqueKeysWithValues: SignatureAlgorithm.allCases.map { ("\($0.name)", $0) })

    private static let ruleSection = ConfigurationSection(
        exactlyOneOf: ["spiffe", "token", "organization", "subject"],
        samples: [
            ConfigurationSample(
                flow: [
                    "spiffe": "'spiffe://bank.example/ns/*/sa/*'", "type": "Workload",
                    "id": "spiffeId",
                ]),
            ConfigurationSample(
                flow: ["token": "'https://login.bank.example'", "type": "User", "id": "sub"]),
            ConfigurationSample(
                flow: [
                    "organization": "'*'", "type": "ThirdParty", "id": "organizationIdentifier",
                ]),
            ConfigurationSample(
                flow: [
                    "subject": "'CN=batch,O=Bank'", "type": "Workload", "id": "subject",
                ]),
        ],
        [
            ConfigurationKey(
                "spiffe", .text("a SPIFFE id"), .none,
                "Certificates and JWT-SVIDs with this id; `*` stands for one segment and a last "
                    + "`**` for several."),
            ConfigurationKey("token", .text("an issuer"), .none, "Access tokens of this issuer."),
            ConfigurationKey(
                "organization", .text("a prefix, or `*` for any"), .none,
                "Certificates whose organisation identifier starts with it."),
            ConfigurationKey(
                "subject", .text("RFC 2253 text"), .none,
                "Certificates with this whole subject."),
            ConfigurationKey(
                "type", .text("an entity type"), .required, "The type of the principal."),
            ConfigurationKey(
                "id", .choice(PrincipalRules.Identifier.allCases.map(\.rawValue)), .required,
                "What becomes its id; of an access token `sub` or `client_id`."),
        ])

    private static let deviceSection = ConfigurationSection([
        ConfigurationKey(
            "thumbprint", .boolean, .boolean(false),
            "Whether the device is found by the certificate's thumbprint, see "
                + "`writ posture bind`.",
            example: "true"),
        ConfigurationKey(
            "certificate", .choice(["dnsName", "spiffeSegment", "serial"]), .none,
            "The part of a certificate that is a device's id.", example: "serial"),
        ConfigurationKey(
            "token", .text("a claim"), .none, "The claim of a token that is a device's id.",
            example: "device_id"),
    ])
}
