/// Judges certificate chains for one thread, and recalls its verdicts.
///
/// Make one per worker: it holds memory of libcrypto that it reuses and a cache without locks.
package struct ChainVerifier: ~Copyable {
    private let trust: TrustState
    private let limits: IdentityLimits
    private let context = VerificationContext()
    private var contents: TrustContents
    private var generation: UInt64
    private var cache: VerdictCache<Verdict>

    /// How long a rejection that time cannot change is recalled, in seconds.
    package static let rejectionLifeSeconds: Int64 = 60

    /// Makes a verifier.
    ///
    /// - Parameter cacheCapacity: how many verdicts it holds at least; 0 recalls only the last few.
    package init(
        _ trust: TrustState, limits: IdentityLimits = IdentityLimits(), cacheCapacity: Int = 4096
    ) {
        self.trust = trust
        self.limits = limits
        (contents, generation) = trust.read()
        cache = VerdictCache(
            capacity: cacheCapacity, none: .rejected(Rejection(.internalError)))
    }

    /// The digest by which verdicts on a chain are recalled; nil when libcrypto has no memory.
    package borrowing func fingerprint(_ chain: borrowing EncodedChain) -> Fingerprint? {
        Fingerprint.sha256(chain.bytes.span)
    }

    /// Judges a chain.
    ///
    /// - Parameters:
    ///   - chain: leaf first, then what lies between it and an authority, in any order.
    ///   - nowSeconds: the decision's instant, seconds since 1970. The caller's clock must not move
    ///     backwards; a verdict is recalled only between its two bounds either way.
    package mutating func verify(
        _ chain: borrowing EncodedChain, at nowSeconds: Int64
    ) -> Verdict {
        guard let key = fingerprint(chain) else { return .rejected(Rejection(.internalError)) }
        return verify(chain, fingerprint: key, at: nowSeconds)
    }

    /// Judges a chain whose digest is known, such as a connection's.
    ///
    /// - Parameter key: what ``fingerprint(_:)`` says of exactly this chain.
    package mutating func verify(
        _ chain: borrowing EncodedChain, fingerprint key: Fingerprint, at nowSeconds: Int64
    ) -> Verdict {
        if let known = recall(key, at: nowSeconds) { return known }
        switch judge(chain, at: nowSeconds) {
        case .success(let verified):
            let verdict = Verdict.verified(verified)
            cache.remember(
                verdict, key, generation, from: verified.validFromSeconds,
                until: verified.validUntilSeconds)
            return verdict
        case .failure(let rejection):
            let verdict = Verdict.rejected(rejection)
            if !rejection.reason.dependsOnTime {
                let (end, overflow) = nowSeconds.addingReportingOverflow(
                    Self.rejectionLifeSeconds)
                cache.remember(
                    verdict, key, generation, from: nowSeconds,
                    until: overflow ? Int64.max : end)
            }
            return verdict
        }
    }

    /// The verdict on a chain judged before, by its digest; nil when it must be judged (again).
    ///
    /// Allocates nothing. A change of bundles, revocation lists or deny-list empties the cache.
    package mutating func recall(_ key: Fingerprint, at nowSeconds: Int64) -> Verdict? {
        if trust.generation != generation { takeNewContents() }
        return cache.recall(key, generation, at: nowSeconds)
    }

    /// Whether the verdict on a chain judged before, by its digest, still is that it proves this.
    ///
    /// As ``recall(_:at:)``, and counts no references.
    package mutating func recalls(
        _ certificate: VerifiedCertificate, _ key: Fingerprint, at nowSeconds: Int64
    ) -> Bool {
        if trust.generation != generation { takeNewContents() }
        return cache.recalls(key, generation, at: nowSeconds) { verdict in
            if case .verified(let known) = verdict { known === certificate } else { false }
        }
    }

    private mutating func takeNewContents() {
        (contents, generation) = trust.read()
        cache.removeAll()
    }

    private func judge(
        _ chain: borrowing EncodedChain, at nowSeconds: Int64
    ) -> Result<VerifiedCertificate, Rejection> {
        guard chain.count > 0 else { return .failure(Rejection(.chainEmpty)) }
        guard chain.count <= limits.maximumCertificates else {
            return .failure(Rejection(.chainTooLong))
        }
        guard chain.sizeBytes <= limits.maximumChainBytes else {
            return .failure(Rejection(.chainTooLarge))
        }
        guard let certificates = CertificateStack() else {
            return .failure(Rejection(.internalError))
        }
        for index in 0..<chain.count {
            if let reason = certificates.append(chain.bytes.span.extracting(chain.range(index))) {
                return .failure(Rejection(reason, certificate: index))
            }
            let isExcessive =
                certificates[index]?.hasExcessiveExtensions(limit: limits.maximumExtensions)
            if isExcessive ?? true {
                return .failure(Rejection(.certificateMalformed, certificate: index))
            }
        }
        guard let leaf = certificates[0] else { return .failure(Rejection(.internalError)) }
        let reading: LeafReading
        switch LeafReading.read(leaf, limits: limits) {
        case .success(let read): reading = read
        case .failure(let rejection): return .failure(rejection)
        }
        let domain =
            if let id = reading.spiffeID {
                contents.domains[id.trustDomain]
            } else {
                contents.organizations
            }
        guard let domain, domain.store.authorityCount > 0,
            domain.expiresAtSeconds.map({ nowSeconds < $0 }) ?? true
        else { return .failure(Rejection(.untrustedDomain)) }
        return context.verify(certificates, domain.store, at: nowSeconds) { built in
            if let rejection = contents.denyList.rejection(built, reading.spiffeID) {
                return .failure(rejection)
            }
            guard let facts = CertificateFacts(leaf, reading) else {
                return .failure(Rejection(.certificateMalformed, certificate: 0))
            }
            return Self.verified(facts, built, domain, at: nowSeconds)
        }
    }

    /// Bounds the verdict by everything that was consulted.
    private static func verified(
        _ facts: CertificateFacts, _ built: BuiltChain, _ domain: TrustedDomain,
        at nowSeconds: Int64
    ) -> Result<VerifiedCertificate, Rejection> {
        var from = Int64.min
        var until = domain.expiresAtSeconds ?? Int64.max
        var chain: [ChainMember] = []
        for index in 0..<built.count {
            guard let certificate = built[index], let start = certificate.notBeforeSeconds,
                let end = certificate.notAfterSeconds,
                let member = ChainMember(certificate, issuedBy: built[index + 1])
            else { return .failure(Rejection(.internalError)) }
            chain.append(member)
            from = max(from, start)
            until = min(until, end)
        }
        let options = domain.store.options
        if options.revocation != .none {
            // Lists of other issuers count too: that recalls a verdict for less long, never longer.
            for list in domain.store.lists {
                let (end, overflow) = list.nextUpdateSeconds.addingReportingOverflow(
                    options.expiredListGraceSeconds)
                if !overflow, end > nowSeconds { until = min(until, end) }
                if list.thisUpdateSeconds <= nowSeconds { from = max(from, list.thisUpdateSeconds) }
            }
        }
        return .success(
            VerifiedCertificate(
                facts: facts, chain: chain, validFromSeconds: from, validUntilSeconds: until))
    }
}

