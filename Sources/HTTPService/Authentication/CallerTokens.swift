package import DecisionPoint
import Identity
import Synchronization

/// Whose access tokens prove an enforcement point.
///
/// A rule names a subject or a client beside the issuer: a token that the issuer gave to somebody else,
/// such as a user of a service, proves no enforcement point.
package final class CallerTokens: Sendable {
    /// One caller.
    package struct Rule: Sendable {
        let issuer: [UInt8]
        let subject: [UInt8]?
        let client: [UInt8]?

        /// - Returns: nil when neither subject nor client is named.
        package init?(issuer: String, subject: String? = nil, client: String? = nil) {
            guard subject != nil || client != nil else { return nil }
            self.issuer = Array(issuer.utf8)
            self.subject = subject.map { Array($0.utf8) }
            self.client = client.map { Array($0.utf8) }
        }

        func fits(_ facts: TokenFacts) -> Bool {
            facts.bytes(facts.issuer) == issuer
                && (subject.map { facts.bytes(facts.subject) == $0 } ?? true)
                && (client.map { facts.clientID.map(facts.bytes) == $0 } ?? true)
        }
    }

    private let rules: [Rule]
    private struct State: ~Copyable {
        var verifier: TokenVerifier
        /// What follows from verdicts, by the verdict; which it holds, so that no other gets its address.
        var judged: [ObjectIdentifier: JudgedToken] = [:]
    }

    private let state: Mutex<State>
    private let settings: IdentitySettings

    private static let capacity = 1024

    /// - Returns: nil when no tokens are believed at all.
    package init?(_ rules: [Rule], _ settings: IdentitySettings) {
        guard let keys = settings.keys else { return nil }
        self.rules = rules
        state = Mutex(State(verifier: TokenVerifier(keys, cacheCapacity: Self.capacity)))
        self.settings = settings
    }

    /// The caller that a token proves; nil when it proves none.
    func caller(_ token: [UInt8], certificate: JudgedCertificate?) -> ProvenCaller? {
        guard let judged = judged(token) else { return nil }
        let facts = judged.token.facts
        // A JWT-SVID names any issuer that its trust domain likes.
        guard facts.source == .accessToken, rules.contains(where: { $0.fits(facts) }) else {
            return nil
        }
        let thumbprint = certificate?.certificate.facts.thumbprint
        guard facts.bindingRejection(presented: thumbprint) == nil else { return nil }
        return ProvenCaller(name: facts.string(facts.subject), token: judged)
    }

    private func judged(_ token: [UInt8]) -> JudgedToken? {
        let now = settings.clock.now() / 1000
        return state.withLock { state in
            guard case .verified(let verified) = state.verifier.verify(token.span, at: now) else {
                return nil
            }
            let key = ObjectIdentifier(verified)
            if let known = state.judged[key] { return known }
            // Facts beyond the bounds on values are nobody's.
            guard let judged = try? JudgedToken(verified, settings) else { return nil }
            if state.judged.count >= Self.capacity { state.judged.removeAll() }
            state.judged[key] = judged
            return judged
        }
    }
}
