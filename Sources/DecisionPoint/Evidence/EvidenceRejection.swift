import Identity

/// Why evidence leads to no decision: a stable code, which is the detail of the answer.
package struct EvidenceRejection: Error, Sendable {
    /// In snake case; also the codes of ``RejectionReason`` and ``TokenRejectionReason``.
    package let code: StaticString
    /// What the answer says.
    package let refusal: Refusal

    init(_ code: StaticString, _ refusal: Refusal = .identityRejected) {
        self.code = code
        self.refusal = refusal
    }

    /// The peer is not a gateway.
    static let notAGateway = Self("not_a_gateway", .unauthorizedPeer)
    /// A part is larger than its bound.
    static let tooLarge = Self("evidence_too_large")
    /// The listener wants a certificate or a token.
    static let missing = Self("evidence_missing")
    /// Issuers came without a certificate, or with a form that has none.
    static let strayIssuers = Self(RejectionReason.headerMalformed.code)
    /// A token came, and beside it what an issuer answered about one.
    static let twoTokens = Self("token_and_introspection")
    /// The service is not told how to judge tokens.
    static let tokensNotConfigured = Self("token_not_configured")
    /// The caller may not name a principal.
    static let mayNotName = Self("principal_may_not_be_named", .principalNotAllowed)
    /// The caller named another than the identity leads to.
    static let principalConflict = Self("principal_conflict", .principalNotAllowed)
    /// Nobody was named and no identity came.
    static let principalMissing = Self("principal_missing")
    /// No rule says which entity the identity is.
    static let principalUnmapped = Self("principal_unmapped")
    /// A certificate and a token came, and the configuration refuses both at once.
    static let twoIdentities = Self("two_identities")
    /// The id of a device does not belong to the identity, or its keys lead to different devices.
    static let deviceConflict = Self("device_conflict")
    static let badSourceIP = Self("source_ip_malformed", .malformed)
    static let badHTTP = Self("http_malformed", .malformed)
}
