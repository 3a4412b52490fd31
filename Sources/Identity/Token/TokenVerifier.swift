import JSON

/// Judges tokens for one thread, and recalls its verdicts.
///
/// Make one per worker: it holds memory that it reuses and a cache without locks.
package struct TokenVerifier: ~Copyable {
    private let keys: KeyState
    private let limits: TokenLimits
    private var context = SignatureContext()
    private var contents: KeyContents
    private var generation: UInt64

    private var verified: VerdictCache<TokenVerdict>
    /// Apart from the others, so that a storm of bad tokens pushes no good one out.
    private var refused: VerdictCache<TokenVerdict>
    /// Apart as well: the text of an introspection result, sent as a token, must not be recalled.
    private var asserted: VerdictCache<TokenVerdict>

    private var bytes: [UInt8] = []
    private var header: JSONTape
    private var claims: JSONTape

    /// How long a rejection that time cannot change is recalled, in seconds.
    package static let rejectionLifeSeconds: Int64 = 60

    /// How long an introspection result is recalled, in seconds.
    package static let introspectionLifeSeconds: Int64 = 30

    /// Makes a verifier.
    ///
    /// - Parameter cacheCapacity: how many verdicts it holds at least; 0 recalls only the last few.
    package init(
        _ keys: KeyState, limits: TokenLimits = TokenLimits(), cacheCapacity: Int = 4096
    ) {
        self.keys = keys
        self.limits = limits
        (contents, generation) = keys.read()
        let none = TokenVerdict.rejected(TokenRejection(.internalError))
        verified = VerdictCache(capacity: cacheCapacity, none: none)
        refused = VerdictCache(capacity: cacheCapacity / 8, none: none)
        asserted = VerdictCache(capacity: cacheCapacity / 8, none: none)
        let text = JSONLimits(
            maximumBytes: limits.maximumTokenBytes, maximumDepth: limits.maximumDepth)
        header = JSONTape(limits: text)
        claims = JSONTape(limits: text)
    }

    /// The digest by which verdicts on a token are recalled; nil when libcrypto refuses.
    package borrowing func fingerprint(_ token: Span<UInt8>) -> Fingerprint? {
        Fingerprint.sha256(token)
    }

    /// Judges a token in compact form.
    ///
    /// - Parameters:
    ///   - token: exactly the token, without `Bearer`.
    ///   - nowSeconds: the decision's instant, seconds since 1970. The caller's clock must not move
    ///     backwards; a verdict is recalled only between its two bounds either way.
    package mutating func verify(_ token: Span<UInt8>, at nowSeconds: Int64) -> TokenVerdict {
        // Before the digest, which takes time by the byte.
        guard token.count <= limits.maximumTokenBytes else {
            return .rejected(TokenRejection(.tooLarge))
        }
        guard let key = fingerprint(token) else {
            return .rejected(TokenRejection(.internalError))
        }
        return verify(token, fingerprint: key, at: nowSeconds)
    }

    /// Judges a token whose digest is known.
    ///
    /// - Parameter key: what ``fingerprint(_:)`` says of exactly this token.
    package mutating func verify(
        _ token: Span<UInt8>, fingerprint key: Fingerprint, at nowSeconds: Int64
    ) -> TokenVerdict {
        if let known = recall(key, at: nowSeconds) { return known }
        do throws(TokenRejection) {
            let found = try judge(token, at: nowSeconds)
            let verdict = TokenVerdict.verified(found)
            verified.remember(
                verdict, key, generation, from: found.validFromSeconds,
                until: found.validUntilSeconds)
            return verdict
        } catch {
            let verdict = TokenVerdict.rejected(error)
            if error.reason.isWorthRemembering {
                refused.remember(
                    verdict, key, generation, from: nowSeconds,
                    until: Self.end(nowSeconds, Self.rejectionLifeSeconds))
            }
            return verdict
        }
    }

    /// The verdict on a token judged before, by its digest; nil when it must be judged (again).
    ///
    /// Allocates nothing. A change of keys, rules or deny-list empties the cache.
    package mutating func recall(_ key: Fingerprint, at nowSeconds: Int64) -> TokenVerdict? {
        takeNewContents()
        return verified.recall(key, generation, at: nowSeconds)
            ?? refused.recall(key, generation, at: nowSeconds)
    }

    /// Whether the verdict on a token judged before, by its digest, still is that it proves this.
    ///
    /// As ``recall(_:at:)``, and counts no references.
    package mutating func recalls(
        _ token: VerifiedToken, _ key: Fingerprint, at nowSeconds: Int64
    ) -> Bool {
        takeNewContents()
        return verified.recalls(key, generation, at: nowSeconds) { verdict in
            if case .verified(let known) = verdict { known === token } else { false }
        }
    }

    /// Judges the answer of an issuer to a gateway that asked about a token.
    ///
    /// Only from an authenticated gateway: nothing here is signed. `active` must be `true`; `iss` must
    /// name an issuer whose rules accept this, and `sub`, `aud` and `exp` must be there, judged like a
    /// token's. Source: RFC 7662, section 2.2.
    package mutating func verify(
        introspection text: Span<UInt8>, at nowSeconds: Int64
    ) -> TokenVerdict {
        guard text.count <= limits.maximumTokenBytes else {
            return .rejected(TokenRejection(.tooLarge))
        }
        takeNewContents()
        guard let key = fingerprint(text) else {
            return .rejected(TokenRejection(.internalError))
        }
        if let known = asserted.recall(key, generation, at: nowSeconds) { return known }
        do throws(TokenRejection) {
            let found = try judge(introspection: text, at: nowSeconds)
            let verdict = TokenVerdict.verified(found)
            asserted.remember(
                verdict, key, generation, from: max(nowSeconds, found.validFromSeconds),
                until: min(
                    found.validUntilSeconds, Self.end(nowSeconds, Self.introspectionLifeSeconds)))
            return verdict
        } catch {
            return .rejected(error)
        }
    }

    private mutating func takeNewContents() {
        if keys.generation == generation { return }
        (contents, generation) = keys.read()
        verified.removeAll()
        refused.removeAll()
        asserted.removeAll()
    }

    private static func end(_ nowSeconds: Int64, _ life: Int64) -> Int64 {
        let (end, overflow) = nowSeconds.addingReportingOverflow(life)
        return overflow ? Int64.max : end
    }
}

