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
    }

    private struct Recalled {
        let fingerprint: Fingerprint
        let judged: JudgedCertificate
    }

    private let settings: IdentitySettings
    private var chains: ChainVerifier
    /// Filled anew for each chain that is not recalled.
    private var chain = EncodedChain()
    private var memory: EvidenceMemory<Recalled>

    /// Makes a judge with empty caches.
    ///
    /// - Parameter capacity: how many identities it recalls at least.
    package init(_ settings: IdentitySettings, capacity: Int = 1024) {
        self.settings = settings
        chains = ChainVerifier(settings.trust, cacheCapacity: capacity)
        memory = EvidenceMemory(capacity: capacity)
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
        if !evidence.token.isEmpty { throw .tokensNotConfigured }
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
            case .verified(let certificate) = chains.recall(known.fingerprint, at: nowSeconds),
            certificate === known.judged.certificate
        {
            return known.judged
        }
        do throws(CertificateEncodingError) {
            try read(evidence)
        } catch {
            throw EvidenceRejection(.certificate, error.rejection.code)
        }
        guard let fingerprint = chains.fingerprint(chain) else {
            throw EvidenceRejection(.certificate, RejectionReason.internalError.code)
        }
        switch chains.verify(chain, fingerprint: fingerprint, at: nowSeconds) {
        case .rejected(let rejection):
            throw EvidenceRejection(.certificate, rejection.code)
        case .verified(let certificate):
            do throws(FlatEncoder.Failure) {
                let judged = try JudgedCertificate(certificate, settings)
                memory.remember(
                    Recalled(fingerprint: fingerprint, judged: judged), form.rawValue,
                    evidence.certificate, evidence.issuers)
                return judged
            } catch {
                throw EvidenceRejection(.certificate, RejectionReason.chainTooLarge.code)
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
