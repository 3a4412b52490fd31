import Foundation
import Synchronization
import Testing

@testable import Identity

/// Keys and tokens made with the `openssl` command, which knows nothing of the code under test.
final class TokenMint: Sendable {
    static let shared = Result { try TokenMint() }

    /// One pair of keys.
    struct Pair: Sendable {
        let name: String
        let file: String
        /// The public members of the JWK, without `kid`.
        let members: String
    }

    let mint: Mint
    private let pairs = Mutex<[String: Pair]>([:])

    private init() throws { mint = try Mint.shared.get() }

    /// Makes a pair, once for a name.
    func pair(_ name: String, _ kind: [String]) throws -> Pair {
        if let made = pairs.withLock({ $0[name] }) { return made }
        let file = mint.path("token-\(name)-\(UUID().uuidString).key")
        let made = Mint.run("openssl", ["genpkey", "-out", file] + kind)
        try #require(made.status == 0, "\(made.output)")
        let pair = Pair(name: name, file: file, members: try members(of: file))
        return pairs.withLock { pairs in
            pairs[name] = pairs[name] ?? pair
            return pairs[name]!
        }
    }

    func ec(_ curve: String) throws -> Pair {
        try pair(curve, ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(curve)"])
    }

    func rsa(_ bits: Int = 2048, exponent: Int = 65537) throws -> Pair {
        try pair(
            "rsa\(bits)-\(exponent)",
            [
                "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:\(bits)", "-pkeyopt",
                "rsa_keygen_pubexp:\(exponent)",
            ])
    }

    func ed25519() throws -> Pair { try pair("ed25519", ["-algorithm", "ED25519"]) }

    private func members(of file: String) throws -> String {
        let der = file + ".der"
        let made = Mint.run(
            "openssl", ["pkey", "-in", file, "-pubout", "-outform", "DER", "-out", der])
        try #require(made.status == 0, "\(made.output)")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: der)))
        let text = Mint.run("openssl", ["pkey", "-in", file, "-noout", "-text"]).output
        if text.contains("ED25519") {
            return #""kty":"OKP","crv":"Ed25519","x":"\#(base64URL(bytes.suffix(32)))""#
        }
        if text.contains("NIST CURVE") || text.contains("ASN1 OID: secp256k1") {
            let curve = ["P-256", "P-384", "P-521"].first { text.contains("NIST CURVE: \($0)") }
            let size = curve == "P-384" ? 48 : curve == "P-521" ? 66 : 32
            let point = bytes.suffix(size * 2)
            return
                #""kty":"EC","crv":"\#(curve ?? "secp256k1")","x":"\#(base64URL(point.prefix(size)))","y":"\#(base64URL(point.suffix(size)))""#
        }
        let modulus = Mint.run("openssl", ["rsa", "-in", file, "-noout", "-modulus"]).output
        let digits = modulus.split(separator: "=")[1].filter(\.isHexDigit)
        let exponent = text.contains("publicExponent: 3 ") ? "Aw" : "AQAB"
        return #""kty":"RSA","n":"\#(base64URL(hexadecimal(String(digits))))","e":"\#(exponent)""#
    }

    /// The raw output of `openssl`, over exactly these bytes.
    func sign(
        _ text: String, _ pair: Pair, digest: String?, options: [String] = []
    ) throws -> [UInt8] {
        let input = mint.path("signed-\(UUID().uuidString)")
        try Data(text.utf8).write(to: URL(fileURLWithPath: input))
        let output = input + ".sig"
        var arguments = [
            "pkeyutl", "-sign", "-inkey", pair.file, "-rawin", "-in", input, "-out", output,
        ]
        if let digest { arguments += ["-digest", digest] }
        let made = Mint.run("openssl", arguments + options)
        try #require(made.status == 0, "\(made.output)")
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: output)))
    }

    /// A token of this header and these claims, signed as `algorithm` says.
    func token(
        _ header: String, _ claims: String, _ pair: Pair, _ algorithm: SignatureAlgorithm
    ) throws -> String {
        let signed = base64URL(Array(header.utf8)) + "." + base64URL(Array(claims.utf8))
        return signed + "." + base64URL(try signature(signed, pair, algorithm))
    }

    /// A signature in the form of RFC 7518.
    func signature(
        _ signed: String, _ pair: Pair, _ algorithm: SignatureAlgorithm
    ) throws -> [UInt8] {
        let name = "\(algorithm.name)"
        let digest = "sha\(name.suffix(3))"
        switch name.prefix(2) {
        case "RS": return try sign(signed, pair, digest: digest)
        case "PS":
            return try sign(
                signed, pair, digest: digest,
                options: [
                    "-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", "rsa_pss_saltlen:digest",
                ])
        case "ES":
            let size = algorithm == .es512 ? 66 : algorithm == .es384 ? 48 : 32
            return raw(try sign(signed, pair, digest: digest), size)
        default: return try sign(signed, pair, digest: nil)
        }
    }

    /// The two numbers of an ECDSA signature in DER, each of `size` bytes.
    func raw(_ der: [UInt8], _ size: Int) -> [UInt8] {
        var place = der[1] & 0x80 == 0 ? 2 : 3
        var numbers: [UInt8] = []
        for _ in 0..<2 {
            let count = Int(der[place + 1])
            let number = der[place + 2..<place + 2 + count].drop { $0 == 0 }
            numbers += [UInt8](repeating: 0, count: size - number.count) + number
            place += 2 + count
        }
        return numbers
    }
}

