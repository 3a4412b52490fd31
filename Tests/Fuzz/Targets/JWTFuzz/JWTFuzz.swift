import Identity

/// Kept over the run, as a worker keeps it.
nonisolated(unsafe) private var verifier = TokenVerifier(makeState(), cacheCapacity: 16)

private let seconds: Int64 = 1_800_000_000

/// Reads any bytes as a token, as a token's header, as its claims, and as an introspection result.
///
/// No input can sign, so every token that is verified is a trap, and so is an introspection result
/// that is verified at a time or for an audience that it should not be, or is recalled as a token.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzToken(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    unsafe refuse(bytes)
    let dots = bytes.filter { $0 == UInt8(ascii: ".") }.count
    if dots == 0 {
        let header = encoded(Array(#"{"alg":"ES256","kid":"a","typ":"at+jwt"}"#.utf8))
        let claims = encoded(Array(#"{"iss":"joe","sub":"a"}"#.utf8))
        let signature = encoded([UInt8](repeating: 1, count: 64))
        unsafe refuse(encoded(bytes) + [0x2E] + claims + [0x2E] + signature)
        unsafe refuse(header + [0x2E] + encoded(bytes) + [0x2E] + signature)
        unsafe refuse(header + [0x2E] + claims + [0x2E] + bytes)
        unsafe refuse(header + [0x2E] + claims + [0x2E] + encoded(bytes))
    }
    switch unsafe verifier.verify(introspection: bytes.span, at: seconds) {
    case .rejected(let rejection): precondition(rejection.reason != .internalError)
    case .verified(let token):
        let facts = token.facts
        precondition(facts.strings(facts.audience).contains("api"), "another audience")
        precondition(facts.expiresAtSeconds > seconds - 60, "an expired result")
        precondition(
            token.validFromSeconds <= seconds && seconds < token.validUntilSeconds, "bounds")
        precondition(facts.string(facts.issuer) == "joe", "another issuer")
        precondition(!facts.utf8.contains { $0 < 0x20 }, "a control character")
        unsafe refuse(bytes)
    }
    return 0
}

@unsafe
private func refuse(_ token: [UInt8]) {
    guard case .rejected(let first) = unsafe verifier.verify(token.span, at: seconds) else {
        fatalError("a token is verified that nobody signed")
    }
    guard case .rejected(let second) = unsafe verifier.verify(token.span, at: seconds),
        first == second
    else { fatalError("the same token is judged otherwise") }
    precondition(first.reason != .internalError)
}

private func encoded(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
        bits = bits << 8 | UInt32(byte)
        count += 8
        while count >= 6 {
            count -= 6
            text.append(digits[Int(bits >> count & 63)])
        }
    }
    if count > 0 { text.append(digits[Int(bits << (6 - count) & 63)]) }
    return text
}

private func makeState() -> KeyState {
    // The public key of RFC 7515, appendix A.3.
    let set = #"""
        {"keys":[{"kty":"EC","crv":"P-256","kid":"a","use":"jwt-svid",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}
        """#
    var contents = KeyContents()
    guard
        let keys = try? TokenKeySet(
            parsing: Array(set.replacing(#""use":"jwt-svid","#, with: "").utf8), for: .issuer),
        let domainKeys = try? TokenKeySet(parsing: Array(set.utf8), for: .trustDomain),
        let domain = TrustDomain("prod.example.org")
    else { fatalError("the keys cannot be read") }
    let rules = TokenRules(
        form: .plain, audiences: ["api"], claims: [.init("roles", path: ["a", "roles"])],
        acceptsIntrospection: true)
    contents.setIssuer(Array("joe".utf8), TokenAuthority(rules, keys))
    contents.domains[domain] = TokenAuthority(
        TokenRules(form: .svid, audiences: ["api"]), domainKeys)
    contents.denyList.subjects[.init("mallory", issuer: "joe")] = Int64.max
    return KeyState(contents)
}
