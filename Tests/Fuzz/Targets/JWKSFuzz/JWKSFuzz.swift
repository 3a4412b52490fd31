import Identity

/// Reads any bytes as a JWK set and as a SPIFFE bundle.
///
/// Traps when an error points outside of the text, when two keys have one name, or when a key of the
/// set verifies a signature of ones.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzKeySet(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let text = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    for purpose: TokenKeySet.Purpose in [.issuer, .trustDomain] {
        do throws(TrustError) {
            let keys = try TokenKeySet(parsing: text, for: purpose)
            precondition(Set(keys.keyIDs).count == keys.keyIDs.count, "two keys of one name")
            judge(keys)
        } catch {
            precondition(-1...text.count ~= error.place, "an error beyond the text")
            precondition(error.kind != .noMemory)
        }
    }
    return 0
}

/// A token that names the key `a` with each algorithm in turn.
private func judge(_ keys: TokenKeySet) {
    var contents = KeyContents()
    contents.setIssuer(
        Array("joe".utf8), TokenAuthority(TokenRules(form: .plain, audiences: ["api"]), keys))
    var verifier = TokenVerifier(KeyState(contents), cacheCapacity: 4)
    // {"iss":"joe"}, and headers with the key `a`: ES256, RS256, EdDSA.
    let headers = [
        "eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ", "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ",
        "eyJhbGciOiJFZERTQSIsImtpZCI6ImEifQ",
    ]
    for (header, count) in zip(headers, [86, 342, 86]) {
        let signature = String(repeating: "E", count: count - 1) + "A"
        let token = Array("\(header).eyJpc3MiOiJqb2UifQ.\(signature)".utf8)
        guard case .rejected(let rejection) = verifier.verify(token.span, at: 1_800_000_000) else {
            fatalError("a token is verified that nobody signed")
        }
        precondition(rejection.reason != .internalError)
        precondition(rejection.reason != .encoding && rejection.reason != .notJSON)
    }
}
