import Foundation
import Testing

@testable import Identity

@Suite(.enabled(if: Mint.isAvailable, "the `openssl` command is not installed"))
final class KeyLoaderTests {
    let mint: TokenMint
    let directory: String
    let state = KeyState()
    let seconds: Int64 = 1_800_000_000

    init() throws {
        mint = try TokenMint.shared.get()
        directory = mint.mint.path("keys-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private var path: String { directory + "/keys.json" }

    private func write(_ text: String) throws {
        try writeSettled(Data(text.utf8), to: path)
    }

    private func loader(
        _ age: Int64? = nil, domain: Bool = false, minimum: UInt64? = nil
    ) throws -> KeyLoader {
        let source = KeySource(path: path, maximumAgeSeconds: age, minimumSequence: minimum)
        let rules = TokenRules(form: domain ? .svid : .accessToken, audiences: [apiName])
        return try KeyLoader(
            state,
            [
                .init(
                    domain ? .trustDomain(prod) : .issuer(Array(issuerName.utf8)), rules,
                    source: source)
            ])
    }

    private func word(_ id: String, at moment: Int64? = nil) throws -> String {
        let pair = try mint.ec("P-256")
        let token = try mint.token(
            header("ES256", id), claims(at: seconds), pair, .es256)
        var verifier = TokenVerifier(state)
        return verifier.verify(token, at: moment ?? seconds).word
    }

    @Test func filesAreReadAgainWhenTheyChange() throws {
        let pair = try mint.ec("P-256")
        var loader = try loader()
        let absent = loader.reload(at: seconds)
        #expect(absent.changed.isEmpty && absent.failed.isEmpty)
        #expect(try word("a") == "token_untrusted_issuer")

        try write(keySet([pair.jwk("a")]))
        let first = loader.reload(at: seconds)
        #expect(first.changed == [.issuer(Array(issuerName.utf8))])
        #expect(try word("a") == "verified")
        let generation = state.generation
        _ = loader.reload(at: seconds)
        #expect(state.generation == generation)

        // Rotation: the new key beside the old one, then alone.
        try write(keySet([pair.jwk("a"), pair.jwk("b")]))
        _ = loader.reload(at: seconds)
        #expect(try word("a") == "verified")
        #expect(try word("b") == "verified")
        try write(keySet([pair.jwk("b")]))
        _ = loader.reload(at: seconds)
        #expect(try word("a") == "token_unknown_key")
        #expect(loader.demand(.issuer(Array(issuerName.utf8)))?.unknownKeys == 1)

        // What cannot be used changes nothing.
        try write(keySet([pair.jwk("c"), pair.jwk("c")]))
        let repeated = loader.reload(at: seconds)
        #expect(repeated.failed.map(\.error) == [TrustError(.repeatedKeyID, 1, file: path)])
        #expect(try word("b") == "verified")

        try write(#"{"keys":[]}"#)
        _ = loader.reload(at: seconds)
        #expect(try word("b") == "token_untrusted_issuer")
        try write(keySet([pair.jwk("b")]))
        _ = loader.reload(at: seconds)
        #expect(try word("b") == "verified")
        try FileManager.default.removeItem(atPath: path)
        _ = loader.reload(at: seconds)
        #expect(try word("b") == "token_untrusted_issuer")
    }

    @Test func oldKeysAreNotBelieved() throws {
        try write(keySet([try mint.ec("P-256").jwk("a")]))
        var loader = try loader(100)
        _ = loader.reload(at: seconds)
        #expect(try word("a", at: seconds + 99) == "verified")
        #expect(try word("a", at: seconds + 100) == "token_untrusted_issuer")
        let generation = state.generation
        _ = loader.reload(at: seconds + 49)
        #expect(state.generation == generation)
        _ = loader.reload(at: seconds + 50)
        #expect(state.generation == generation + 1)
        #expect(try word("a", at: seconds + 149) == "verified")
        #expect(try word("a", at: seconds + 150) == "token_untrusted_issuer")
    }

    @Test func sequencesNeverGoBack() throws {
        let key = try mint.ec("P-256").jwk("a", #","use":"jwt-svid""#)
        func bundle(_ sequence: Int?, _ keys: [String]) -> String {
            let text = keySet(keys)
            return sequence.map { text.dropLast() + #","spiffe_sequence":\#($0)}"# } ?? text
        }
        try write(bundle(7, [key]))
        var early = try loader(domain: true, minimum: 8)
        let tooOld = early.reload(at: seconds)
        #expect(tooOld.failed.map(\.error.kind) == [.olderSequence])
        var loader = try loader(domain: true, minimum: 7)
        let first = loader.reload(at: seconds)
        #expect(first.changed == [.trustDomain(prod)])
        #expect(loader.sequence(prod) == 7)
        for (text, kind) in [
            (bundle(6, [key]), TrustError.Kind.olderSequence), (bundle(nil, [key]), .olderSequence),
            (bundle(7, []), .sameSequence),
        ] {
            try write(text)
            let outcome = loader.reload(at: seconds)
            #expect(outcome.failed.map(\.error.kind) == [kind])
        }
        try write(bundle(8, []))
        let emptied = loader.reload(at: seconds)
        #expect(emptied.changed == [.trustDomain(prod)])
    }

    @Test func ownersAreConfiguredOnce() throws {
        let rules = TokenRules(audiences: [apiName])
        let one = KeyLoader.Configured(.issuer([1]), rules, source: nil)
        #expect(throws: TrustError(.repeatedIssuer)) { try KeyLoader(state, [one, one]).isUsable }
        let domain = KeyLoader.Configured(.trustDomain(prod), rules, source: nil)
        #expect(throws: TrustError(.repeatedIssuer)) { try KeyLoader(state, [domain]).isUsable }
    }

    @Test func malformedSetsAreRefused() throws {
        let pair = try mint.ec("P-256")
        let rsa = try mint.rsa()
        let x =
            #""kty":"EC","kid":"a","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU""#
        let rows: [(String, TrustError.Kind?)] = [
            ("", .malformedKeySet), ("[]", .malformedKeySet), ("{}", .malformedKeySet),
            (#"{"keys":{}}"#, .malformedKeySet), (#"{"keys":[1]}"#, .malformedKeySet),
            (#"{"keys":[],"keys":[]}"#, .malformedKeySet),
            (keySet([]), nil), (keySet([pair.members]), nil), (keySet([pair.jwk()]), nil),
            (keySet([#""kid":"a""#]), .malformedKey),
            (keySet([#""kid":"","kty":"EC""#]), .malformedKey),
            (keySet([#""kid":1,"kty":"EC""#]), .malformedKey),
            (keySet([pair.jwk("a", #","alg":1"#)]), .malformedKey),
            (keySet([pair.jwk("a", #","key_ops":"verify""#)]), .malformedKey),
            (keySet([#""kid":"a","kty":"oct","k":"AAAA""#]), .secretKey),
            (keySet([pair.jwk("a", #","d":"AAAA""#)]), .secretKey),
            (keySet([rsa.jwk("a", #","d":"AAAA""#)]), .secretKey),
            (keySet([#""kid":"a","kty":"new""#]), nil),
            (keySet([x]), .malformedKey),
            (keySet([x + #","y":"AAAA""#]), .malformedKey),
            // Beside the curve.
            (keySet([x + #","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1""#]), .malformedKey),
            (keySet([x + #","y":"y_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#]), .malformedKey),
            (keySet([x + #","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#]), nil),
            (keySet([x + #","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0=""#]), .malformedKey),
            (keySet([#""kid":"a","kty":"RSA","n":"AQAB","e":"AQAB""#]), nil),
            (keySet([#""kid":"a","kty":"RSA","n":"AQAB""#]), .malformedKey),
            (keySet([#""kid":"a","kty":"RSA","n":"AAEAAQ","e":"AQAB""#]), .malformedKey),
            (keySet([rsa.jwk("a").replacing("AQAB", with: "AQAA")]), .malformedKey),
            (keySet([#""kid":"a","kty":"OKP","crv":"Ed25519","x":"AAAA""#]), .malformedKey),
            (keySet([#""kid":"a","kty":"OKP","crv":"X25519","x":"AAAA""#]), nil),
        ]
        for (text, kind) in rows {
            do {
                let keys = try TokenKeySet(parsing: Array(text.utf8), for: .issuer)
                #expect(kind == nil, "\(text)")
                #expect(keys.keyIDs.count <= 1)
            } catch {
                #expect(error.kind == kind, "\(text)")
            }
        }
    }
}

extension KeyLoader {
    /// A value for tests that expect none to be made.
    fileprivate var isUsable: Bool { true }
}
