/// Why an identity is not believed.
///
/// ``code`` is stable: dashboards and policies of operation rely on it.
package enum RejectionReason: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    // What was sent.
    case chainEmpty
    case chainTooLarge
    case chainTooLong
    case certificateMalformed
    case trailingBytes
    case headerMalformed
    case headerAmbiguous
    case headerInconsistent
    // What the leaf says.
    case nameMalformed
    case severalURINames
    case spiffeIDMalformed
    case leafIsAuthority
    case leafKeyUsage
    // What the bundles say.
    case untrustedDomain
    case untrustedIssuer
    case badSignature
    case notYetValid
    case expired
    case wrongPurpose
    case weakKey
    case weakDigest
    case pathTooLong
    case nameConstraint
    case unknownCriticalExtension
    case invalidAuthority
    case profile
    // What revocation says.
    case revoked
    case revocationUnknown
    case revocationListExpired
    case revocationListNotYetValid
    case revocationListInvalid
    case deniedIdentity
    case deniedSerial
    case deniedThumbprint
    // What should not happen.
    case internalError

    /// The stable code, in snake case.
    package var code: StaticString {
        switch self {
        case .chainEmpty: "chain_empty"
        case .chainTooLarge: "chain_too_large"
        case .chainTooLong: "chain_too_long"
        case .certificateMalformed: "certificate_malformed"
        case .trailingBytes: "trailing_bytes"
        case .headerMalformed: "header_malformed"
        case .headerAmbiguous: "header_ambiguous"
        case .headerInconsistent: "header_inconsistent"
        case .nameMalformed: "name_malformed"
        case .severalURINames: "several_uri_names"
        case .spiffeIDMalformed: "spiffe_id_malformed"
        case .leafIsAuthority: "leaf_is_authority"
        case .leafKeyUsage: "leaf_key_usage"
        case .untrustedDomain: "untrusted_domain"
        case .untrustedIssuer: "untrusted_issuer"
        case .badSignature: "bad_signature"
        case .notYetValid: "not_yet_valid"
        case .expired: "expired"
        case .wrongPurpose: "wrong_purpose"
        case .weakKey: "weak_key"
        case .weakDigest: "weak_digest"
        case .pathTooLong: "path_too_long"
        case .nameConstraint: "name_constraint"
        case .unknownCriticalExtension: "unknown_critical_extension"
        case .invalidAuthority: "invalid_authority"
        case .profile: "profile"
        case .revoked: "revoked"
        case .revocationUnknown: "revocation_unknown"
        case .revocationListExpired: "revocation_list_expired"
        case .revocationListNotYetValid: "revocation_list_not_yet_valid"
        case .revocationListInvalid: "revocation_list_invalid"
        case .deniedIdentity: "denied_identity"
        case .deniedSerial: "denied_serial"
        case .deniedThumbprint: "denied_thumbprint"
        case .internalError: "internal_error"
        }
    }

    /// Whether the same chain may be judged otherwise a moment later, with nothing changed but time.
    package var dependsOnTime: Bool {
        switch self {
        case .notYetValid, .expired, .revocationListExpired, .revocationListNotYetValid,
            .internalError:
            true
        default: false
        }
    }
}

/// A verdict's reason and where it was found.
package struct Rejection: Error, Hashable, Sendable, BitwiseCopyable {
    package let reason: RejectionReason

    /// The place in the chain of the certificate at fault, 0 being the leaf; -1 when it is not one
    /// certificate's.
    package let certificate: Int8

    /// libcrypto's code (`X509_V_ERR_...`) when its verification refused, else 0.
    package let libraryCode: Int32

    package init(_ reason: RejectionReason, certificate: Int = -1, libraryCode: Int32 = 0) {
        self.reason = reason
        self.certificate = Int8(clamping: certificate)
        self.libraryCode = libraryCode
    }

    /// The reason's stable code.
    package var code: StaticString { reason.code }
}
