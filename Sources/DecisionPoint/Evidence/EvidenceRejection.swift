/// Why evidence leads to no decision: what is at fault, and a stable code.
///
/// As text it is the detail of the answer, as in `certificate: expired`.
package struct EvidenceRejection: Error, Sendable {
    /// What is at fault.
    package enum Part: String, Sendable {
        case evidence, certificate, token, principal, device
        case sourceIP = "sourceIp"
        case http
    }

    package let part: Part
    /// In snake case; those of certificates are ``RejectionReason``'s.
    package let code: StaticString
    /// What the answer says.
    package let refusal: Refusal

    package init(_ part: Part, _ code: StaticString, _ refusal: Refusal = .identityRejected) {
        self.part = part
        self.code = code
        self.refusal = refusal
    }

    /// The peer is not a gateway.
    static let notAGateway = Self(.evidence, "not_a_gateway", .unauthorizedPeer)
    /// A part is larger than its bound.
    static let tooLarge = Self(.evidence, "too_large")
    /// The listener wants a certificate or a token.
    static let missing = Self(.evidence, "missing")
    /// Issuers came without a certificate, or with a form that has none.
    static let strayIssuers = Self(.certificate, "header_malformed")
    /// The service is not told how to judge tokens.
    static let tokensNotConfigured = Self(.token, "not_configured")
    /// The caller may not name a principal.
    static let mayNotName = Self(.principal, "may_not_be_named", .principalNotAllowed)
    /// The caller named another than the identity leads to.
    static let principalConflict = Self(.principal, "conflict", .principalNotAllowed)
    /// Nobody was named and no identity came.
    static let principalMissing = Self(.principal, "missing")
    /// No rule says which entity the identity is.
    static let principalUnmapped = Self(.principal, "unmapped")
    /// A certificate and a token came, and the configuration refuses both at once.
    static let bothIdentities = Self(.principal, "two_identities")
    /// The id of a device does not belong to the identity, or its keys lead to different devices.
    static let deviceConflict = Self(.device, "conflict")
    static let badSourceIP = Self(.sourceIP, "malformed", .malformed)
    static let badHTTP = Self(.http, "malformed", .malformed)
}

extension EvidenceRejection: CustomStringConvertible {
    package var description: String { "\(part.rawValue): \(code)" }
}
