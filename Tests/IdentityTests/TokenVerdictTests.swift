import Testing

@testable import Identity

/// How verdicts on tokens are bounded, recalled and forgotten.
@Suite(.enabled(if: Mint.isAvailable, "the `openssl` command is not installed"))
struct TokenVerdictTests {
    let mint: TokenMint
    let pair: TokenMint.Pair
    let seconds: Int64 = 1_800_000_000

    init() throws {
        mint = try TokenMint.shared.get()
        pair = try mint.ec("P-256")
    }

    private func keys(_ text: String, _ purpose: TokenKeySet.Purpose = .issuer) throws
        -> TokenKeySet
    {
        try TokenKeySet(parsing: Array(text.utf8), for: purpose)
    }

    private func contents(
        _ rules: TokenRules = TokenRules(audiences: [apiName])
    ) throws -> KeyContents {
        var contents = KeyContents()
        contents.setIssuer(
            Array(issuerName.utf8), TokenAuthority(rules, try keys(keySet([pair.jwk()]))))
        return contents
    }

    private func good(_ changes: [String: String?] = [:], typ: String? = "at+jwt") throws -> String
    {
        try mint.token(
            header("ES256", "P-256", typ: typ), claims(changes, at: seconds), pair, .es256)
    }

    @Test(arguments: [(16 << 10, 16 << 10), (64 << 10, 64 << 10), (1 << 20, 64 << 10), (300, 300)])
    func sizesHaveLimits(_ asked: Int, _ limit: Int) throws {
        var verifier = TokenVerifier(
            KeyState(try contents()), limits: TokenLimits(maximumTokenBytes: asked))
        for (size, expected) in [(limit, "token_malformed"), (limit + 1, "token_too_large")] {
            let verdict = verifier.verify(String(repeating: "A", count: size), at: seconds)
            #expect(verdict.word == expected)
        }
        let text = [UInt8](repeating: 0x20, count: limit + 1)
        let verdict = verifier.verify(introspection: text.span, at: seconds)
        #expect(verdict.word == "token_too_large")
    }

    @Test func aLargeTokenOfTheLimitIsVerified() throws {
        let token = try good(["x": "\"\(String(repeating: "x", count: 48_000))\""])
        let size = token.utf8.count
        #expect(60_000..<TokenLimits.largestToken ~= size)
        for (limit, expected) in [(size, "verified"), (size - 1, "token_too_large")] {
            var verifier = TokenVerifier(
                KeyState(try contents()), limits: TokenLimits(maximumTokenBytes: limit))
            let verdict = verifier.verify(token, at: seconds)
            #expect(verdict.word == expected)
        }
    }

    @Test func verdictsAreRecalledWithinTheirBoundsOnly() throws {
        let token = Array(try good(["nbf": "\(seconds)", "exp": "\(seconds + 100)"]).utf8)
        var verifier = TokenVerifier(KeyState(try contents()))
        let digest = verifier.fingerprint(token.span)
        let key = try #require(digest)
        let before = verifier.recall(key, at: seconds)
        #expect(before == nil)
        let verdict = verifier.verify(token.span, at: seconds)
        let verified = try #require(verdict.token)
        #expect(verified.validFromSeconds == seconds - 60)
        #expect(verified.validUntilSeconds == seconds + 160)
        for (offset, isRecalled) in [(-61, false), (-60, true), (159, true), (160, false)] {
            let recalled = verifier.recall(key, at: seconds + Int64(offset))
            #expect((recalled?.token === verified) == isRecalled, "\(offset)")
            let isSame = verifier.recalls(verified, key, at: seconds + Int64(offset))
            #expect(isSame == isRecalled, "\(offset)")
            // What is not recalled is judged, and refused.
            let judged = verifier.verify(token.span, at: seconds + Int64(offset))
            #expect((judged.token != nil) == isRecalled, "\(offset)")
        }
        // An hour back and forth changes nothing for good.
        let back = verifier.verify(token.span, at: seconds - 3600)
        #expect(back.word == "token_issued_in_future")
        let forth = verifier.verify(token.span, at: seconds + 3600)
        #expect(forth.word == "token_expired")
        let now = verifier.verify(token.span, at: seconds)
        #expect(now.word == "verified")
    }

    @Test func rejectionsAreForgottenSoon() throws {
        let token = Array(try good(["aud": "\"other\""]).utf8)
        var verifier = TokenVerifier(KeyState(try contents()))
        let digest = verifier.fingerprint(token.span)
        let key = try #require(digest)
        let verdict = verifier.verify(token.span, at: seconds)
        #expect(verdict.word == "token_wrong_audience")
        for (offset, isRecalled) in [(-1, false), (0, true), (59, true), (60, false)] {
            let recalled = verifier.recall(key, at: seconds + Int64(offset))
            #expect((recalled != nil) == isRecalled, "\(offset)")
        }
        // What time changes is not kept at all.
        let early = Array(try good(["nbf": "\(seconds + 100)"]).utf8)
        let first = verifier.verify(early.span, at: seconds)
        #expect(first.word == "token_not_yet_valid")
        let second = verifier.verify(early.span, at: seconds + 100)
        #expect(second.word == "verified")
    }

