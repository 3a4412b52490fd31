import CAllocationCount
import CVerifyLoop
import Identity
import MintedIdentities

/// Measures verdicts on the tokens that `mint.sh` made.
enum TokenGate {
    /// When those tokens were issued.
    private static let seconds: Int64 = 1_800_000_000

    static func run(_ minted: MintedIdentities, _ kind: String) throws {
        let token = minted.read("token_\(kind).jwt")
        let set = minted.read("token.jwks")
        var contents = KeyContents()
        contents.setIssuer(
            Array("https://issuer.example.org".utf8),
            TokenAuthority(
                TokenRules(audiences: ["https://api.example.org"], claims: [.init("device_id")]),
                try TokenKeySet(parsing: set, for: .issuer)))
        let state = KeyState(contents)
        uncached(token, state, minted, kind)
        try cached(token, state, kind)
    }

    private static func uncached(
        _ token: [UInt8], _ state: KeyState, _ minted: MintedIdentities, _ kind: String
    ) {
        let key = minted.read("token_\(kind).spki")
        let text = minted.read("token_\(kind).signed")
        let signature = minted.read("token_\(kind).sig")
        var verifier = TokenVerifier(state, cacheCapacity: 4)
        let rounds = 1000
        var best = (swift: UInt64.max, plain: UInt64.max)
        var allocations: UInt64 = 0
        var plainAllocations: UInt64 = 0
        for _ in 0..<7 {
            let before = allocation_count()
            let start = IdentityGate.nanoseconds()
            for _ in 0..<rounds {
                // A new generation empties the cache.
                state.update { _ in }
                guard case .verified = verifier.verify(token.span, at: seconds) else {
                    fatalError("the token is not verified")
                }
            }
            let middle = IdentityGate.nanoseconds()
            allocations = allocation_count() - before
            let verified = unsafe signature_loop(
                key, key.count, signature, signature.count, text, text.count, Int64(rounds))
            precondition(verified == Int64(rounds), "C disagrees")
            best.swift = min(best.swift, middle - start)
            best.plain = min(best.plain, IdentityGate.nanoseconds() - middle)
            plainAllocations = allocation_count() - before - allocations
        }
        let swift = Double(best.swift) / Double(rounds) / 1000
        let plain = Double(best.plain) / Double(rounds) / 1000
        print(
            "uncached token (\(kind), \(token.count) bytes):",
            "\(IdentityGate.oneDigit(swift)) us with \(allocations / UInt64(rounds)) allocations,",
            "its signature in C \(IdentityGate.oneDigit(plain)) us",
            "with \(plainAllocations / UInt64(rounds)),",
            "ratio \(Double(Int(swift / plain * 100)) / 100)")
    }

    private static func cached(_ token: [UInt8], _ state: KeyState, _ kind: String) throws {
        var verifier = TokenVerifier(state)
        guard case .verified = verifier.verify(token.span, at: seconds),
            let key = verifier.fingerprint(token.span)
        else { fatalError("the token is not verified") }
        IdentityGate.measure("token recalled by fingerprint (\(kind))") {
            guard case .verified? = verifier.recall(key, at: seconds) else { return false }
            return true
        }
        IdentityGate.measure("token recalled by its bytes (\(kind), \(token.count))") {
            guard case .verified(let found) = verifier.verify(token.span, at: seconds) else {
                return false
            }
            return found.facts.bindingRejection(presented: nil) == nil
        }
        // The refusals of a storm.
        var changed = token
        changed[changed.count - 10] ^= 1
        guard case .rejected = verifier.verify(changed.span, at: seconds) else {
            fatalError("a changed token is verified")
        }
        IdentityGate.measure("bad token recalled by its bytes (\(kind))") {
            guard case .rejected = verifier.verify(changed.span, at: seconds) else { return false }
            return true
        }
    }
}
