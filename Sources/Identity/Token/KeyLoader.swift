/// Where the keys of one issuer or trust domain are kept.
package struct KeySource: Sendable {
    /// A file with a JWK set or a SPIFFE bundle. Whoever changes it replaces it whole.
    package let path: String
    /// How long after it was last read the set is believed, in seconds; nil for ever.
    package let maximumAgeSeconds: Int64?
    /// The lowest `spiffe_sequence` that is accepted, remembered from before a restart.
    package let minimumSequence: UInt64?

    /// Makes a source.
    package init(path: String, maximumAgeSeconds: Int64? = nil, minimumSequence: UInt64? = nil) {
        self.path = path
        self.maximumAgeSeconds = maximumAgeSeconds
        self.minimumSequence = minimumSequence
    }
}

/// Brings a ``KeyState`` up to date with the files of its key sets.
///
/// Owned by one thread at a time, never a worker's: reading files does not belong on the path of a
/// decision. Call ``reload(at:)`` as often as a change may wait.
package struct KeyLoader: ~Copyable {
    /// Whose keys a file holds.
    package enum Owner: Sendable, Hashable {
        /// An issuer, by its `iss`.
        case issuer([UInt8])
        case trustDomain(TrustDomain)
    }

    /// One issuer or trust domain as it is configured.
    package struct Configured: Sendable {
        package let owner: Owner
        package let rules: TokenRules
        /// nil for an issuer whose tokens only introspection tells about.
        package let source: KeySource?

        /// Makes one; the rules of a trust domain have the form ``TokenRules/Form/svid`` and no other.
        package init(_ owner: Owner, _ rules: TokenRules, source: KeySource?) {
            self.owner = owner
            self.rules = rules
            self.source = source
        }
    }

    /// What one reload did.
    package struct Outcome: Sendable, Equatable {
        /// Whose keys are others now.
        package fileprivate(set) var changed: [Owner] = []
        /// Whose file cannot be used, and why. What was in use before stays so.
        package fileprivate(set) var failed: [Failure] = []

        /// One owner whose file cannot be used.
        package struct Failure: Sendable, Equatable {
            package let owner: Owner
            package let error: TrustError
        }
    }

    private struct Entry {
        let configured: Configured
        let demand = KeyDemand()
        var reader: KeyReader?
        /// Whether its authority was published.
        var isPublished = false
    }

    private let state: KeyState
    private var entries: [Entry] = []

    /// Makes a loader that has read nothing yet: until the first reload no token is believed.
    ///
    /// - Throws: `repeatedIssuer` for an owner that is configured twice, or by rules of another form.
    package init(_ state: KeyState, _ configured: [Configured]) throws(TrustError) {
        self.state = state
        var owners: Set<Owner> = []
        for one in configured {
            let isDomain = if case .trustDomain = one.owner { true } else { false }
            guard owners.insert(one.owner).inserted, isDomain == (one.rules.form == .svid) else {
                throw TrustError(.repeatedIssuer, file: one.source?.path)
            }
            let purpose: TokenKeySet.Purpose = isDomain ? .trustDomain : .issuer
            entries.append(
                Entry(configured: one, reader: one.source.map { KeyReader($0, purpose) }))
        }
    }

    /// Reads what changed, and publishes it at once for all.
    package mutating func reload(at nowSeconds: Int64) -> Outcome {
        var outcome = Outcome()
        var changes: [(Owner, TokenAuthority?)] = []
        for index in entries.indices {
            let configured = entries[index].configured
            do throws(TrustError) {
                let keys: KeyReader.Read
                if entries[index].reader == nil {
                    if entries[index].isPublished { continue }
                    keys = KeyReader.Read(keys: TokenKeySet(), expiresAtSeconds: nil)
                } else {
                    guard let read = try entries[index].reader?.read(at: nowSeconds) else {
                        continue
                    }
                    keys = read
                }
                changes.append(
                    (
                        configured.owner,
                        TokenAuthority(
                            configured.rules, keys.keys, expiresAtSeconds: keys.expiresAtSeconds,
                            demand: entries[index].demand)
                    ))
                entries[index].isPublished = true
                outcome.changed.append(configured.owner)
            } catch {
                outcome.failed.append(Outcome.Failure(owner: configured.owner, error: error))
            }
        }
        if changes.isEmpty { return outcome }
        state.update { contents in
            for (owner, authority) in changes {
                switch owner {
                case .issuer(let name): contents.setIssuer(name, authority)
                case .trustDomain(let domain): contents.domains[domain] = authority
                }
            }
        }
        return outcome
    }

    /// How often tokens named keys that an owner's set does not have; nil for a stranger.
    package func demand(_ owner: Owner) -> KeyDemand? {
        entries.first { $0.configured.owner == owner }?.demand
    }

    /// The `spiffe_sequence` in use for a trust domain, to be remembered over restarts.
    package func sequence(_ domain: TrustDomain) -> UInt64? {
        entries.first { $0.configured.owner == .trustDomain(domain) }?.reader?.sequence
    }
}

