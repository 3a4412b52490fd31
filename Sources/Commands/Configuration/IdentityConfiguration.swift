import CedarSyntax
import DecisionPoint
import Identity

/// How a service judges identities: the part `identity` of its configuration, ``section``.
struct IdentityConfiguration {
    var domains: [TrustDomain: TrustSource] = [:]
    var organizations: TrustSource?
    var denyList: String?
    /// Nil when tokens are refused.
    var tokens: [KeyLoader.Configured]?
    var principals = PrincipalRules([])
    var devices = DeviceRules()
    var verifiedName: Text = "verified"

    init(_ node: ConfigurationNode, in folder: String) throws(Failure) {
        let keys = try node.mapping()
        try readTrust(try keys.required("trust"), folder)
        if let node = try keys.optional("device") { try readDevice(node) }
        if let node = try keys.optional("tokens") {
            var issuers: [KeyLoader.Configured] = []
            for element in try node.elements() { issuers.append(try issuer(element, folder)) }
            tokens = issuers
        }
        var precedence = PrincipalRules.Precedence.token
        if let node = try keys.optional("whenBoth") {
            precedence = try node.choice(
                Dictionary(
                    uniqueKeysWithValues: PrincipalRules.Precedence.allCases.map {
                        ($0.rawValue, $0)
                    }))
        }
        var rules: [PrincipalRules.Rule] = []
        if let node = try keys.optional("principals") {
            for element in try node.elements() { rules.append(try rule(element)) }
        }
        principals = PrincipalRules(rules, whenBoth: precedence)
        if let node = try keys.optional("verified") {
            let name = try node.text()
            guard name.utf8.count <= 256 else {
                throw node.failure("`identity.verified` must be a name of at most 256 bytes")
            }
            verifiedName = Text(name)
        }
    }

    private mutating func readTrust(
        _ node: ConfigurationNode, _ folder: String
    ) throws(Failure) {
        let keys = try node.mapping()
        if let domains = try keys.optional("domains") {
            for (name, node) in try domains.entries() {
                guard let domain = TrustDomain(name) else {
                    throw node.failure(
                        "`\(name)` is no trust domain: lower-case letters, digits, `.`, `-` and `_`"
                    )
                }
                self.domains[domain] = try source(node, folder)
            }
        }
        organizations = try keys.optional("organizations").map {
            (node) throws(Failure) in try source(node, folder)
        }
        denyList = try keys.optional("denyList")?.path(in: folder)
    }

    private func source(
        _ node: ConfigurationNode, _ folder: String
    ) throws(Failure) -> TrustSource {
        let keys = try node.mapping()
        var options = TrustOptions()
        if let node = try keys.optional("revocation") {
            options.revocation = try node.choice(["none": .none, "leaf": .leaf, "chain": .chain])
        }
        if let node = try keys.optional("expiredListGrace") {
            options.expiredListGraceSeconds = try node.duration().components.seconds
        }
        if let node = try keys.optional("acceptIntermediates") {
            options.acceptsIntermediateAuthorities = try node.boolean()
        }
        if options.revocation == .none {
            for key in ["revocationLists", "expiredListGrace"] {
                guard let node = try keys.optional(key) else { continue }
                throw node.failure(
                    "`\(key)` has no effect: nobody is looked for in revocation lists",
                    help: "set `revocation` to `leaf` or `chain`")
            }
        }
        if options.revocation == .chain, options.acceptsIntermediateAuthorities {
            throw node.failure(
                "`revocation: chain` and `acceptIntermediates` exclude each other",
                help: "with intermediate authorities no more than the leaf can be checked")
        }
        return TrustSource(
            path: try keys.required("bundle").path(in: folder),
            revocationPath: try keys.optional("revocationLists")?.path(in: folder),
            options: options)
    }

