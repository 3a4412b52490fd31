/// A request that is refused: what the caller is told, and with which status.
package struct AuthZENError: Error, Equatable, Sendable {
    /// The status codes of the API that are not 200.
    package enum Status: UInt16, Sendable {
        case badRequest = 400
        case forbidden = 403
        case internalError = 500
    }

    /// What kind of fault it is, by a name that never changes.
    package enum Code: String, Sendable {
        /// The body is no JSON, or a member is missing or of another type.
        case requestInvalid
        /// A property or a member of the context is not what Cedar, or the schema, has.
        case valueInvalid
        /// A member of the context that is not the caller's to send.
        case memberReserved
        /// A page token that is not of this request.
        case pageTokenInvalid
        /// The entity store cannot be read.
        case storeUnavailable
        /// The caller's own certificate or token is revoked or in quarantine.
        case callerQuarantined
        /// There is no place for another search.
        case overloaded
    }

    package let status: Status
    package let code: Code
    /// For people, without a full stop; names and paths are in backticks.
    package let message: String

    /// A request that the caller must change: ``Code/requestInvalid``.
    package init(_ message: String) { self.init(.badRequest, .requestInvalid, message) }

    /// A request that the caller must change.
    package init(_ code: Code, _ message: String) { self.init(.badRequest, code, message) }

    private init(_ status: Status, _ code: Code, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// - Parameter reason: the code of the restriction.
    static func callerQuarantined(_ reason: String) -> AuthZENError {
        AuthZENError(
            .forbidden, .callerQuarantined,
            "the caller's own certificate or token is revoked or in quarantine: `\(reason)`")
    }

    static let storeUnavailable = AuthZENError(
        .internalError, .storeUnavailable, "the entity store cannot be read: try again later")
}