/// Keeps the key set of one file and brings it up to date when the file changes.
private struct KeyReader {
    struct Read {
        let keys: TokenKeySet
        let expiresAtSeconds: Int64?
    }

    let source: KeySource
    let purpose: TokenKeySet.Purpose
    private var stamp: BundleFiles.Stamp?
    private var text: [UInt8]?
    private var expiresAtSeconds: Int64?
    private(set) var sequence: UInt64?

    init(_ source: KeySource, _ purpose: TokenKeySet.Purpose) {
        self.source = source
        self.purpose = purpose
    }

    /// Reads the file if it changed.
    ///
    /// - Returns: the keys to be used from now on, none when the file is gone; nil for no change.
    /// - Throws: why the file cannot be used; what was in use stays so.
    mutating func read(at nowSeconds: Int64) throws(TrustError) -> Read? {
        if BundleFiles.kind(source.path) == .missing {
            let wasThere = text != nil
            (stamp, text, sequence, expiresAtSeconds) = (nil, nil, nil, nil)
            return wasThere ? Read(keys: TokenKeySet(), expiresAtSeconds: nil) : nil
        }
        let stamp = try BundleFiles.stamp(source.path, name: source.path)
        if stamp == self.stamp, source.maximumAgeSeconds == nil { return nil }
        let text = try BundleFiles.read(source.path, stamped: stamp)
        let keys: TokenKeySet
        do {
            keys = try TokenKeySet(parsing: text, for: purpose)
        } catch {
            throw TrustError(error.kind, error.place, file: source.path)
        }
        try checkSequence(keys, text)
        let isSame = self.text == text
        (self.stamp, self.text, sequence) = (stamp, text, keys.sequence)
        guard let age = source.maximumAgeSeconds else {
            return isSame ? nil : Read(keys: keys, expiresAtSeconds: nil)
        }
        let (sum, overflow) = nowSeconds.addingReportingOverflow(age)
        let end = overflow ? Int64.max : sum
        // Every change empties the caches of verdicts: the end moves in steps of half the age.
        if isSame, let known = expiresAtSeconds, 0..<max(age / 2, 1) ~= end - known {
            return nil
        }
        expiresAtSeconds = end
        return Read(keys: keys, expiresAtSeconds: end)
    }

    /// A sequence never goes backwards, and what changes must have a higher one.
    private func checkSequence(_ keys: TokenKeySet, _ text: [UInt8]) throws(TrustError) {
        guard purpose == .trustDomain else { return }
        if let minimum = source.minimumSequence, (keys.sequence ?? 0) < minimum {
            throw TrustError(.olderSequence, file: source.path)
        }
        guard let current = sequence else { return }
        guard let next = keys.sequence, next >= current else {
            throw TrustError(.olderSequence, file: source.path)
        }
        if next == current, text != self.text {
            throw TrustError(.sameSequence, file: source.path)
        }
    }
}