    private func issuer(
        _ node: ConfigurationNode, _ folder: String
    ) throws(Failure) -> KeyLoader.Configured {
        let keys = try node.mapping()
        var audiences: [String] = []
        for element in try keys.required("audiences").elements() {
            audiences.append(try element.text())
        }
        let introspects = try keys.optional("introspection")?.boolean() ?? false
        // Who only ever answers about opaque tokens has no keys.
        let path =
            introspects
            ? try keys.optional("keys")?.path(in: folder)
            : try keys.required("keys").path(in: folder)
        let owner: KeyLoader.Owner
        var form = TokenRules.Form.accessToken
        switch (try keys.optional("issuer"), try keys.optional("domain")) {
        case (let name?, nil):
            owner = .issuer(Array(try name.text().utf8))
            if let node = try keys.optional("form") {
                form = try node.choice(["at+jwt": .accessToken, "jwt": .plain])
            }
        case (nil, let name?):
            guard let domain = TrustDomain(try name.text()) else {
                throw name.failure("`\(try name.text())` is no trust domain")
            }
            guard !introspects else {
                throw node.failure("`introspection` is for an `issuer`, not for a `domain`")
            }
            owner = .trustDomain(domain)
            form = .svid
        default: throw node.failure("tokens must have exactly one of `issuer` and `domain`")
        }
        var rules = TokenRules(
            form: form, audiences: audiences, skewSeconds: 60,
            claims: devices.tokenClaim.map { [TokenRules.Claim($0)] } ?? [],
            acceptsIntrospection: introspects)
        if let node = try keys.optional("skew") {
            rules.skewSeconds = try node.duration().components.seconds
        }
        if let node = try keys.optional("algorithms") {
            var algorithms: SignatureAlgorithms = []
            for element in try node.elements() {
                algorithms.formUnion(SignatureAlgorithms(try element.choice(Self.algorithms)))
            }
            rules.algorithms = form == .svid ? algorithms.intersection(.jwtSVID) : algorithms
        }
        return KeyLoader.Configured(owner, rules, source: path.map { KeySource(path: $0) })
    }

    private func rule(_ node: ConfigurationNode) throws(Failure) -> PrincipalRules.Rule {
        let keys = try node.mapping()
        var sources: [PrincipalRules.Source] = []
        if let node = try keys.optional("spiffe") {
            guard let pattern = SpiffePattern(try node.text()) else {
                throw node.failure(
                    "`\(try node.text())` is no pattern of SPIFFE ids",
                    help: "as in spiffe://bank.example/ns/*/sa/*, where `*` stands for one segment")
            }
            let hasTokens =
                tokens?.contains { $0.owner == .trustDomain(pattern.trustDomain) } ?? false
            guard domains[pattern.trustDomain] != nil || hasTokens else {
                throw node.failure(
                    "nobody of the trust domain `\(pattern.trustDomain)` is trusted",
                    help: "give it a bundle under `identity.trust.domains`")
            }
            sources.append(.spiffe(pattern))
        }
        if let node = try keys.optional("token") {
            let name = Array(try node.text().utf8)
            guard tokens?.contains(where: { $0.owner == .issuer(name) }) ?? false else {
                throw node.failure(
                    "tokens of the issuer `\(try node.text())` are not believed",
                    help: "list it under `identity.tokens`")
            }
            sources.append(.token(issuer: name))
        }
        if let node = try keys.optional("organization") {
            let prefix = try node.text()
            sources.append(.organization(prefix: prefix == "*" ? [] : Array(prefix.utf8)))
        }
        if let node = try keys.optional("subject") {
            sources.append(.subject(Array(try node.text().utf8)))
        }
        guard let source = sources.first, sources.count == 1 else {
            throw node.failure(
                "a rule must have exactly one of `token`, `spiffe`, `organization` and `subject`")
        }
        let typeNode = try keys.required("type")
        let type = Text(try typeNode.text())
        guard EntityTypeName.isValid(type) else {
            throw typeNode.failure("`\(type)` is no entity type")
        }
        let identifier = try keys.required("id").choice(
            Dictionary(
                uniqueKeysWithValues: PrincipalRules.Identifier.allCases
                    .filter { $0.isOfCertificates == source.isForCertificates }
                    .map { ($0.rawValue, $0) }))
        return PrincipalRules.Rule(source, type: type, identifier: identifier)
    }

    private mutating func readDevice(_ node: ConfigurationNode) throws(Failure) {
        let keys = try node.mapping()
        devices.tokenClaim = try keys.optional("token")?.text()
        if let node = try keys.optional("thumbprint") {
            devices.usesThumbprint = try node.boolean()
        }
        if let node = try keys.optional("certificate") {
            devices.certificateID = try node.choice([
                "dnsName": .dnsName, "spiffeSegment": .spiffeSegment, "serial": .serial,
            ])
        }
    }
}
