import Testing

@testable import Identity

@Suite struct IntrospectionTests {
    let seconds: Int64 = 1_800_000_000

    private func verifier(accepts: Bool = true) -> TokenVerifier {
        var contents = KeyContents()
        let rules = TokenRules(audiences: [apiName], acceptsIntrospection: accepts)
        contents.setIssuer(Array(issuerName.utf8), TokenAuthority(rules, TokenKeySet()))
        return TokenVerifier(KeyState(contents))
    }

    private func result(_ changes: [String: String?] = [:]) -> [UInt8] {
        Array(claims(["active": "true"].merging(changes) { $1 }, at: seconds).utf8)
    }

    @Test(
        arguments: [
            ([:], "verified"),
            (["jti": nil, "client_id": nil, "iat": nil], "verified"),
            (["active": "false"], "token_inactive"),
            (["active": nil], "token_claim_missing"),
            (["active": "\"true\""], "token_claim_malformed"),
            (["active": "1"], "token_claim_malformed"),
            (["iss": nil], "token_claim_missing"),
            (["iss": "\"https://evil.example.org\""], "token_untrusted_issuer"),
            (["sub": nil], "token_claim_missing"),
            (["aud": nil], "token_claim_missing"),
            (["aud": "\"other\""], "token_wrong_audience"),
            (["exp": nil], "token_claim_missing"),
            (["exp": "1799999940", "iat": nil], "token_expired"),
            (["exp": "1799999941", "iat": nil], "verified"),
            (["nbf": "1800000061"], "token_not_yet_valid"),
            (["cnf": "{\"jkt\":\"a\"}"], "token_confirmation_unsupported"),
        ] as [([String: String?], String)])
    func verdict(_ changes: [String: String?], _ expected: String) {
        var verifier = verifier()
        let text = result(changes)
        for _ in 0..<2 {
            let verdict = verifier.verify(introspection: text.span, at: seconds)
            #expect(verdict.word == expected)
            #expect(verdict.token.map { $0.facts.source == .introspection } ?? true)
        }
    }

    @Test(arguments: [
        ("", "token_empty"), ("[]", "token_not_json"), ("{", "token_not_json"),
        (#"{"active":true,"active":true}"#, "token_duplicate_member"),
        (String(repeating: "[", count: 9), "token_too_deep"),
    ])
    func malformed(_ text: String, _ expected: String) {
        var verifier = verifier()
        let bytes = Array(text.utf8)
        let verdict = verifier.verify(introspection: bytes.span, at: seconds)
        #expect(verdict.word == expected)
    }

    @Test func onlyWhereTheRulesAcceptIt() {
        var verifier = verifier(accepts: false)
        let text = result()
        let verdict = verifier.verify(introspection: text.span, at: seconds)
        #expect(verdict.word == "token_untrusted_issuer")
    }

    @Test func aResultIsNeverRecalledAsAToken() {
        var verifier = verifier()
        let text = result()
        let asserted = verifier.verify(introspection: text.span, at: seconds)
        #expect(asserted.word == "verified")
        let sent = verifier.verify(text.span, at: seconds)
        #expect(sent.token == nil)
    }

    @Test func resultsAreForgottenWhenTheyExpire() {
        var verifier = verifier()
        let text = result()
        for (offset, expected) in [
            (0, "verified"), (659, "verified"), (660, "token_expired"),
            (-61, "token_issued_in_future"),
        ] {
            let verdict = verifier.verify(introspection: text.span, at: seconds + Int64(offset))
            #expect(verdict.word == expected, "\(offset)")
        }
    }
}
