import Foundation
import Testing

@testable import Identity

/// One token, and how it is judged.
struct TokenRow: CustomTestStringConvertible, Sendable {
    let name: String
    let expected: String
    /// Whether `joserfc` is asked about the signature, and what it must say; nil when the row is not
    /// about signatures or that library is less strict.
    var signature: Bool?
    let make: @Sendable (TokenMint, Int64) throws -> String

    var testDescription: String { "\(name): \(expected)" }

    init(
        _ name: String, _ expected: String, signature: Bool? = nil,
        _ make: @escaping @Sendable (TokenMint, Int64) throws -> String
    ) {
        self.name = name
        self.expected = expected
        self.signature = signature
        self.make = make
    }

    /// A token of P-256 with changed claims.
    static func claiming(
        _ name: String, _ expected: String, _ changes: [String: String?], more: String = ""
    ) -> TokenRow {
        TokenRow(name, expected, signature: true) { mint, seconds in
            let pair = try mint.ec("P-256")
            // Times are written relative to the instant, as `+600` or `-1`.
            let claims = claims(
                changes.mapValues { $0.map { Self.time($0, seconds) } }, at: seconds, more)
            return try mint.token(header("ES256", "P-256"), claims, pair, .es256)
        }
    }

    /// A token of P-256 with another header.
    static func heading(
        _ name: String, _ expected: String, signature: Bool? = nil, _ header: String
    ) -> TokenRow {
        TokenRow(name, expected, signature: signature) { mint, seconds in
            try mint.token(header, claims(at: seconds), mint.ec("P-256"), .es256)
        }
    }

    /// A good token whose text is changed afterwards.
    static func changing(
        _ name: String, _ expected: String, signature: Bool? = nil,
        _ change: @escaping @Sendable ([String]) throws -> String
    ) -> TokenRow {
        TokenRow(name, expected, signature: signature) { mint, seconds in
            let good = try mint.token(
                header("ES256", "P-256"), claims(at: seconds), mint.ec("P-256"), .es256)
            return try change(
                good.split(separator: ".", omittingEmptySubsequences: false).map(String.init))
        }
    }

    private static func time(_ value: String, _ seconds: Int64) -> String {
        guard let first = value.first, "+-".contains(first), let offset = Int64(value) else {
            return value
        }
        return "\(seconds + offset)"
    }

    static let all = encodings + headers + keys + times + claimRows
}