    @Test func aStormOfBadTokensPushesNoGoodOneOut() throws {
        let token = Array(try good().utf8)
        var verifier = TokenVerifier(KeyState(try contents()), cacheCapacity: 4)
        let verdict = verifier.verify(token.span, at: seconds)
        let verified = try #require(verdict.token)
        let parts = try good().split(separator: ".")
        for number in 0..<100 {
            let bad =
                "\(parts[0]).\(parts[1])."
                + base64URL([UInt8](repeating: UInt8(number + 1), count: 64))
            let refused = verifier.verify(bad, at: seconds)
            #expect(refused.word == "token_bad_signature")
        }
        let digest = verifier.fingerprint(token.span)
        let key = try #require(digest)
        let recalled = verifier.recall(key, at: seconds)
        #expect(recalled?.token === verified)
    }

    @Test func changesTakeEffectAtOnce() throws {
        let state = KeyState(try contents())
        let token = try good()
        var verifier = TokenVerifier(state)
        var verdict = verifier.verify(token, at: seconds)
        #expect(verdict.word == "verified")
        let name = TokenDenyList.Name("t-1", issuer: issuerName)
        state.update { $0.denyList.tokens = [name] }
        verdict = verifier.verify(token, at: seconds)
        #expect(verdict.word == "token_denied_id")
        state.update { $0.denyList.tokens = [] }
        verdict = verifier.verify(token, at: seconds)
        #expect(verdict.word == "verified")
        // The key is taken out of the set.
        let other = try keys(keySet([mint.ec("P-384").jwk()]))
        state.update {
            $0.setIssuer(
                Array(issuerName.utf8), TokenAuthority(TokenRules(audiences: [apiName]), other))
        }
        verdict = verifier.verify(token, at: seconds)
        #expect(verdict.word == "token_unknown_key")
        state.update { $0.setIssuer(Array(issuerName.utf8), nil) }
        verdict = verifier.verify(token, at: seconds)
        #expect(verdict.word == "token_untrusted_issuer")
    }

