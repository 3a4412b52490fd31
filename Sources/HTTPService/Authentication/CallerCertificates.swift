package import DecisionPoint
import Identity
import Synchronization

/// Whose client certificates prove an enforcement point, among those that verify.
package struct CallerCertificates: Sendable {
    /// SPIFFE ids that may ask.
    package let spiffeIDs: [SpiffePattern]
    /// Whole subjects, RFC 2253 text, of certificates without a SPIFFE id.
    package let subjects: [String]

    /// Empty lists allow nobody.
    package init(spiffeIDs: [SpiffePattern] = [], subjects: [String] = []) {
        self.spiffeIDs = spiffeIDs
        self.subjects = subjects
    }

    /// The caller's name in logs; nil for one who is not on the list.
    func caller(_ facts: CertificateFacts) -> String? {
        if let id = facts.spiffeID {
            return spiffeIDs.contains { $0.fits(id) } ? id.description : nil
        }
        let subject = Array(facts.subject.utf8)
        return subjects.contains { $0.utf8.elementsEqual(subject) } ? facts.subject : nil
    }
}

/// The certificates that came with one connection, kept to be judged again.
struct CallerCertificate: Sendable {
    /// DER, leaf first.
    let chain: EncodedChain
    let fingerprint: Fingerprint
    let judge: CertificateJudge

    /// What it proves now; nil when it does no longer.
    var facts: CertificateFacts? { judge.facts(chain, fingerprint) }
}

/// Judges the certificates of a listener's clients.
///
/// A verdict is recalled until something it rests on ends or changes, so that a revoked certificate is
/// refused on the next request of a connection that began before.
final class CertificateJudge: Sendable {
    private let verifier: Mutex<ChainVerifier>
    private let clock: DecisionClock
    /// Chains that verified, by their leaves, as a resumed session has the leaf alone.
    private let chains = Mutex<[[UInt8]: EncodedChain]>([:])

    private static let maximumChains = 4096

    init(_ settings: IdentitySettings) {
        verifier = Mutex(ChainVerifier(settings.trust, cacheCapacity: 1024))
        clock = settings.clock
    }

    /// Judges what a client shows.
    ///
    /// - Parameter certificates: DER, leaf first.
    func judge(_ certificates: [[UInt8]]) -> CallerCertificate? {
        guard let leaf = certificates.first, let chain = try? EncodedChain(der: certificates),
            let certificate = judge(chain)
        else { return nil }
        if certificates.count > 1 {
            chains.withLock { chains in
                if chains.count >= Self.maximumChains { chains.removeAll() }
                chains[leaf] = chain
            }
        }
        return certificate
    }

    /// Judges the certificate of a session that goes on where another ended.
    func judge(resumed leaf: [UInt8]) -> CallerCertificate? {
        guard let chain = chains.withLock({ $0[leaf] }) ?? (try? EncodedChain(der: [leaf])) else {
            return nil
        }
        return judge(chain)
    }

    private func judge(_ chain: EncodedChain) -> CallerCertificate? {
        let now = clock.now() / 1000
        return verifier.withLock { verifier in
            guard let fingerprint = verifier.fingerprint(chain),
                case .verified = verifier.verify(chain, fingerprint: fingerprint, at: now)
            else { return nil }
            return CallerCertificate(chain: chain, fingerprint: fingerprint, judge: self)
        }
    }

    func facts(_ chain: EncodedChain, _ fingerprint: Fingerprint) -> CertificateFacts? {
        let now = clock.now() / 1000
        return verifier.withLock { verifier in
            guard
                case .verified(let certificate) = verifier.verify(
                    chain, fingerprint: fingerprint, at: now)
            else { return nil }
            return certificate.facts
        }
    }
}