extension TokenRow {
    static let encodings: [TokenRow] = [
        .changing("good", "verified", signature: true) { $0.joined(separator: ".") },
        .changing("empty", "token_empty") { _ in "" },
        .changing("two parts", "token_malformed") { "\($0[0]).\($0[1])" },
        .changing("four parts", "token_malformed") { $0.joined(separator: ".") + ".e30" },
        .changing("trailing dot", "token_malformed") { $0.joined(separator: ".") + "." },
        .changing("leading dot", "token_malformed") { "." + $0.joined(separator: ".") },
        .changing("only dots", "token_malformed") { _ in ".." },
        .changing("five parts, as if encrypted", "token_malformed") {
            $0.joined(separator: ".") + ".AA.AA"
        },
        .changing("no payload", "token_malformed") { "\($0[0])..\($0[2])" },
        .changing("no signature", "token_signature_malformed", signature: false) {
            "\($0[0]).\($0[1])."
        },
        .changing("padding behind", "token_encoding") { $0.joined(separator: ".") + "==" },
        .changing("padding in the header", "token_encoding") { "\($0[0])=.\($0[1]).\($0[2])" },
        .changing("space behind", "token_encoding") { $0.joined(separator: ".") + " " },
        .changing("line break before", "token_encoding") { "\n" + $0.joined(separator: ".") },
        .changing("Bearer before", "token_encoding") { "Bearer " + $0.joined(separator: ".") },
        .changing("standard alphabet", "token_encoding") {
            "\($0[0]).\($0[1]).+/" + $0[2].dropFirst(2)
        },
        .changing("spare bits in the signature", "token_encoding") { parts in
            // 64 bytes end with a character that stands for two bits and four zeros.
            let last = parts[2].utf8.last!
            return "\(parts[0]).\(parts[1])." + parts[2].dropLast()
                + String(UnicodeScalar(last == UInt8(ascii: "w") ? UInt8(ascii: "x") : last + 1))
        },
        .changing("one byte short", "token_encoding") {
            String($0.joined(separator: ".").dropLast())
        },
        .changing("signature of 63 bytes", "token_signature_malformed", signature: false) {
            "\($0[0]).\($0[1])." + base64URL([UInt8](repeating: 1, count: 63))
        },
        .changing("signature of 65 bytes", "token_signature_malformed", signature: false) {
            "\($0[0]).\($0[1])." + base64URL([UInt8](repeating: 1, count: 65))
        },
        .changing("r of zero", "token_signature_malformed", signature: false) {
            "\($0[0]).\($0[1])."
                + base64URL([UInt8](repeating: 0, count: 32) + [UInt8](repeating: 1, count: 32))
        },
        .changing("s of zero", "token_signature_malformed", signature: false) {
            "\($0[0]).\($0[1])."
                + base64URL([UInt8](repeating: 1, count: 32) + [UInt8](repeating: 0, count: 32))
        },
        .changing("r and s of zero", "token_signature_malformed", signature: false) {
            "\($0[0]).\($0[1])." + base64URL([UInt8](repeating: 0, count: 64))
        },
        .changing("r and s above the order", "token_bad_signature", signature: false) {
            "\($0[0]).\($0[1])." + base64URL([UInt8](repeating: 0xFF, count: 64))
        },
        .changing("other claims under the signature", "token_bad_signature", signature: false) {
            "\($0[0])."
                + base64URL(Array(claims(["sub": "\"root\""], at: 1_800_000_000).utf8))
                + ".\($0[2])"
        },
        TokenRow("signature in DER", "token_signature_malformed", signature: false) {
            mint, seconds in
            let signed =
                base64URL(Array(header("ES256", "P-256").utf8)) + "."
                + base64URL(Array(claims(at: seconds).utf8))
            return signed + "."
                + base64URL(try mint.sign(signed, mint.ec("P-256"), digest: "sha256"))
        },
        TokenRow("claims are no object", "token_not_json") { mint, _ in
            try mint.token(header("ES256", "P-256"), "[]", mint.ec("P-256"), .es256)
        },
        TokenRow("claims are not UTF-8", "token_not_json") { mint, _ in
            let signed =
                base64URL(Array(header("ES256", "P-256").utf8)) + "."
                + base64URL([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D])
            return signed + "." + base64URL(try mint.signature(signed, mint.ec("P-256"), .es256))
        },
        TokenRow("claims behind claims", "token_not_json") { mint, seconds in
            try mint.token(
                header("ES256", "P-256"), claims(at: seconds) + "{}", mint.ec("P-256"), .es256)
        },
        .claiming("a claim twice", "token_duplicate_member", [:], more: #","sub":"root""#),
        .claiming(
            "a claim twice, once escaped", "token_duplicate_member", [:],
            more: #","s\u0075b":"root""#),
        .claiming(
            "nested eight deep", "verified",
            ["x": String(repeating: "[", count: 7) + String(repeating: "]", count: 7)]),
        .claiming(
            "nested nine deep", "token_too_deep",
            ["x": String(repeating: "[", count: 8) + String(repeating: "]", count: 8)]),
        .claiming(
            "nested 5,000 deep", "token_too_deep",
            ["x": String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)]),
    ]

    static let headers: [TokenRow] = [
        .heading(
            "without an algorithm", "token_algorithm_not_allowed",
            #"{"kid":"P-256","typ":"at+jwt"}"#),
        TokenRow("none", "token_algorithm_not_allowed") { _, seconds in
            base64URL(Array(header("none", "P-256").utf8)) + "."
                + base64URL(Array(claims(at: seconds).utf8)) + "."
        },
        .heading("none with a signature", "token_algorithm_not_allowed", header("none", "P-256")),
        .heading("None in capitals", "token_algorithm_not_allowed", header("NONE", "P-256")),
        .heading("lower case", "token_algorithm_not_allowed", header("es256", "P-256")),
        .heading("secp256k1", "token_algorithm_not_allowed", header("ES256K", "P-256")),
        .heading(
            "algorithm is a list", "token_algorithm_not_allowed",
            #"{"alg":["ES256"],"kid":"P-256","typ":"at+jwt"}"#),
        TokenRow("HMAC with the public key", "token_algorithm_not_allowed") { mint, seconds in
            try hmac(mint, header("HS256", "rsa2048-65537"), seconds)
        },
        TokenRow("HMAC called RS256", "token_signature_malformed", signature: false) {
            mint, seconds in
            try hmac(mint, header("RS256", "rsa2048-65537"), seconds)
        },
        .heading("not in the list", "token_algorithm_not_allowed", header("ES384", "P-384")),
        .heading(
            "critical", "token_critical_header", header("ES256", "P-256", #","crit":["exp"]"#)),
        .heading(
            "critical and empty", "token_critical_header", header("ES256", "P-256", #","crit":[]"#)),
        .heading(
            "unencoded payload", "token_critical_header", header("ES256", "P-256", #","b64":false"#)
        ),
        .heading(
            "key in the header", "token_key_in_header",
            header("ES256", "P-256", #","jwk":{"kty":"EC"}"#)),
        .heading(
            "key elsewhere", "token_key_in_header",
            header("ES256", "P-256", #","jku":"https://a.example.org""#)),
        .heading(
            "certificate elsewhere", "token_key_in_header",
            header("ES256", "P-256", #","x5u":"https://a.example.org""#)),
        .heading(
            "certificate in the header", "token_key_in_header",
            header("ES256", "P-256", #","x5c":["AA"]"#)),
        .heading(
            "unknown parameter", "verified", signature: true,
            header("ES256", "P-256", #","x5t":"AA""#)),
        .heading(
            "a parameter twice", "token_duplicate_member",
            header("ES256", "P-256", #","alg":"none""#)),
        .heading("without a key id", "token_key_id_missing", header("ES256", nil)),
        .heading("empty key id", "token_key_id_missing", header("ES256", "")),
        .heading(
            "key id is a number", "token_key_id_missing", #"{"alg":"ES256","kid":1,"typ":"at+jwt"}"#
        ),
        .heading(
            "type with application", "verified", signature: true,
            header("ES256", "P-256", typ: "application/at+jwt")),
        .heading(
            "type in capitals", "verified", signature: true, header("ES256", "P-256", typ: "AT+JWT")
        ),
        .heading("no type", "token_wrong_type", header("ES256", "P-256", typ: nil)),
        .heading("an ID token", "token_wrong_type", header("ES256", "P-256", typ: "JWT")),
        .heading("a logout token", "token_wrong_type", header("ES256", "P-256", typ: "logout+jwt")),
        .heading("a proof", "token_wrong_type", header("ES256", "P-256", typ: "dpop+jwt")),
        .heading("type is a number", "token_wrong_type", #"{"alg":"ES256","kid":"P-256","typ":1}"#),
    ]

    static let keys: [TokenRow] = [
        .heading("unknown key", "token_unknown_key", header("ES256", "stranger")),
        .heading("key id in another case", "token_unknown_key", header("ES256", "p-256")),
        .heading(
            "key of another type", "token_algorithm_mismatch", signature: false,
            header("ES256", "rsa2048-65537")),
        .heading(
            "key of another curve", "token_algorithm_mismatch", signature: false,
            header("ES256", "P-384")),
        .heading("key of secp256k1", "token_unusable_key", header("ES256", "secp256k1")),
        .heading("key for encryption", "token_unusable_key", header("ES256", "for encryption")),
        .heading("key for signing only", "token_unusable_key", header("ES256", "for signing")),
        .heading(
            "another key of the set", "token_bad_signature", signature: false,
            header("ES256", "other")),
        TokenRow("key for another algorithm", "token_algorithm_mismatch") { mint, seconds in
            try mint.token(header("PS256", "for RS256"), claims(at: seconds), mint.rsa(), .ps256)
        },
        TokenRow("key for this algorithm", "verified", signature: true) { mint, seconds in
            try mint.token(header("RS256", "for RS256"), claims(at: seconds), mint.rsa(), .rs256)
        },
        TokenRow("PS256 called RS256", "token_bad_signature", signature: false) { mint, seconds in
            try mint.token(
                header("RS256", "rsa2048-65537"), claims(at: seconds), mint.rsa(), .ps256)
        },
        TokenRow("RS256 called PS256", "token_bad_signature", signature: false) { mint, seconds in
            try mint.token(
                header("PS256", "rsa2048-65537"), claims(at: seconds), mint.rsa(), .rs256)
        },
        TokenRow("salt of another length", "token_bad_signature") { mint, seconds in
            let signed =
                base64URL(Array(header("PS256", "rsa2048-65537").utf8)) + "."
                + base64URL(Array(claims(at: seconds).utf8))
            let signature = try mint.sign(
                signed, mint.rsa(), digest: "sha256",
                options: ["-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:20"])
            return signed + "." + base64URL(signature)
        },
        TokenRow("RSA of 1024 bits", "token_weak_key") { mint, seconds in
            try mint.token(
                header("RS256", "rsa1024-65537"), claims(at: seconds), mint.rsa(1024), .rs256)
        },
        TokenRow("RSA of 2047 bits", "token_weak_key") { mint, seconds in
            try mint.token(
                header("RS256", "rsa2047-65537"), claims(at: seconds), mint.rsa(2047), .rs256)
        },
        TokenRow("RSA with exponent 3", "token_weak_key") { mint, seconds in
            try mint.token(
                header("RS256", "rsa2048-3"), claims(at: seconds), mint.rsa(exponent: 3), .rs256)
        },
    ]

    static let times: [TokenRow] = [
        .claiming("last second", "verified", ["exp": "+1"]),
        .claiming("expired within the skew", "verified", ["exp": "-59", "iat": "-600"]),
        .claiming("expired", "token_expired", ["exp": "-60", "iat": "-600"]),
        .claiming("expired long ago", "token_expired", ["exp": "0", "iat": "0"]),
        .claiming("valid from within the skew", "verified", ["nbf": "+60"]),
        .claiming("not yet valid", "token_not_yet_valid", ["nbf": "+61"]),
        .claiming("issued within the skew", "verified", ["iat": "+60"]),
        .claiming("issued in the future", "token_issued_in_future", ["iat": "+61"]),
        .claiming("lives a day", "verified", ["iat": "+0", "exp": "+86400"]),
        .claiming("lives a day and a second", "token_lifetime_too_long", ["exp": "+86401"]),
        .claiming(
            "expires before it begins", "token_claim_malformed", ["iat": "+10", "exp": "+10"]),
        .claiming("expires with a fraction", "token_claim_malformed", ["exp": "1900000000.5"]),
        .claiming("expires as text", "token_claim_malformed", ["exp": "\"1900000000\""]),
        .claiming("expires before 1970", "token_claim_malformed", ["exp": " -1"]),
        .claiming("expires in 9999", "token_lifetime_too_long", ["exp": "253402300799"]),
        .claiming("expires after 9999", "token_claim_malformed", ["exp": "253402300800"]),
        .claiming(
            "expires beyond 64 bits", "token_claim_malformed", ["exp": "99999999999999999999"]),
        .claiming("expires never", "token_claim_malformed", ["exp": "null"]),
    ]

    static let claimRows: [TokenRow] =
        [
            .claiming(
                "another audience", "token_wrong_audience", ["aud": "\"https://other.example.org\""]
            ),
            .claiming(
                "audience in another case", "token_wrong_audience",
                ["aud": "\"https://API.example.org\""]),
            .claiming("audience with a slash", "token_wrong_audience", ["aud": "\"\(apiName)/\""]),
            .claiming("one of two audiences", "verified", ["aud": "[\"a\",\"\(apiName)\"]"]),
            .claiming("no audience in a list", "token_claim_missing", ["aud": "[]"]),
            .claiming("audience is a number", "token_claim_malformed", ["aud": "7"]),
            .claiming(
                "audience holds a number", "token_claim_malformed", ["aud": "[\"\(apiName)\",7]"]),
            .claiming("256 audiences", "verified", ["aud": list(255, and: apiName)]),
            .claiming("257 audiences", "token_claim_malformed", ["aud": list(256, and: apiName)]),
            .claiming(
                "another issuer", "token_untrusted_issuer", ["iss": "\"https://evil.example.org\""]),
            .claiming(
                "issuer with a slash", "token_untrusted_issuer", ["iss": "\"\(issuerName)/\""]),
            .claiming("issuer is a list", "token_claim_malformed", ["iss": "[\"\(issuerName)\"]"]),
            .claiming("empty subject", "token_claim_malformed", ["sub": "\"\""]),
            .claiming("subject with a line break", "token_claim_malformed", ["sub": #""a\nb""#]),
            .claiming("subject with a zero", "token_claim_malformed", ["sub": #""a\u0000""#]),
            .claiming("subject is a number", "token_claim_malformed", ["sub": "7"]),
            .claiming("subject in Unicode", "verified", ["sub": #""\u00e5sa""#]),
            .claiming("no scope", "verified", ["scope": nil]),
            .claiming("empty scope", "verified", ["scope": "\"\""]),
            .claiming("scope with two spaces", "token_claim_malformed", ["scope": "\"a  b\""]),
            .claiming("scope is a list", "token_claim_malformed", ["scope": "[\"a\"]"]),
            .claiming("methods as text", "token_claim_malformed", ["amr": "\"pwd\""]),
            .claiming("actor without a subject", "token_claim_malformed", ["act": "{}"]),
            .claiming(
                "bound to a key by other means", "token_confirmation_unsupported",
                ["cnf": "{\"jkt\":\"\(String(repeating: "A", count: 43))\"}"]),
            .claiming(
                "bound twice", "token_confirmation_unsupported",
                ["cnf": "{\"x5t#S256\":\"\(String(repeating: "A", count: 43))\",\"jkt\":\"A\"}"]),
            .claiming("bound to nothing", "token_confirmation_unsupported", ["cnf": "{}"]),
            .claiming("bound by text", "token_claim_malformed", ["cnf": "\"A\""]),
            .claiming(
                "thumbprint of 31 bytes", "token_claim_malformed",
                ["cnf": "{\"x5t#S256\":\"\(String(repeating: "A", count: 42))\"}"]),
            .claiming(
                "thumbprint with padding", "token_claim_malformed",
                ["cnf": "{\"x5t#S256\":\"\(String(repeating: "A", count: 43))=\"}"]),
            .claiming(
                "thumbprint with a spare bit", "token_claim_malformed",
                ["cnf": "{\"x5t#S256\":\"\(String(repeating: "A", count: 42))B\"}"]),
            .claiming(
                "thumbprint as a number", "token_claim_malformed", ["cnf": "{\"x5t#S256\":1}"]),
            .claiming(
                "configured claim is an object", "token_claim_malformed", ["device_id": "{}"]),
            .claiming(
                "configured claim is nothing", "token_claim_malformed", ["device_id": "null"]),
            .claiming(
                "a SPIFFE id as the subject of an issuer", "verified",
                ["sub": "\"spiffe://prod.example.org/api\""]),
        ]
        + ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"].map {
            .claiming("without \($0)", "token_claim_missing", [$0: nil])
        }

    private static func list(_ count: Int, and last: String) -> String {
        "[" + (0..<count).map { "\"a\($0)\"," }.joined() + "\"\(last)\"]"
    }

    /// The attack on verifiers that let the token choose what the key is for.
    private static func hmac(_ mint: TokenMint, _ header: String, _ seconds: Int64) throws -> String
    {
        let signed =
            base64URL(Array(header.utf8)) + "." + base64URL(Array(claims(at: seconds).utf8))
        let pair = try mint.rsa()
        let published = mint.mint.path("public-\(UUID().uuidString).pem")
        _ = Mint.run("openssl", ["pkey", "-in", pair.file, "-pubout", "-out", published])
        let secret = try Data(contentsOf: URL(fileURLWithPath: published)).map {
            String(format: "%02x", $0)
        }.joined()
        let input = published + ".txt"
        try Data(signed.utf8).write(to: URL(fileURLWithPath: input))
        let answer = Mint.run(
            "openssl",
            ["mac", "-digest", "SHA256", "-macopt", "hexkey:\(secret)", "-in", input, "HMAC"])
        try #require(answer.status == 0, "\(answer.output)")
        return signed + "." + base64URL(hexadecimal(String(answer.output.filter(\.isHexDigit))))
    }
}

@Suite(.enabled(if: Mint.isAvailable, "the `openssl` command is not installed"))
struct TokenTableTests {
    static let seconds: Int64 = 1_800_000_000

    static func keys(_ mint: TokenMint) throws -> [String] {
        let p256 = try mint.ec("P-256")
        let rsa = try mint.rsa()
        return [
            p256.jwk(), try mint.ec("P-384").jwk(), try mint.ec("secp256k1").jwk(), rsa.jwk(),
            try mint.rsa(1024).jwk(), try mint.rsa(2047).jwk(), try mint.rsa(exponent: 3).jwk(),
            try mint.pair("other", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
                .jwk(),
            p256.jwk("for encryption", #","use":"enc""#),
            p256.jwk("for signing", #","key_ops":["sign"]"#),
            rsa.jwk("for RS256", #","alg":"RS256","use":"sig","key_ops":["verify"]"#),
        ]
    }

    @Test(arguments: TokenRow.all)
    func verdict(_ row: TokenRow) throws {
        let mint = try TokenMint.shared.get()
        let set = keySet(try Self.keys(mint))
        var contents = KeyContents()
        let rules = TokenRules(
            audiences: [apiName],
            algorithms: [.rsa, .rsaPSS, .init(.es256)], claims: [.init("device_id")])
        contents.setIssuer(
            Array(issuerName.utf8),
            TokenAuthority(rules, try TokenKeySet(parsing: Array(set.utf8), for: .issuer)))
        var verifier = TokenVerifier(KeyState(contents))
        let token = try row.make(mint, Self.seconds)
        let verdict = verifier.verify(token, at: Self.seconds)
        #expect(verdict.word == row.expected)
        // What is recalled, or judged again, is the same.
        let again = verifier.verify(token, at: Self.seconds)
        #expect(again.word == row.expected)

    }

    @Test(.enabled(if: Joserfc.isAvailable, "the Python package `joserfc` is not installed"))
    func signaturesAgreeWithAnotherImplementation() throws {
        let mint = try TokenMint.shared.get()
        let rows = TokenRow.all.filter { $0.signature != nil }
        let tokens = try rows.map { try $0.make(mint, Self.seconds) }
        let said = try Joserfc.verifies(tokens, keySet(try Self.keys(mint)), mint)
        #expect(said.count == rows.count)
        for (row, isVerified) in zip(rows, said) {
            #expect(isVerified == row.signature, "\(row.name)")
            // The row says how the token is judged here: never as good when they refuse it.
            #expect(isVerified || row.expected != "verified", "\(row.name)")
        }
    }
}

/// An implementation of JOSE by others, in Python, asked about signatures.
enum Joserfc {
    static let isAvailable = Mint.run("python3", ["-c", "import joserfc"]).status == 0

    private static let script = """
        import sys, json
        from joserfc import jws
        from joserfc.jwk import KeySet
        keys = json.load(open(sys.argv[1]))["keys"]
        keys = [k for k in keys if k.get("crv") != "secp256k1"]
        names = ["RS256", "PS256", "ES256"]
        for token in open(sys.argv[2]).read().splitlines():
            try:
                kid = jws.extract_compact(token.encode()).headers()["kid"]
                chosen = KeySet.import_key_set({"keys": [k for k in keys if k["kid"] == kid]})
                jws.deserialize_compact(token, chosen, algorithms=names)
                print("verified")
            except Exception as error:
                print("refused", repr(error))
        """

    static func verifies(
        _ tokens: [String], _ set: String, _ mint: TokenMint
    ) throws -> [Bool] {
        let path = mint.mint.path("asked-\(UUID().uuidString)")
        try Data(set.utf8).write(to: URL(fileURLWithPath: path + ".json"))
        let text = tokens.joined(separator: "\n")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + ".jwt"))
        let answer = Mint.run(
            "python3", ["-W", "ignore", "-c", script, path + ".json", path + ".jwt"])
        try #require(answer.status == 0, "\(answer.output)")
        return answer.output.split(separator: "\n").map { $0.hasPrefix("verified") }
    }
}
