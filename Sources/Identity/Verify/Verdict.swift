/// The judgement on a certificate chain. There is no third state.
package enum Verdict: Sendable {
    /// The chain proves who the client is.
    case verified(VerifiedCertificate)
    /// It does not.
    case rejected(Rejection)
}

/// What a verified chain proves, shared by all who recall the verdict.
package final class VerifiedCertificate: Sendable {
    package let facts: CertificateFacts

    /// The certificates from the leaf to the anchor.
    package let chain: [ChainMember]

    /// Seconds since 1970 from which the chain and what was consulted are valid, inclusive.
    package let validFromSeconds: Int64

    /// Seconds since 1970 at which the first of the chain's certificates, the revocation lists
    /// consulted and the bundle expires; from then on the verdict must be found anew.
    package let validUntilSeconds: Int64

    init(
        facts: CertificateFacts, chain: [ChainMember], validFromSeconds: Int64,
        validUntilSeconds: Int64
    ) {
        self.facts = facts
        self.chain = chain
        self.validFromSeconds = validFromSeconds
        self.validUntilSeconds = validUntilSeconds
    }
}

/// A certificate of a verified chain, by what it can be revoked by.
package struct ChainMember: Sendable {
    /// SHA-256 of its DER.
    package let thumbprint: Fingerprint
    /// The serial number in lower-case hexadecimal, two digits a byte.
    package let serial: String
    /// The issuer, RFC 2253 text: as the certificate spells it and, where that is another spelling
    /// of the same name, as the issuer's own certificate does.
    package let issuers: [String]
}

/// What a leaf certificate says, believed because its chain was verified.
///
/// Texts are for equality by their UTF-8 bytes, never by `String`'s canonical equivalence.
package struct CertificateFacts: Sendable {
    /// The one URI name; nil for a certificate of an organisation.
    package let spiffeID: SpiffeID?
    /// The subject, RFC 2253 text.
    package let subject: String
    /// The issuer, RFC 2253 text.
    package let issuer: String
    /// The serial number in lower-case hexadecimal, two digits a byte.
    package let serial: String
    /// SHA-256 of the leaf's DER.
    package let thumbprint: Fingerprint
    /// The DNS names as they stand in the leaf.
    package let dnsNames: [String]
    /// The `organizationIdentifier` (2.5.4.97) of the subject, when it has exactly one.
    package let organizationIdentifier: String?
    /// Seconds since 1970.
    package let notBeforeSeconds: Int64
    /// Seconds since 1970; the certificate has expired at this second.
    package let notAfterSeconds: Int64

    /// The trust domain of the SPIFFE id.
    package var trustDomain: TrustDomain? { spiffeID?.trustDomain }
}
