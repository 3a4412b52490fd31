import DecisionPoint
import HTTPService
import Identity

/// The key `callers` of an HTTP listener: who may ask, by any one of ``section``.
///
/// Keys and secrets must be hard to guess, as only one round of SHA-256 lies over them:
///
///     openssl rand -hex 32 | tee key | tr -d '\n' | sha256sum
struct HTTPCallersConfiguration {
    var keys: [EnforcementPointAuthentication.APIKey] = []
    var clients: [EnforcementPointAuthentication.APIKey] = []
    /// A file with more keys and clients, read again when it changes; nil for none.
    var secretsPath: String?
    var certificates: CallerCertificates?
    var tokens: [CallerTokens.Rule] = []

    /// The keys of `callers`.
    static let section = ConfigurationSection(
        [certificates] + secretKeys + [
            ConfigurationKey(
                "secrets", .file("a YAML file"), .none,
                "More `keys` and `clients`, in a file of just these two, read again when it changes. "
                    + "What it does not list any more is refused from the next request on, on open "
                    + "connections too; an empty list lets nobody in.",
                example: "callers.yaml"),
            ConfigurationKey(
                "tokens", .list(.section(tokenSection)), .words("not taken"),
                "Access tokens that `identity` verifies; each names a `subject` or a `client`."),
        ])

    private static let certificates = ConfigurationKey(
        "certificates", .list(.section(certificateSection)), .words("not taken"),
        "Client certificates that `identity` verifies.")

    /// The keys of the file `secrets`.
    static let fileSection = ConfigurationSection(secretKeys)

    private static let secretKeys = [
        ConfigurationKey(
            "keys", .list(.section(secretSection("name", "What logs call the key.", "shop"))),
            .words("not taken"),
            "API keys, sent as `Authorization: Bearer KEY`."),
        ConfigurationKey(
            "clients", .list(.section(secretSection("id", "The id of the client.", "desk"))),
            .words("not taken"),
            "Clients with a secret, sent as `Authorization: Basic`."),
    ]

    private static let certificateSection = ConfigurationSection(
        exactlyOneOf: ["spiffe", "subject"],
        samples: [
            ConfigurationSample(flow: ["spiffe": "'spiffe://bank.example/ns/*/sa/gateway'"]),
            ConfigurationSample(flow: ["subject": "'CN=gateway,O=Bank'"]),
        ],
        [
            ConfigurationKey(
                "spiffe", .text("a SPIFFE id"), .none,
                "Those with this id; `*` stands for one segment and a last `**` for several."),
            ConfigurationKey(
                "subject", .text("RFC 2253 text"), .none,
                "Those with this whole subject and no SPIFFE id."),
        ])

    private static func secretSection(
        _ name: String, _ meaning: String, _ example: String
    ) -> ConfigurationSection {
        let digest = String(repeating: "0123456789abcdef", count: 4)
        return ConfigurationSection(
            samples: [ConfigurationSample(flow: [name: example, "sha256": "'\(digest)'"])],
            [
                ConfigurationKey(
                    name, .text("a name of at most 256 bytes"), .required, meaning),
                ConfigurationKey(
                    "sha256", .text("64 hexadecimal digits"), .required,
                    "The digest, never the secret itself: `openssl rand -hex 32 | tee key | "
                        + "tr -d '\\n' | sha256sum` makes both."),
            ])
    }

    private static let tokenSection = ConfigurationSection(
        samples: [
            ConfigurationSample(
                flow: ["issuer": "'https://login.bank.example'", "client": "shop"]),
            ConfigurationSample(
                flow: ["issuer": "'https://login.bank.example'", "subject": "audit"]),
        ],
        [
            ConfigurationKey(
                "issuer", .text("an `iss`"), .required, "One of those under `identity.tokens`."),
            ConfigurationKey("subject", .text("a `sub`"), .none, "Tokens of this subject."),
            ConfigurationKey("client", .text("a `client_id`"), .none, "Tokens of this client."),
        ])

    /// Whether nothing is asked for.
    var isEmpty: Bool {
        keys.isEmpty && clients.isEmpty && secretsPath == nil && certificates == nil
            && tokens.isEmpty
    }

    init() {}

    init(
        _ node: ConfigurationNode, in folder: String, _ identity: IdentityConfiguration?
    ) throws(Failure) {
        let keys = try node.mapping()
        if let node = try keys.optional("keys") {
            self.keys = try Self.secrets(try Self.some(node), "name")
        }
        if let node = try keys.optional("clients") {
            clients = try Self.secrets(try Self.some(node), "id")
        }
        secretsPath = try keys.optional("secrets")?.path(in: folder)
        if let node = try keys.optional("certificates") {
            guard let identity else {
                throw node.failure(
                    "there is nothing to judge clients' certificates by: add `identity`")
            }
            certificates = try Self.certificates(node, identity)
        }
        if let node = try keys.optional("tokens") {
            guard let issuers = identity?.tokens else {
                throw node.failure("no tokens are believed: list issuers under `identity.tokens`")
            }
            for element in try Self.some(node) {
                tokens.append(try Self.token(element, issuers))
            }
        }
    }

