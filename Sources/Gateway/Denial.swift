package import DecisionPoint
package import Routes

/// The HTTP status of a denial.
package enum DenialCode: UInt16, BitwiseCopyable, CaseIterable, Sendable {
    /// Another identity may help.
    case unauthenticated = 401
    /// This request cannot be allowed.
    case forbidden = 403
    /// Too much was asked; only policies say so.
    case tooMany = 429
    /// No decision could be made of anybody's request.
    case unavailable = 503

    init(_ status: Obligations.Status) {
        switch status {
        case .denied: self = .forbidden
        case .unauthenticated: self = .unauthenticated
        case .tooMany: self = .tooMany
        }
    }
}

/// A denial for another reason than policies: its status and the name of its cause.
package struct Denial: Sendable {
    /// The causes, each with the name that it has on the local socket where there is the same.
    package enum Reason: UInt8, CaseIterable, BitwiseCopyable, Sendable {
        case identityRejected, malformedRequest, schemaViolation, unauthorizedPeer, reservedMember
        case quarantined, policyError, noPolicies, staleRevision, storeUnavailable
        case deadlineExceeded, routeUnmatched, tooLarge
        /// What was decided could not be sent as it should be.
        case answerInvalid

        package var name: StaticString {
            switch self {
            case .identityRejected: "identityRejected"
            case .malformedRequest: "malformedRequest"
            case .schemaViolation: "schemaViolation"
            case .unauthorizedPeer: "unauthorizedPeer"
            case .reservedMember: "reservedMember"
            case .quarantined: "quarantined"
            case .policyError: "policyError"
            case .noPolicies: "noPolicies"
            case .staleRevision: "staleRevision"
            case .storeUnavailable: "storeUnavailable"
            case .deadlineExceeded: "deadlineExceeded"
            case .routeUnmatched: "routeUnmatched"
            case .tooLarge: "tooLarge"
            case .answerInvalid: "answerInvalid"
            }
        }
    }

    package let code: DenialCode
    package let reason: Reason
    /// The name of the cause.
    package var cause: StaticString { reason.name }

    private init(_ code: DenialCode, _ reason: Reason) {
        self.code = code
        self.reason = reason
    }

    /// The gateway's call itself cannot be understood.
    package static let malformed = Denial(.forbidden, .malformedRequest)
    /// The answer cannot be sent as it should be.
    package static let answerInvalid = Denial(.forbidden, .answerInvalid)

    /// What a refused decision comes to: 401 where another identity may help, 403 where this client's
    /// request cannot be allowed, 503 where no decision could be made of anybody's.
    package init(_ refusal: Refusal) {
        switch refusal {
        case .identityRejected: self.init(.unauthenticated, .identityRejected)
        case .malformed: self = .malformed
        case .schemaViolation: self.init(.forbidden, .schemaViolation)
        case .principalNotAllowed, .unauthorizedPeer: self.init(.forbidden, .unauthorizedPeer)
        case .reservedMember: self.init(.forbidden, .reservedMember)
        case .quarantined: self.init(.forbidden, .quarantined)
        case .policyError: self.init(.forbidden, .policyError)
        case .noPolicies: self.init(.unavailable, .noPolicies)
        case .staleRevision: self.init(.unavailable, .staleRevision)
        case .storeUnavailable: self.init(.unavailable, .storeUnavailable)
        case .deadline: self.init(.unavailable, .deadlineExceeded)
        }
    }

    /// What a request comes to that asks no question.
    package init(_ refusal: RequestRefusal) {
        switch refusal.kind {
        case .unmatched: self.init(.forbidden, .routeUnmatched)
        case .methodInvalid, .hostMissing, .hostInvalid, .targetNotAPath, .pathTooLong,
            .tooManySegments, .queryTooLong, .tooManyPairs, .badEscape, .escapedSlash,
            .escapedBackslash, .escapedNull, .escapedPercent, .escapedControl, .escapedSemicolon,
            .backslash, .semicolon, .control, .fragment, .illegalByte, .invalidUTF8,
            .emptySegment, .dotSegment, .headerInvalid, .memberMissing, .memberDuplicated,
            .memberInvalid, .bodyUnknown, .bodyInvalid:
            self = .malformed
        case .tooManyHeaders, .headersTooLarge, .bodyPartial, .tooLarge:
            self.init(.forbidden, .tooLarge)
        }
    }
}
