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

/// What a client has shown of certificates on its connection.
enum ShownCertificate: Sendable {
    case none
    /// Judged again each time it is asked for.
    case certificate(CallerCertificate)
    /// One that is not believed.
    case rejected
}

/// The certificates that came with one connection, kept to be judged again.
struct CallerCertificate: Sendable {
    /// DER, leaf first.
    let chain: EncodedChain
    let fingerprint: Fingerprint
    let judge: CertificateJudge

    /// What it proves now; nil when it does no longer.
    var judged: JudgedCertificate? { judge.judged(chain, fingerprint) }
}

/// Judges the certificates of a listener's clients.
///
/// A verdict is recalled until something it rests on ends or changes, so that a revoked certificate is
/// refused on the next request of a connection that began before.
final class CertificateJudge: Sendable {
    private struct State: ~Copyable {
        var verifier: ChainVerifier
        /// What follows from verdicts, by the verdict; which it holds, so that no other gets its address.
        var judged: [ObjectIdentifier: JudgedCertificate] = [:]
    }

    private let state: Mutex<State>
    private let settings: IdentitySettings
    /// Chains that verified, by their leaves, as a resumed session has the leaf alone.
    private let chains = Mutex<[[UInt8]: EncodedChain]>([:])

    private static let maximumChains = 4096

    init(_ settings: IdentitySettings) {
        state = Mutex(State(verifier: ChainVerifier(settings.trust, cacheCapacity: 1024)))
        self.settings = settings
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
        let now = settings.clock.now() / 1000
        return state.withLock { state in
            guard let fingerprint = state.verifier.fingerprint(chain),
                case .verified = state.verifier.verify(chain, fingerprint: fingerprint, at: now)
            else { return nil }
            return CallerCertificate(chain: chain, fingerprint: fingerprint, judge: self)
        }
    }

    func judged(_ chain: EncodedChain, _ fingerprint: Fingerprint) -> JudgedCertificate? {
        let now = settings.clock.now() / 1000
        return state.withLock { state in
            guard
                case .verified(let certificate) = state.verifier.verify(
                    chain, fingerprint: fingerprint, at: now)
            else { return nil }
            let key = ObjectIdentifier(certificate)
            if let known = state.judged[key] { return known }
            // Facts beyond the bounds on values are nobody's.
            guard let judged = try? JudgedCertificate(certificate, settings) else { return nil }
            if state.judged.count >= Self.maximumChains { state.judged.removeAll() }
            state.judged[key] = judged
            return judged
        }
    }
}