extension TokenVerifier {
    private mutating func judge(
        _ token: Span<UInt8>, at nowSeconds: Int64
    ) throws(TokenRejection) -> VerifiedToken {
        let parts = try CompactJWS(token, limits)
        try Self.parse(token.extracting(0..<parts.headerEnd), &bytes, &header)
        let head = try TokenHeader(header)
        try Self.parse(
            token.extracting(parts.headerEnd + 1..<parts.payloadEnd), &bytes, &claims)
        guard context.take(signature: token.extracting(parts.payloadEnd + 1..<token.count)) else {
            throw TokenRejection(.encoding)
        }
        let (authority, source) = try authority(head, at: nowSeconds)
        guard authority.rules.algorithms.contains(SignatureAlgorithms(head.algorithm)) else {
            throw TokenRejection(.algorithmNotAllowed, .algorithm)
        }
        let found = header.withUTF8(head.keyID) { authority.keys.key($0) }
        guard let found else {
            authority.demand.noteUnknownKey()
            throw TokenRejection(.unknownKey, .keyID)
        }
        guard found.algorithm ?? head.algorithm == head.algorithm else {
            throw TokenRejection(.algorithmMismatch, .algorithm)
        }
        switch found.standing {
        case .weak: throw TokenRejection(.weakKey, .keyID)
        case .unusable: throw TokenRejection(.unusableKey, .keyID)
        case .usable(let key):
            if let rejection = context.rejection(
                head.algorithm, key, token.extracting(0..<parts.payloadEnd))
            {
                throw rejection
            }
        }
        return try judgeClaims(authority, source, at: nowSeconds)
    }

    private mutating func judge(
        introspection text: Span<UInt8>, at nowSeconds: Int64
    ) throws(TokenRejection) -> VerifiedToken {
        if text.isEmpty { throw TokenRejection(.empty) }
        try Self.parse(text, &claims)
        guard let active = claims.member(claims.root, TokenClaim.active.name) else {
            throw TokenRejection(.claimMissing, .active)
        }
        guard let isActive = claims.boolean(active) else {
            throw TokenRejection(.claimMalformed, .active)
        }
        guard isActive else { throw TokenRejection(.inactive, .active) }
        let authority = try issuer()
        guard authority.rules.acceptsIntrospection, authority.rules.form != .svid else {
            throw TokenRejection(.untrustedIssuer, .issuer)
        }
        return try judgeClaims(authority, .introspection, at: nowSeconds)
    }

