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
    private let verifier: Mutex<TokenVerifier>
    private let clock: DecisionClock

    /// - Returns: nil when no tokens are believed at all.
    package init?(_ rules: [Rule], _ settings: IdentitySettings) {
        guard let keys = settings.keys else { return nil }
        self.rules = rules
        verifier = Mutex(TokenVerifier(keys, cacheCapacity: 1024))
        clock = settings.clock
    }

    /// The caller's name in logs; nil for a token that proves none.
    func caller(_ token: [UInt8], certificate: CallerCertificate?) -> String? {
        let now = clock.now() / 1000
        let verdict = verifier.withLock { $0.verify(token.span, at: now) }
        guard case .verified(let verified) = verdict else { return nil }
        let facts = verified.facts
        // A JWT-SVID names any issuer that its trust domain likes.
        guard facts.source == .accessToken, rules.contains(where: { $0.fits(facts) }) else {
            return nil
        }
        guard facts.bindingRejection(presented: certificate?.facts?.thumbprint) == nil else {
            return nil
        }
        return facts.string(facts.subject)
    }
}
