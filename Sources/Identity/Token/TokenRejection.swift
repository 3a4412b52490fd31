/// Why a token is not believed.
///
/// ``code`` is stable: dashboards and policies of operation rely on it.
package enum TokenRejectionReason: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    // What was sent.
    case empty
    case tooLarge
    case malformed
    case encoding
    case notJSON
    case duplicateMember
    case tooDeep
    // What the header says.
    case criticalHeader
    case keyInHeader
    case wrongType
    case algorithmNotAllowed
    case keyIDMissing
    // What the keys say.
    case untrustedIssuer
    case unknownKey
    case algorithmMismatch
    case weakKey
    case unusableKey
    case signatureMalformed
    case badSignature
    // What the claims say.
    case claimMissing
    case claimMalformed
    case subjectNotSPIFFE
    case wrongAudience
    case expired
    case notYetValid
    case issuedInFuture
    case lifetimeTooLong
    case inactive
    case confirmationUnsupported
    case boundToOtherCertificate
    // What the deny-list says.
    case deniedToken
    case deniedSubject
    case deniedClient
    case deniedIssuer
    // What should not happen.
    case internalError

    /// The stable code, in snake case.
    package var code: StaticString {
        switch self {
        case .empty: "token_empty"
        case .tooLarge: "token_too_large"
        case .malformed: "token_malformed"
        case .encoding: "token_encoding"
        case .notJSON: "token_not_json"
        case .duplicateMember: "token_duplicate_member"
        case .tooDeep: "token_too_deep"
        case .criticalHeader: "token_critical_header"
        case .keyInHeader: "token_key_in_header"
        case .wrongType: "token_wrong_type"
        case .algorithmNotAllowed: "token_algorithm_not_allowed"
        case .keyIDMissing: "token_key_id_missing"
        case .untrustedIssuer: "token_untrusted_issuer"
        case .unknownKey: "token_unknown_key"
        case .algorithmMismatch: "token_algorithm_mismatch"
        case .weakKey: "token_weak_key"
        case .unusableKey: "token_unusable_key"
        case .signatureMalformed: "token_signature_malformed"
        case .badSignature: "token_bad_signature"
        case .claimMissing: "token_claim_missing"
        case .claimMalformed: "token_claim_malformed"
        case .subjectNotSPIFFE: "token_subject_not_spiffe"
        case .wrongAudience: "token_wrong_audience"
        case .expired: "token_expired"
        case .notYetValid: "token_not_yet_valid"
        case .issuedInFuture: "token_issued_in_future"
        case .lifetimeTooLong: "token_lifetime_too_long"
        case .inactive: "token_inactive"
        case .confirmationUnsupported: "token_confirmation_unsupported"
        case .boundToOtherCertificate: "token_bound_to_other_certificate"
        case .deniedToken: "token_denied_id"
        case .deniedSubject: "token_denied_subject"
        case .deniedClient: "token_denied_client"
        case .deniedIssuer: "token_denied_issuer"
        case .internalError: "token_internal_error"
        }
    }

    /// Whether the same token may be judged otherwise a moment later, with nothing changed but time.
    package var dependsOnTime: Bool {
        switch self {
        // Without `iat` a lifetime is what is left of it, which grows shorter.
        case .expired, .notYetValid, .issuedInFuture, .lifetimeTooLong, .untrustedIssuer,
            .internalError:
            true
        default: false
        }
    }
}

/// A claim or header parameter that a token must have, or have in another form.
package enum TokenClaim: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case none
    case algorithm
    case keyID
    case type
    case issuer
    case subject
    case audience
    case expiresAt
    case notBefore
    case issuedAt
    case tokenID
    case clientID
    case scope
    case authenticationTime
    case authenticationClass
    case authenticationMethods
    case confirmation
    case actor
    case transaction
    case active
    /// One that the configuration asks for.
    case configured

    /// The member's name; empty for ``none``.
    package var name: StaticString {
        switch self {
        case .none: ""
        case .algorithm: "alg"
        case .keyID: "kid"
        case .type: "typ"
        case .issuer: "iss"
        case .subject: "sub"
        case .audience: "aud"
        case .expiresAt: "exp"
        case .notBefore: "nbf"
        case .issuedAt: "iat"
        case .tokenID: "jti"
        case .clientID: "client_id"
        case .scope: "scope"
        case .authenticationTime: "auth_time"
        case .authenticationClass: "acr"
        case .authenticationMethods: "amr"
        case .confirmation: "cnf"
        case .actor: "act"
        case .transaction: "txn"
        case .active: "active"
        case .configured: "configured claim"
        }
    }
}

/// A verdict's reason and the member at fault.
package struct TokenRejection: Error, Hashable, Sendable, BitwiseCopyable {
    package let reason: TokenRejectionReason

    /// The member that is missing or malformed; ``TokenClaim/none`` when it is not one member's.
    package let claim: TokenClaim

    package init(_ reason: TokenRejectionReason, _ claim: TokenClaim = .none) {
        self.reason = reason
        self.claim = claim
    }

    /// The reason's stable code.
    package var code: StaticString { reason.code }
}
