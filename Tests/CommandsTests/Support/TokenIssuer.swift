import Foundation
import Testing

/// An issuer of tokens whose key and signatures are `openssl`'s.
struct TokenIssuer {
    static let name = "https://login.example.org"
    private let key: String
    /// The set with its only key.
    let keySet: String

    init(in workplace: Workplace) throws {
        key = workplace.path("issuer.key")
        let made = TrustWorld.run(
            "/usr/bin/env",
            [
                "openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048",
                "-out", key,
            ])
        try #require(made.status == 0, "\(made.output)")
        let printed = TrustWorld.run(
            "/usr/bin/env", ["openssl", "rsa", "-in", key, "-noout", "-modulus"])
        let digits = Array(printed.output.split(separator: "=").last?.filter(\.isHexDigit) ?? "")
        let modulus = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        keySet = """
            {"keys":[{"kty":"RSA","kid":"one","alg":"RS256","use":"sig","e":"AQAB",
            "n":"\(Self.base64URL(modulus))"}]}
            """
    }

    /// A token of RFC 9068.
    ///
    /// - Parameter claims: more members, or others of the same name, as JSON.
    func token(
        _ subject: String = "alice", audience: String = "writ", lifeSeconds: Int = 300,
        algorithm: String = "RS256", claims: String = ""
    ) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        let header = #"{"alg":"\#(algorithm)","typ":"at+jwt","kid":"one"}"#
        let body = """
            {"iss":"\(Self.name)","sub":"\(subject)","aud":"\(audience)","client_id":"app",
            "iat":\(now - 600),"exp":\(now + lifeSeconds),"jti":"\(UUID().uuidString)",
            "scope":"photos accounts"\(claims)}
            """
        let signed =
            Self.base64URL(Array(header.utf8)) + "." + Self.base64URL(Array(body.utf8))
        if algorithm == "none" { return signed + "." }
        return signed + "." + Self.base64URL(try signature(signed))
    }

    private func signature(_ text: String) throws -> [UInt8] {
        let input = key + "-" + UUID().uuidString
        try Data(text.utf8).write(to: URL(fileURLWithPath: input))
        let made = TrustWorld.run(
            "/usr/bin/env",
            ["openssl", "dgst", "-sha256", "-sign", key, "-out", input + ".sig", input])
        try #require(made.status == 0, "\(made.output)")
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: input + ".sig")))
    }

    static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}