    @Test func denyListKnowsEveryName() throws {
        let token = try good()
        func word(_ change: (inout TokenDenyList) -> Void) throws -> String {
            var contents = try contents()
            change(&contents.denyList)
            var verifier = TokenVerifier(KeyState(contents))
            return verifier.verify(token, at: seconds).word
        }
        let alice = TokenDenyList.Name("alice", issuer: issuerName)
        #expect(try word { $0.tokens = [.init("t-1", issuer: issuerName)] } == "token_denied_id")
        #expect(try word { $0.tokens = [.init("t-1", issuer: "other")] } == "verified")
        #expect(try word { $0.subjects[alice] = Int64.max } == "token_denied_subject")
        #expect(try word { $0.subjects[alice] = seconds + 1 } == "token_denied_subject")
        #expect(try word { $0.subjects[alice] = seconds } == "verified")
        #expect(
            try word { $0.clients = [.init("app", issuer: issuerName)] } == "token_denied_client")
        #expect(try word { $0.issuers = [Array(issuerName.utf8)] } == "token_denied_issuer")
    }

    @Test func unknownKeysAreCounted() throws {
        let demand = KeyDemand()
        var contents = KeyContents()
        contents.setIssuer(
            Array(issuerName.utf8),
            TokenAuthority(
                TokenRules(audiences: [apiName]), try keys(keySet([pair.jwk("rotated")])),
                demand: demand))
        var verifier = TokenVerifier(KeyState(contents))
        let token = try good()
        for number in 1...3 as ClosedRange<UInt64> {
            let verdict = verifier.verify(token, at: seconds)
            #expect(verdict.word == "token_unknown_key")
            #expect(demand.unknownKeys == number)
        }
    }

    @Test func keysExpire() throws {
        var contents = KeyContents()
        contents.setIssuer(
            Array(issuerName.utf8),
            TokenAuthority(
                TokenRules(audiences: [apiName]), try keys(keySet([pair.jwk()])),
                expiresAtSeconds: seconds + 10))
        var verifier = TokenVerifier(KeyState(contents))
        let token = try good()
        for (offset, expected) in [
            (0, "verified"), (9, "verified"), (10, "token_untrusted_issuer"),
        ] {
            let verdict = verifier.verify(token, at: seconds + Int64(offset))
            #expect(verdict.word == expected, "\(offset)")
        }
    }

    @Test(arguments: [
        (nil, "verified"), ("JWT", "verified"), ("jose", "verified"), ("at+jwt", "verified"),
        ("dpop+jwt", "token_wrong_type"),
    ])
    func plainIssuers(_ typ: String?, _ expected: String) throws {
        let rules = TokenRules(form: .plain, audiences: [apiName])
        var verifier = TokenVerifier(KeyState(try contents(rules)))
        let token = try good(
            [
                "client_id": nil, "jti": nil, "iat": nil, "azp": "\"party\"",
                "scp": "[\"a\",\"b\"]", "scope": nil,
            ],
            typ: typ)
        let verdict = verifier.verify(token, at: seconds)
        #expect(verdict.word == expected)
        guard let facts = verdict.token?.facts else { return }
        #expect(facts.clientID.map(facts.string) == "party")
        #expect(facts.strings(facts.scopes) == ["a", "b"])
        #expect(facts.issuedAtSeconds == nil)
    }

    @Test func withoutIssuanceTheRestOfTheLifeIsBounded() throws {
        let rules = TokenRules(form: .plain, audiences: [apiName], maximumLifetimeSeconds: 100)
        var verifier = TokenVerifier(KeyState(try contents(rules)))
        let token = try good(["iat": nil, "exp": "\(seconds + 100)"])
        for (offset, expected) in [
            (0, "token_lifetime_too_long"), (59, "token_lifetime_too_long"), (60, "verified"),
            (159, "verified"), (160, "token_expired"), (59, "token_lifetime_too_long"),
        ] {
            let verdict = verifier.verify(token, at: seconds + Int64(offset))
            #expect(verdict.word == expected, "\(offset)")
        }
    }

    @Test(arguments: [
        ("\"spiffe://prod.example.org/api\"", nil, "P-256", "verified"),
        ("\"spiffe://prod.example.org/api\"", "JWT", "P-256", "verified"),
        ("\"spiffe://prod.example.org/api\"", "JOSE", "P-256", "verified"),
        ("\"spiffe://prod.example.org/api\"", "at+jwt", "P-256", "token_untrusted_issuer"),
        ("\"spiffe://prod.example.org/api\"", nil, "other", "token_unknown_key"),
        ("\"spiffe://other.example.org/api\"", nil, "P-256", "token_untrusted_issuer"),
        ("\"spiffe://prod.example.org\"", nil, "P-256", "token_subject_not_spiffe"),
        ("\"spiffe://prod.example.org/\"", nil, "P-256", "token_subject_not_spiffe"),
        ("\"SPIFFE://prod.example.org/api\"", nil, "P-256", "token_subject_not_spiffe"),
        ("\"spiffe://prod.example.org/a%2Fb\"", nil, "P-256", "token_subject_not_spiffe"),
        ("\"alice\"", nil, "P-256", "token_untrusted_issuer"),
    ])
    func workloads(_ subject: String, _ typ: String?, _ id: String, _ expected: String) throws {
        // The other key is for certificates, and names nobody here.
        let bundle = keySet([
            pair.jwk(nil, #","use":"jwt-svid""#), pair.jwk("other", #","use":"x509-svid""#),
        ])
        var contents = KeyContents()
        contents.domains[prod] = TokenAuthority(
            TokenRules(form: .svid, audiences: [apiName]), try keys(bundle, .trustDomain))
        var verifier = TokenVerifier(KeyState(contents))
        let token = try mint.token(
            header("ES256", id, typ: typ),
            #"{"sub":\#(subject),"iss":"https://spire","aud":"\#(apiName)","exp":\#(seconds + 300)}"#,
            pair, .es256)
        let verdict = verifier.verify(token, at: seconds)
        #expect(verdict.word == expected)
        guard let facts = verdict.token?.facts else { return }
        #expect(facts.source == .svid)
        #expect(facts.spiffeID?.description == "spiffe://prod.example.org/api")
        contents.denyList.identities = try [#require(facts.spiffeID)]
        var denying = TokenVerifier(KeyState(contents))
        let denied = denying.verify(token, at: seconds)
        #expect(denied.word == "token_denied_subject")
    }

    @Test func issuersNeverSpeakForWorkloads() throws {
        // An issuer that is believed, and signs for a workload of a domain with other keys.
        var contents = try contents(TokenRules(form: .plain, audiences: [apiName]))
        contents.domains[prod] = TokenAuthority(
            TokenRules(form: .svid, audiences: [apiName]),
            try keys(keySet([mint.ec("P-384").jwk(nil, #","use":"jwt-svid""#)]), .trustDomain))
        var verifier = TokenVerifier(KeyState(contents))
        let changes: [String: String?] = ["sub": "\"spiffe://prod.example.org/api\""]
        let plain = verifier.verify(try good(changes, typ: "JWT"), at: seconds)
        #expect(plain.word == "token_unknown_key")
        // As an access token it is a subject like any other, and no SPIFFE id.
        let access = verifier.verify(try good(changes), at: seconds)
        #expect(access.token != nil && access.token?.facts.spiffeID == nil)
    }
}
