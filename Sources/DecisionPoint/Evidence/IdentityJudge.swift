import CedarEngine
import CedarSyntax
import Identity

/// Judges the identities in evidence for one thread, and recalls what it found.
///
/// Evidence that was judged before, while its verdict holds, costs neither an allocation nor a
/// digest.
package struct IdentityJudge: ~Copyable {
    /// What evidence proves.
    struct Finding {
        var certificate: JudgedCertificate?
        var token: JudgedToken?
    }

    private struct Recalled<Judged> {
        let fingerprint: Fingerprint
        let judged: Judged
    }

    private let settings: IdentitySettings
    private var chains: ChainVerifier
    /// Filled anew for each chain that is not recalled.
    private var chain = EncodedChain()
    private var memory: EvidenceMemory<Recalled<JudgedCertificate>>
    private var tokens: TokenVerifier
    private var tokenMemory: EvidenceMemory<Recalled<JudgedToken>>

    /// Makes a judge with empty caches.
    ///
    /// - Parameter capacity: how many identities it recalls at least.
    package init(_ settings: IdentitySettings, capacity: Int = 1024) {
        self.settings = settings
        chains = ChainVerifier(settings.trust, cacheCapacity: capacity)
        memory = EvidenceMemory(capacity: capacity)
        tokens = TokenVerifier(
            settings.keys ?? KeyState(),
            limits: TokenLimits(maximumTokenBytes: settings.limits.maximumTokenBytes),
            cacheCapacity: settings.keys == nil ? 1 : capacity)
        tokenMemory = EvidenceMemory(capacity: settings.keys == nil ? 1 : capacity)
    }

    /// Judges every identity in evidence that is within its bounds.
    ///
    /// - Parameter now: milliseconds since 1970, never moving backwards.
    /// - Throws: the first offence; then nothing of the evidence is believed.
    mutating func judge(
        _ evidence: Evidence, at now: Int64
    ) throws(EvidenceRejection) -> Finding {
        var finding = Finding()
        if !evidence.certificate.isEmpty {
            finding.certificate = try judge(certificate: evidence, at: now / 1000)
        } else if !evidence.issuers.isEmpty {
            throw .strayIssuers
        }
        if !evidence.token.isEmpty, !evidence.introspection.isEmpty { throw .twoTokens }
        if !evidence.token.isEmpty || !evidence.introspection.isEmpty {
            finding.token =
                evidence.token.isEmpty
                ? try judge(introspection: evidence.introspection, at: now / 1000)
                : try judge(token: evidence.token, at: now / 1000)
            // A token that is bound to a certificate is nobody's without it.
            if let rejection = finding.token?.token.facts.bindingRejection(
                presented: finding.certificate?.certificate.facts.thumbprint)
            {
                throw EvidenceRejection(rejection.code)
            }
        }
        return finding
    }

    private mutating func judge(
        certificate evidence: Evidence, at nowSeconds: Int64
    ) throws(EvidenceRejection) -> JudgedCertificate {
        let form = evidence.certificateForm
        guard evidence.issuers.isEmpty || form == .clientCert else { throw .strayIssuers }
        if let known = memory.recall(
            form.rawValue, evidence.certificate, evidence.issuers),
            // The verifier alone knows for how long a verdict holds.
            chains.recalls(known.judged.certificate, known.fingerprint, at: nowSeconds)
        {
            return known.judged
        }
        do throws(CertificateEncodingError) {
            try read(evidence)
        } catch {
            throw EvidenceRejection(error.rejection.code)
        }
        guard let fingerprint = chains.fingerprint(chain) else {
            throw EvidenceRejection(RejectionReason.internalError.code)
        }
        switch chains.verify(chain, fingerprint: fingerprint, at: nowSeconds) {
        case .rejected(let rejection):
            throw EvidenceRejection(rejection.code)
        case .verified(let certificate):
            do throws(FlatEncoder.Failure) {
                let judged = try JudgedCertificate(certificate, settings)
                memory.remember(
                    Recalled(fingerprint: fingerprint, judged: judged), form.rawValue,
                    evidence.certificate, evidence.issuers)
                return judged
            } catch {
                throw EvidenceRejection(RejectionReason.chainTooLarge.code)
            }
        }
    }

    private mutating func judge(
        token: UntrustedBytes, at nowSeconds: Int64
    ) throws(EvidenceRejection) -> JudgedToken {
        guard settings.keys != nil else { throw .tokensNotConfigured }
        if let known = tokenMemory.recall(0, token, .none),
            tokens.recalls(known.judged.token, known.fingerprint, at: nowSeconds)
        {
            return known.judged
        }
        return try token.withBytes { (bytes) throws(EvidenceRejection) in
            guard let fingerprint = tokens.fingerprint(bytes) else {
                throw EvidenceRejection(TokenRejectionReason.internalError.code)
            }
            switch tokens.verify(bytes, fingerprint: fingerprint, at: nowSeconds) {
            case .rejected(let rejection): throw EvidenceRejection(rejection.code)
            case .verified(let verified):
                do throws(FlatEncoder.Failure) {
                    let judged = try JudgedToken(verified, settings)
                    tokenMemory.remember(
                        Recalled(fingerprint: fingerprint, judged: judged), 0, token, .none)
                    return judged
                } catch {
                    throw EvidenceRejection(TokenRejectionReason.tooLarge.code)
                }
            }
        }
    }

    /// Judges what an issuer answered about a token; the digest of it is made each time.
    private mutating func judge(
        introspection: UntrustedBytes, at nowSeconds: Int64
    ) throws(EvidenceRejection) -> JudgedToken {
        guard settings.keys != nil else { throw .tokensNotConfigured }
        return try introspection.withBytes { (bytes) throws(EvidenceRejection) in
            switch tokens.verify(introspection: bytes, at: nowSeconds) {
            case .rejected(let rejection): throw EvidenceRejection(rejection.code)
            case .verified(let verified):
                if let known = tokenMemory.recall(1, introspection, .none),
                    verified === known.judged.token
                {
                    return known.judged
                }
                guard let fingerprint = tokens.fingerprint(bytes) else {
                    throw EvidenceRejection(TokenRejectionReason.internalError.code)
                }
                do throws(FlatEncoder.Failure) {
                    let judged = try JudgedToken(verified, settings)
                    tokenMemory.remember(
                        Recalled(fingerprint: fingerprint, judged: judged), 1, introspection, .none)
                    return judged
                } catch {
                    throw EvidenceRejection(TokenRejectionReason.tooLarge.code)
                }
            }
        }
    }

    /// Reads the certificates of evidence into ``chain``.
    private mutating func read(_ evidence: Evidence) throws(CertificateEncodingError) {
        try evidence.certificate.withBytes { (bytes) throws(CertificateEncodingError) in
            switch evidence.certificateForm {
            case .der: try chain.parse(concatenatedDER: bytes)
            case .forwardedClientCert: try chain.parse(forwardedClientCert: bytes)
            case .escapedPEM: try chain.parse(escapedPEM: bytes)
            case .base64DER: try chain.parse(base64DER: bytes)
            case .clientCert:
                try evidence.issuers.withBytes { (issuers) throws(CertificateEncodingError) in
                    try chain.parse(clientCert: bytes, clientCertChain: issuers)
                }
            }
        }
    }
}