func base64URL(_ bytes: some Collection<UInt8>) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
        .replacing("=", with: "")
}

func hexadecimal(_ digits: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Substring(digits)
    while !rest.isEmpty {
        bytes.append(UInt8(rest.prefix(2), radix: 16)!)
        rest = rest.dropFirst(2)
    }
    return bytes
}

/// A JWK set of pairs, each with its name as `kid`.
func keySet(_ keys: [String]) -> String {
    #"{"keys":[\#(keys.map { "{\($0)}" }.joined(separator: ","))]}"#
}

extension TokenMint.Pair {
    /// The members of its JWK.
    func jwk(_ id: String? = nil, _ more: String = "") -> String {
        #""kid":"\#(id ?? name)","# + members + more
    }
}

extension TokenVerdict {
    /// The stable code, or `verified`.
    var word: String {
        switch self {
        case .verified: "verified"
        case .rejected(let rejection): "\(rejection.code)"
        }
    }

    var token: VerifiedToken? {
        if case .verified(let token) = self { token } else { nil }
    }
}

extension TokenVerifier {
    mutating func verify(_ token: String, at seconds: Int64) -> TokenVerdict {
        let bytes = Array(token.utf8)
        return verify(bytes.span, at: seconds)
    }
}

let issuerName = "https://issuer.example.org"
let apiName = "https://api.example.org"

/// Claims of an access token: the usual ones, changed member by member; nil takes one away.
func claims(_ changes: [String: String?] = [:], at seconds: Int64, _ more: String = "") -> String {
    var members: [String: String] = [
        "iss": "\"\(issuerName)\"", "sub": "\"alice\"", "aud": "\"\(apiName)\"",
        "exp": "\(seconds + 600)", "iat": "\(seconds)", "jti": "\"t-1\"",
        "client_id": "\"app\"", "scope": "\"accounts payments\"",
    ]
    for (name, value) in changes { members[name] = value }
    let text = members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
    return "{" + text.joined(separator: ",") + more + "}"
}

/// A header of an access token.
func header(_ algorithm: String, _ id: String?, typ: String? = "at+jwt", _ more: String = "")
    -> String
{
    var text = #"{"alg":"\#(algorithm)""#
    if let id { text += #","kid":"\#(id)""# }
    if let typ { text += #","typ":"\#(typ)""# }
    return text + more + "}"
}