    /// The elements of a list that must have one.
    private static func some(
        _ node: ConfigurationNode
    ) throws(Failure) -> [ConfigurationNode] {
        let elements = try node.elements()
        guard !elements.isEmpty else { throw node.failure("an empty list lets nobody in") }
        return elements
    }

    /// Reads keys, or clients.
    ///
    /// - Parameter others: those that are taken beside them. Whoever takes a name away must not find it,
    ///   or the same key by another name, elsewhere.
    static func secrets(
        _ elements: [ConfigurationNode], _ nameKey: String,
        besides others: [EnforcementPointAuthentication.APIKey] = []
    ) throws(Failure) -> [EnforcementPointAuthentication.APIKey] {
        var secrets: [EnforcementPointAuthentication.APIKey] = []
        var names = Set(others.map { Array($0.name.utf8) })
        var digests: [[UInt8]: String] = [:]
        for other in others { digests[other.digest] = other.name }
        for element in elements {
            let keys = try element.mapping()
            let nameNode = try keys.required(nameKey)
            let name = try nameNode.text()
            guard name.utf8.count <= 256, names.insert(Array(name.utf8)).inserted else {
                throw nameNode.failure("`\(name)` stands twice, or is longer than 256 bytes")
            }
            let digestNode = try keys.required("sha256")
            guard let digest = digest(try digestNode.text()),
                let secret = EnforcementPointAuthentication.APIKey(name: name, digest: digest)
            else {
                throw digestNode.failure(
                    "`sha256` must be 64 hexadecimal digits, never the key itself",
                    help: "make them by: openssl rand -hex 32 | tee key | tr -d '\\n' | sha256sum")
            }
            if nameKey == "name", let other = digests.updateValue(name, forKey: digest) {
                throw digestNode.failure(
                    "`\(other)` and `\(name)` are the same key: whoever takes one away would leave "
                        + "it in force")
            }
            secrets.append(secret)
        }
        return secrets
    }

    private static func digest(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Character(Unicode.Scalar(digits[index])).hexDigitValue,
                let low = Character(Unicode.Scalar(digits[index + 1])).hexDigitValue
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }

    private static func certificates(
        _ node: ConfigurationNode, _ identity: IdentityConfiguration
    ) throws(Failure) -> CallerCertificates {
        var (patterns, subjects): ([SpiffePattern], [String]) = ([], [])
        for element in try some(node) {
            let keys = try element.mapping()
            switch (try keys.optional("spiffe"), try keys.optional("subject")) {
            case (let node?, nil):
                guard let pattern = SpiffePattern(try node.text()) else {
                    throw node.failure(
                        "`\(try node.text())` is no pattern of SPIFFE ids",
                        help: "as in spiffe://bank.example/ns/*/sa/gateway, where `*` stands for "
                            + "one segment")
                }
                guard identity.domains[pattern.trustDomain] != nil else {
                    throw node.failure(
                        "nobody of the trust domain `\(pattern.trustDomain)` is trusted",
                        help: "give it a bundle under `identity.trust.domains`")
                }
                patterns.append(pattern)
            case (nil, let node?):
                guard identity.organizations != nil else {
                    throw node.failure(
                        "no certificate without a SPIFFE id is trusted",
                        help: "give them a bundle as `identity.trust.organizations`")
                }
                subjects.append(try node.text())
            default:
                throw element.failure("a certificate has exactly one of `spiffe` and `subject`")
            }
        }
        return CallerCertificates(spiffeIDs: patterns, subjects: subjects)
    }

    private static func token(
        _ node: ConfigurationNode, _ issuers: [KeyLoader.Configured]
    ) throws(Failure) -> CallerTokens.Rule {
        let keys = try node.mapping()
        let issuerNode = try keys.required("issuer")
        let issuer = try issuerNode.text()
        guard issuers.contains(where: { $0.owner == .issuer(Array(issuer.utf8)) }) else {
            throw issuerNode.failure(
                "tokens of the issuer `\(issuer)` are not believed",
                help: "list it under `identity.tokens`")
        }
        let rule = CallerTokens.Rule(
            issuer: issuer, subject: try keys.optional("subject")?.text(),
            client: try keys.optional("client")?.text())
        guard let rule else {
            throw node.failure(
                "a token's rule must name a `subject` or a `client`: anybody with a token of the "
                    + "issuer could ask otherwise")
        }
        return rule
    }
}
