import Synchronization

/// How often a token named a key that its issuer's set does not have.
///
/// Whoever fetches key sets compares the number with the one it saw last: a higher one says that a set
/// may be out of date. Tokens can name anything, so a fetch needs a pause after the one before.
package final class KeyDemand: Sendable {
    private let count = Atomic<UInt64>(0)

    package init() {}

    /// Grows with every token judged that named an unknown key; recalled verdicts do not count.
    package var unknownKeys: UInt64 { count.load(ordering: .relaxed) }

    func noteUnknownKey() { count.wrappingAdd(1, ordering: .relaxed) }
}

/// One issuer or trust domain: its rules, and the keys by which its tokens are believed.
package struct TokenAuthority: Sendable {
    package let rules: TokenRules
    package let keys: TokenKeySet
    /// Seconds since 1970 from which the keys are not believed any more; nil for never.
    package let expiresAtSeconds: Int64?
    package let demand: KeyDemand

    /// Makes an authority.
    package init(
        _ rules: TokenRules, _ keys: TokenKeySet, expiresAtSeconds: Int64? = nil,
        demand: KeyDemand = KeyDemand()
    ) {
        self.rules = rules
        self.keys = keys
        self.expiresAtSeconds = expiresAtSeconds
        self.demand = demand
    }

    /// Whether its keys are believed at this time.
    func isBelieved(at nowSeconds: Int64) -> Bool {
        !keys.isEmpty && expiresAtSeconds.map { nowSeconds < $0 } ?? true
    }
}

/// All that verdicts on tokens are founded on, besides the token and the clock.
package struct KeyContents: Sendable {
    /// An issuer by its `iss`, compared byte by byte.
    struct Issuer: Sendable {
        let name: [UInt8]
        let authority: TokenAuthority
    }

    /// In a list, so that looking one up makes no key of a token's bytes: there are few.
    private(set) var issuers: [Issuer] = []

    /// The authorities of JWT-SVIDs by trust domain. They are never merged: the keys of one domain
    /// can say nothing about another.
    package var domains: [TrustDomain: TokenAuthority] = [:]

    package var denyList = TokenDenyList()

    /// Makes contents that believe nobody.
    package init() {}

    /// Sets or, with nil, removes an issuer.
    package mutating func setIssuer(_ name: [UInt8], _ authority: TokenAuthority?) {
        issuers.removeAll { $0.name == name }
        if let authority { issuers.append(Issuer(name: name, authority: authority)) }
    }
}

/// The keys in use, shared by all verifiers of tokens.
///
/// A change gets a new generation; verifiers notice by comparing one integer, and with it forget
/// every verdict they hold.
package final class KeyState: Sendable {
    private let contents: Mutex<KeyContents>
    private let currentGeneration: Atomic<UInt64>

    /// Starts with contents; by default no token is believed.
    package init(_ contents: KeyContents = KeyContents()) {
        self.contents = Mutex(contents)
        currentGeneration = Atomic(1)
    }

    /// Grows with every change.
    package var generation: UInt64 { currentGeneration.load(ordering: .acquiring) }

    /// Changes the contents; the next verification of every verifier sees it.
    package func update(_ change: (inout KeyContents) -> Void) {
        contents.withLock { contents in
            change(&contents)
            // Inside the lock, so that a generation belongs to exactly one state.
            currentGeneration.wrappingAdd(1, ordering: .releasing)
        }
    }

    /// The contents with their generation.
    func read() -> (contents: KeyContents, generation: UInt64) {
        contents.withLock { ($0, currentGeneration.load(ordering: .relaxed)) }
    }
}
