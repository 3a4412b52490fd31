import Testing

@testable import Identity

@Suite(.enabled(if: Mint.isAvailable, "the `openssl` command is not installed"))
struct TokenVerifierTests {
    let mint: TokenMint
    let seconds: Int64 = 1_800_000_000

    init() throws { mint = try TokenMint.shared.get() }

    private func state(
        _ keys: [String], _ rules: TokenRules = TokenRules(audiences: [apiName])
    ) throws -> KeyState {
        var contents = KeyContents()
        let set = try TokenKeySet(parsing: Array(keySet(keys).utf8), for: .issuer)
        contents.setIssuer(Array(issuerName.utf8), TokenAuthority(rules, set))
        return KeyState(contents)
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func everyAlgorithm(_ algorithm: SignatureAlgorithm) throws {
        let pair =
            switch algorithm {
            case .es256: try mint.ec("P-256")
            case .es384: try mint.ec("P-384")
            case .es512: try mint.ec("P-521")
            case .edDSA: try mint.ed25519()
            default: try mint.rsa()
            }
        let token = try mint.token(
            header("\(algorithm.name)", pair.name), claims(at: seconds), pair, algorithm)
        var verifier = TokenVerifier(try state([pair.jwk()]))
        let verdict = verifier.verify(token, at: seconds)
        #expect(verdict.word == "verified")
        // Each byte of the signature counts.
        let parts = token.split(separator: ".")
        for index in [0, parts[2].utf8.count / 2, parts[2].utf8.count - 2] {
            var changed = Array(parts[2].utf8)
            changed[index] =
                changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let text = "\(parts[0]).\(parts[1])." + String(decoding: changed, as: UTF8.self)
            let other = verifier.verify(text, at: seconds)
            #expect(other.word == "token_bad_signature")
        }
    }

    @Test func factsAreRead() throws {
        let pair = try mint.ec("P-256")
        let thumbprint = [UInt8](0..<32)
        let changes: [String: String?] = [
            "aud": "[\"https://other.example.org\",\"\(apiName)\"]", "acr": "\"gold\"",
            "amr": "[\"pwd\",\"otp\"]", "auth_time": "\(seconds - 5)", "nbf": "\(seconds)",
            "act": "{\"sub\":\"agent\",\"act\":{\"sub\":\"earlier\"}}", "txn": "\"tx-7\"",
            "cnf": "{\"x5t#S256\":\"\(base64URL(thumbprint))\"}", "device_id": "\"d-9\"",
            "realm_access": "{\"roles\":[\"admin\",\"clerk\"]}", "level": "3", "vip": "true",
        ]
        let rules = TokenRules(
            audiences: [apiName],
            claims: [
                .init("device_id"), .init("roles", path: ["realm_access", "roles"]),
                .init("level"), .init("vip"), .init("absent"),
            ])
        let token = try mint.token(
            header("ES256", pair.name), claims(changes, at: seconds), pair, .es256)
        var verifier = TokenVerifier(try state([pair.jwk()], rules))
        let verdict = verifier.verify(token, at: seconds)
        let verified = try #require(verdict.token)
        let facts = verified.facts
        #expect(facts.source == .accessToken)
        #expect(facts.string(facts.issuer) == issuerName)
        #expect(facts.string(facts.subject) == "alice")
        #expect(facts.strings(facts.audience) == ["https://other.example.org", apiName])
        #expect(facts.strings(facts.scopes) == ["accounts", "payments"])
        #expect(facts.strings(facts.authenticationMethods) == ["pwd", "otp"])
        #expect(facts.clientID.map(facts.string) == "app")
        #expect(facts.tokenID.map(facts.string) == "t-1")
        #expect(facts.authenticationClass.map(facts.string) == "gold")
        #expect(facts.actor.map(facts.string) == "agent")
        #expect(facts.transaction.map(facts.string) == "tx-7")
        #expect(facts.authenticatedAtSeconds == seconds - 5)
        #expect(facts.issuedAtSeconds == seconds && facts.notBeforeSeconds == seconds)
        #expect(facts.expiresAtSeconds == seconds + 600)
        #expect(facts.spiffeID == nil)
        #expect(facts.boundTo == Fingerprint(thumbprint))
        #expect(facts.claim("device_id").map { facts.strings($0.values) } == ["d-9"])
        #expect(facts.claim("device_id")?.isList == false)
        #expect(facts.claim("roles").map { facts.strings($0.values) } == ["admin", "clerk"])
        #expect(facts.claim("roles")?.isList == true)
        #expect(facts.claim("level").map { facts.strings($0.values) } == ["3"])
        #expect(facts.claim("vip").map { facts.strings($0.values) } == ["true"])
        #expect(facts.claim("absent") == nil)
        #expect(verified.validFromSeconds == seconds - 60)
        #expect(verified.validUntilSeconds == seconds + 660)
    }

    @Test func boundTokensGoWithTheirCertificateOnly() throws {
        let pair = try mint.ec("P-256")
        let thumbprint = [UInt8](repeating: 7, count: 32)
        let bound = try mint.token(
            header("ES256", pair.name),
            claims(["cnf": "{\"x5t#S256\":\"\(base64URL(thumbprint))\"}"], at: seconds), pair,
            .es256)
        let free = try mint.token(
            header("ES256", pair.name), claims(at: seconds), pair, .es256)
        var verifier = TokenVerifier(try state([pair.jwk()]))
        let boundVerdict = verifier.verify(bound, at: seconds)
        let freeVerdict = verifier.verify(free, at: seconds)
        let facts = try #require(boundVerdict.token).facts
        let other = Fingerprint([UInt8](repeating: 8, count: 32))
        #expect(facts.bindingRejection(presented: Fingerprint(thumbprint)) == nil)
        let codes = [other, nil].map { facts.bindingRejection(presented: $0).map { "\($0.code)" } }
        #expect(codes == Array(repeating: "token_bound_to_other_certificate", count: 2))
        let freeFacts = try #require(freeVerdict.token).facts
        #expect(freeFacts.bindingRejection(presented: nil) == nil)
        #expect(freeFacts.bindingRejection(presented: other) == nil)
    }
}
