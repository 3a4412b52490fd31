import CAllocationCount
import CVerifyLoop
import Glibc
import Identity
import MintedIdentities

/// Measures verdicts: `identity-gate DIRECTORY`, which `Tests/IdentityTests/Minting/mint.sh` filled.
///
/// Prints what an uncached chain of three P-256 certificates and an uncached token cost beside the same
/// calls in C, and what a recalled verdict costs. Ends with a trap when a recalled verdict allocates or is wrong.
@main
struct IdentityGate {
    static func main() throws {
        guard let directory = CommandLine.arguments.dropFirst().first else {
            print("usage: identity-gate DIRECTORY")
            exit(2)
        }
        // The leaf, its issuer and the root: what a server sends that leaves nothing out.
        let minted = MintedIdentities(directory)
        let chain = try minted.chain("good", "issuer", "root")
        let now = Int64(time(nil))
        try uncached(chain, now)
        try cached(chain, now)
        for kind in ["ec", "rsa"] { try TokenGate.run(minted, kind) }
    }

    private static func uncached(_ chain: EncodedChain, _ now: Int64) throws {
        let state = try trust(chain)
        var verifier = ChainVerifier(state, cacheCapacity: 4)
        let rounds = 500
        var best = (swift: UInt64.max, plain: UInt64.max)
        for _ in 0..<7 {
            let start = nanoseconds()
            for _ in 0..<rounds {
                // A new generation empties the cache.
                state.update { _ in }
                guard case .verified = verifier.verify(chain, at: now) else {
                    fatalError("the chain is not verified")
                }
            }
            let middle = nanoseconds()
            precondition(plainLoop(chain, now, rounds) == Int64(rounds), "C disagrees")
            best.swift = min(best.swift, middle - start)
            best.plain = min(best.plain, nanoseconds() - middle)
        }
        let swift = Double(best.swift) / Double(rounds) / 1000
        let plain = Double(best.plain) / Double(rounds) / 1000
        print(
            "uncached chain of three: \(oneDigit(swift)) us, in C \(oneDigit(plain)) us,",
            "ratio \(Double(Int(swift / plain * 100)) / 100)")
    }

    private static func cached(_ chain: EncodedChain, _ now: Int64) throws {
        var verifier = ChainVerifier(try trust(chain))
        guard case .verified = verifier.verify(chain, at: now),
            let key = verifier.fingerprint(chain)
        else { fatalError("the chain is not verified") }
        measure("recalled by fingerprint") {
            guard case .verified? = verifier.recall(key, at: now) else { return false }
            return true
        }
        measure("recalled by the chain's bytes (\(chain.sizeBytes))") {
            guard case .verified = verifier.verify(chain, at: now) else { return false }
            return true
        }
    }

    static func measure(_ name: String, _ body: () -> Bool) {
        let rounds = 1_000_000
        var best = UInt64.max
        var allocations: UInt64 = 0
        for _ in 0..<5 {
            let before = allocation_count()
            let start = nanoseconds()
            for _ in 0..<rounds where !body() { fatalError("\(name): another verdict") }
            best = min(best, nanoseconds() - start)
            allocations = allocation_count() - before
        }
        print("\(name): \(oneDigit(Double(best) / Double(rounds))) ns, \(allocations) allocations")
        if allocations > 0 { fatalError("\(name) allocates") }
    }

    private static func trust(_ chain: EncodedChain) throws -> TrustState {
        var contents = TrustContents()
        let bundle = TrustBundle(authorities: [chain.certificate(chain.count - 1)])
        if let domain = TrustDomain("prod.example.org") {
            contents.domains[domain] = try TrustedDomain(bundle)
        }
        return TrustState(contents)
    }

    private static func plainLoop(_ chain: EncodedChain, _ now: Int64, _ rounds: Int) -> Int64 {
        let certificates = (0..<chain.count).map { chain.certificate($0) }
        let sizes = certificates.map(\.count)
        let joined = certificates.flatMap { $0 }
        return unsafe joined.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return -1 }
            var next = unsafe start
            var pointers: [UnsafePointer<UInt8>?] = unsafe []
            for size in sizes {
                unsafe pointers.append(next)
                unsafe next = next + size
            }
            guard let size = sizes.last else { return -1 }
            return unsafe verify_loop(
                pointers, sizes, sizes.count, next - size, size, now, Int64(rounds))
        }
    }

    /// The thread's own time, so that what else the machine does counts less.
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func oneDigit(_ number: Double) -> Double { Double(Int(number * 10)) / 10 }
}
