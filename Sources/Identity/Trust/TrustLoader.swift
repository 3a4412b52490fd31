/// Brings a ``TrustState`` up to date with the files of its bundles.
///
/// Owned by one thread at a time, never a worker's: reading files does not belong on the path of a
/// decision. Call ``reload(at:)`` as often as a change may wait.
package struct TrustLoader: ~Copyable {
    /// What one reload did.
    package struct Outcome: Sendable, Equatable {
        /// The trust domains whose bundle is another now; nil stands for organisations.
        package fileprivate(set) var changed: [TrustDomain?] = []
        /// The trust domains whose files cannot be used, and why. What was in use before stays so.
        package fileprivate(set) var failed: [Failure] = []

        /// One trust domain whose files cannot be used.
        package struct Failure: Sendable, Equatable {
            package let domain: TrustDomain?
            package let error: TrustError
        }
    }

    private let state: TrustState
    private var readers: [(domain: TrustDomain?, reader: SourceReader)] = []

    /// Makes a loader that has read nothing yet: until the first reload nobody is trusted.
    package init(
        _ state: TrustState, domains: [TrustDomain: TrustSource],
        organizations: TrustSource? = nil
    ) {
        self.state = state
        for (domain, source) in domains { readers.append((domain, SourceReader(source))) }
        if let organizations { readers.append((nil, SourceReader(organizations))) }
    }

    /// Reads what changed, and publishes it at once for all domains.
    package mutating func reload(at nowSeconds: Int64) -> Outcome {
        var outcome = Outcome()
        var changes: [(TrustDomain?, TrustedDomain?)] = []
        for index in readers.indices {
            let domain = readers[index].domain
            do throws(TrustError) {
                switch try readers[index].reader.read(at: nowSeconds) {
                case .none: continue
                case .bundle(_, let made): changes.append((domain, made))
                case .removed: changes.append((domain, nil))
                }
                outcome.changed.append(domain)
            } catch {
                outcome.failed.append(Outcome.Failure(domain: domain, error: error))
            }
        }
        if changes.isEmpty { return outcome }
        state.update { contents in
            for (domain, made) in changes {
                if let domain {
                    contents.domains[domain] = made
                } else {
                    contents.organizations = made
                }
            }
        }
        return outcome
    }

    /// The `spiffe_sequence` in use for a trust domain, to be remembered over restarts.
    package func sequence(_ domain: TrustDomain) -> UInt64? {
        readers.first { $0.domain == domain }?.reader.sequence
    }
}
