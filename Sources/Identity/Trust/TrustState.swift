import Synchronization

/// All that verdicts are founded on, besides the chain and the clock.
package struct TrustContents: Sendable {
    /// The stores by trust domain. They are never merged: an authority of one domain can say
    /// nothing about another.
    package var domains: [TrustDomain: TrustedDomain] = [:]

    /// The authorities for certificates without any URI name, such as those of organisations.
    package var organizations: TrustedDomain?

    package var denyList = DenyList()

    /// Makes contents that trust nobody.
    package init() {}
}

/// The store of one trust domain and when it ceases to be believed.
package struct TrustedDomain: Sendable {
    package let store: TrustStore
    /// Seconds since 1970; nil for never.
    package let expiresAtSeconds: Int64?

    /// Makes the store of a bundle.
    ///
    /// - Throws: as ``TrustStore``.
    package init(_ bundle: TrustBundle, options: TrustOptions = TrustOptions()) throws(TrustError) {
        store = try TrustStore(bundle, options: options)
        expiresAtSeconds = bundle.expiresAtSeconds
    }
}

/// The contents in use, shared by all verifiers.
///
/// A change gets a new generation; verifiers notice by comparing one integer, and with it forget
/// every verdict they hold.
package final class TrustState: Sendable {
    private let contents: Mutex<TrustContents>
    private let currentGeneration: Atomic<UInt64>

    /// Starts with contents; by default nobody is trusted.
    package init(_ contents: TrustContents = TrustContents()) {
        self.contents = Mutex(contents)
        currentGeneration = Atomic(1)
    }

    /// Grows with every change.
    package var generation: UInt64 { currentGeneration.load(ordering: .acquiring) }

    /// Changes the contents; the next verification of every verifier sees it.
    package func update(_ change: (inout TrustContents) -> Void) {
        contents.withLock { contents in
            change(&contents)
            // Inside the lock, so that a generation belongs to exactly one state.
            currentGeneration.wrappingAdd(1, ordering: .releasing)
        }
    }

    /// Whether certificates of a trust domain can be verified at all.
    package func trusts(_ domain: TrustDomain) -> Bool {
        contents.withLock { $0.domains[domain]?.store.authorityCount ?? 0 > 0 }
    }

    /// Whether certificates of organisations can be verified at all.
    package var trustsOrganizations: Bool {
        contents.withLock { $0.organizations?.store.authorityCount ?? 0 > 0 }
    }

    /// The contents with their generation.
    func read() -> (contents: TrustContents, generation: UInt64) {
        contents.withLock { ($0, currentGeneration.load(ordering: .relaxed)) }
    }
}