extension ChainMember {
    /// - Parameter issuer: the certificate that follows in the chain; nil for the anchor.
    init?(_ certificate: Certificate, issuedBy issuer: Certificate?) {
        guard let thumbprint = certificate.thumbprint, let serial = certificate.serial,
            let name = certificate.issuer
        else { return nil }
        self.thumbprint = thumbprint
        self.serial = serial
        // Names that differ in case only are the same to libcrypto.
        if let spelled = issuer?.subject, !spelled.utf8.elementsEqual(name.utf8) {
            issuers = [name, spelled]
        } else {
            issuers = [name]
        }
    }
}

extension CertificateFacts {
    /// Reads the facts of a verified leaf; nil when one of them is not text or not a time.
    init?(_ leaf: Certificate, _ reading: LeafReading) {
        guard let subject = leaf.subject, let issuer = leaf.issuer, let serial = leaf.serial,
            let thumbprint = leaf.thumbprint, let notBefore = leaf.notBeforeSeconds,
            let notAfter = leaf.notAfterSeconds
        else { return nil }
        self.init(
            spiffeID: reading.spiffeID, subject: subject, issuer: issuer, serial: serial,
            thumbprint: thumbprint, dnsNames: reading.dnsNames,
            organizationIdentifier: leaf.organizationIdentifier, notBeforeSeconds: notBefore,
            notAfterSeconds: notAfter)
    }
}

extension DenyList {
    /// The first entry that a verified chain meets, from the leaf to the anchor.
    func rejection(_ built: BuiltChain, _ spiffeID: SpiffeID?) -> Rejection? {
        if let spiffeID, identities.contains(spiffeID) {
            return Rejection(.deniedIdentity, certificate: 0)
        }
        if thumbprints.isEmpty, serials.isEmpty { return nil }
        for index in 0..<built.count {
            guard let certificate = built[index] else { return Rejection(.internalError) }
            if !thumbprints.isEmpty {
                guard let thumbprint = certificate.thumbprint else {
                    return Rejection(.internalError)
                }
                if thumbprints.contains(thumbprint) {
                    return Rejection(.deniedThumbprint, certificate: index)
                }
            }
            if !serials.isEmpty {
                // The issuer as the certificate spells it and as its own certificate does: names
                // that differ in case only are the same to libcrypto.
                let spelled = [certificate.issuer, built[index + 1]?.subject].compactMap { $0 }
                guard let serial = certificate.serial, !spelled.isEmpty else {
                    return Rejection(.internalError)
                }
                if denies(serial: serial, issuers: spelled) {
                    return Rejection(.deniedSerial, certificate: index)
                }
            }
        }
        return nil
    }
}
