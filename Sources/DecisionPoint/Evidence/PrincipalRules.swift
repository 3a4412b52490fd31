package import CedarSyntax
package import Identity

/// Which entity a verified identity is: rules in order, of which the first that fits counts.
///
/// An identity that no rule fits is nobody, and is denied.
package struct PrincipalRules: Sendable {
    /// One rule.
    package struct Rule: Sendable {
        package let source: Source
        /// The type of the principal.
        package let type: Text
        /// What becomes the id of the principal.
        package let identifier: Identifier

        package init(_ source: Source, type: Text, identifier: Identifier) {
            self.source = source
            self.type = type
            self.identifier = identifier
        }
    }

    /// What a rule is for.
    package enum Source: Sendable {
        /// Certificates and JWT-SVIDs whose SPIFFE id fits a pattern.
        case spiffe(SpiffePattern)
        /// Certificates of organisations with an `organizationIdentifier` that starts so.
        case organization(prefix: [UInt8])
        /// Certificates with exactly this subject, RFC 2253 text.
        case subject([UInt8])
        /// Access tokens of exactly this issuer, and introspection results of it.
        case token(issuer: [UInt8])

        /// Whether the rule is for certificates.
        package var isForCertificates: Bool {
            if case .token = self { false } else { true }
        }
    }

    /// What becomes the id of an entity.
    package enum Identifier: String, CaseIterable, Sendable {
        /// The whole SPIFFE id, as in `spiffe://bank.example/ns/pay/sa/api`.
        case spiffeID = "spiffeId"
        /// The path of the SPIFFE id without its first slash, as in `ns/pay/sa/api`.
        case spiffePath
        case organizationIdentifier
        /// The certificate's subject, RFC 2253 text.
        case subject
        /// SHA-256 of the certificate, 64 lower-case hexadecimal digits.
        case thumbprint
        /// The token's `sub`.
        case tokenSubject = "sub"
        /// The token's `client_id`.
        case tokenClientID = "client_id"

        /// Whether certificates have it.
        package var isOfCertificates: Bool { self != .tokenSubject && self != .tokenClientID }
    }

    /// Who a question comes from when a certificate and a token both came.
    package enum Precedence: String, CaseIterable, Sendable {
        /// The token's user; the client is `verified.tls`.
        case token
        /// The certificate's client; the user is `verified.token`.
        case certificate
        /// Nobody: both at once are refused.
        case neither
    }

    package let rules: [Rule]
    package let precedence: Precedence

    package init(_ rules: [Rule], whenBoth precedence: Precedence = .token) {
        self.rules = rules
        self.precedence = precedence
    }

    /// The entity that a verified certificate is; nil when no rule fits, or the first that does
    /// needs what the certificate lacks.
    package func principal(_ facts: CertificateFacts) -> EntityUID? {
        for rule in rules where rule.source.fits(facts) {
            return rule.identifier.value(in: facts).map {
                EntityUID(type: rule.type, id: Text($0))
            }
        }
        return nil
    }

    /// The entity that a verified token is; nil as for certificates.
    package func principal(_ facts: TokenFacts) -> EntityUID? {
        for rule in rules where rule.source.fits(facts) {
            return rule.identifier.value(in: facts).map {
                EntityUID(type: rule.type, id: Text($0))
            }
        }
        return nil
    }
}

extension PrincipalRules.Source {
    fileprivate func fits(_ facts: CertificateFacts) -> Bool {
        switch self {
        case .spiffe(let pattern): facts.spiffeID.map(pattern.fits) ?? false
        case .organization(let prefix):
            facts.spiffeID == nil
                && facts.organizationIdentifier.map { $0.utf8.starts(with: prefix) } ?? false
        case .subject(let subject):
            facts.spiffeID == nil && facts.subject.utf8.elementsEqual(subject)
        case .token: false
        }
    }

    fileprivate func fits(_ facts: TokenFacts) -> Bool {
        switch self {
        case .spiffe(let pattern): facts.spiffeID.map(pattern.fits) ?? false
        // A JWT-SVID is its trust domain's, whatever issuer it names.
        case .token(let issuer):
            facts.source != .svid && facts.bytes(facts.issuer) == issuer
        case .organization, .subject: false
        }
    }
}

extension PrincipalRules.Identifier {
    /// The text in a certificate's facts; nil when it is not there, or empty.
    fileprivate func value(in facts: CertificateFacts) -> String? {
        let value: String? =
            switch self {
            case .spiffeID: facts.spiffeID?.description
            case .spiffePath: facts.spiffeID.map(Self.path)
            case .organizationIdentifier: facts.organizationIdentifier
            case .subject: facts.subject
            case .thumbprint: facts.thumbprint.description
            case .tokenSubject, .tokenClientID: nil
            }
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    fileprivate func value(in facts: TokenFacts) -> String? {
        let value: String? =
            switch self {
            case .spiffeID: facts.spiffeID?.description
            case .spiffePath: facts.spiffeID.map(Self.path)
            case .tokenSubject: facts.string(facts.subject)
            case .tokenClientID: facts.clientID.map(facts.string)
            case .organizationIdentifier, .subject, .thumbprint: nil
            }
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func path(_ id: SpiffeID) -> String {
        String(decoding: id.utf8[(10 + id.trustDomain.utf8.count)...], as: UTF8.self)
    }
}