    /// Who must have signed: named by the claims, which are not believed yet.
    private func authority(
        _ head: TokenHeader, at nowSeconds: Int64
    ) throws(TokenRejection) -> (TokenAuthority, TokenFacts.Source) {
        let found: TokenAuthority
        let source: TokenFacts.Source
        if head.mediaType == .plain, let id = try spiffeID() {
            guard let authority = contents.domains[id.trustDomain] else {
                throw TokenRejection(.untrustedIssuer, .subject)
            }
            (found, source) = (authority, .svid)
        } else {
            (found, source) = (try issuer(), .accessToken)
            // A trust domain's rules, set for an issuer, would believe a token of another form.
            guard found.rules.form != .svid else {
                throw TokenRejection(.untrustedIssuer, .issuer)
            }
            guard head.mediaType == .accessToken || found.rules.form == .plain else {
                throw TokenRejection(.wrongType, .type)
            }
        }
        guard found.isBelieved(at: nowSeconds) else {
            throw TokenRejection(.untrustedIssuer, .issuer)
        }
        return (found, source)
    }

    /// The subject when it looks like a SPIFFE id; nil when it does not.
    private func spiffeID() throws(TokenRejection) -> SpiffeID? {
        let scheme: StaticString = "spiffe://"
        guard let subject = claims.member(claims.root, TokenClaim.subject.name),
            let text = claims.bytes(subject), text.count >= scheme.utf8CodeUnitCount
        else { return nil }
        for index in 0..<scheme.utf8CodeUnitCount {
            let expected = unsafe scheme.utf8Start[index]
            // Without regard to case, so that no spelling leads to the keys of an issuer.
            if (text[index] | 0x20) != (expected | 0x20) { return nil }
        }
        guard let id = try? SpiffeID(parsing: text), !id.isRoot else {
            throw TokenRejection(.subjectNotSPIFFE, .subject)
        }
        return id
    }

    private func issuer() throws(TokenRejection) -> TokenAuthority {
        guard let name = claims.member(claims.root, TokenClaim.issuer.name) else {
            throw TokenRejection(.claimMissing, .issuer)
        }
        guard claims.kind(name) == .string else { throw TokenRejection(.claimMalformed, .issuer) }
        for issuer in contents.issuers where claims.stringEquals(name, issuer.name.span) {
            return issuer.authority
        }
        throw TokenRejection(.untrustedIssuer, .issuer)
    }

    private func judgeClaims(
        _ authority: TokenAuthority, _ source: TokenFacts.Source, at nowSeconds: Int64
    ) throws(TokenRejection) -> VerifiedToken {
        var reader = ClaimReader(limits)
        try reader.read(claims, authority.rules, source)
        let facts = reader.finish()
        if let rejection = contents.denyList.rejection(facts) { throw rejection }
        return try ClaimRules.verified(facts, authority, at: nowSeconds)
    }

    /// Decodes and parses one part.
    private static func parse(
        _ part: Span<UInt8>, _ bytes: inout [UInt8], _ tape: inout JSONTape
    ) throws(TokenRejection) {
        guard Base64URL.decode(part, into: &bytes) else { throw TokenRejection(.encoding) }
        try parse(bytes.span, &tape)
    }

    private static func parse(
        _ text: Span<UInt8>, _ tape: inout JSONTape
    ) throws(TokenRejection) {
        do throws(JSONError) {
            try tape.parse(text)
        } catch {
            switch error.kind {
            case .duplicateKey: throw TokenRejection(.duplicateMember)
            case .tooDeep: throw TokenRejection(.tooDeep)
            default: throw TokenRejection(.notJSON)
            }
        }
        guard tape.kind(tape.root) == .object else { throw TokenRejection(.notJSON) }
    }
}

extension TokenRejectionReason {
    /// Whether the verdict took a signature to find, and holds for a while.
    fileprivate var isWorthRemembering: Bool {
        if dependsOnTime { return false }
        switch self {
        case .badSignature, .claimMissing, .claimMalformed, .wrongAudience,
            .confirmationUnsupported, .deniedToken, .deniedSubject, .deniedClient, .deniedIssuer:
            return true
        default:
            return false
        }
    }
}
