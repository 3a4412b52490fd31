/// A request that is refused: what the caller is told, and with which status.
package struct AuthZENError: Error, Equatable, Sendable {
    /// The status codes of the API that are not 200.
    package enum Status: UInt16, Sendable {
        case badRequest = 400
        case internalError = 500
    }

    package let status: Status
    /// For people, without a full stop; names and paths are in backticks.
    package let message: String

    /// A request that the caller must change.
    package init(_ message: String) { self.init(.badRequest, message) }

    package init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    static let storeUnavailable = AuthZENError(
        .internalError, "the entity store cannot be read: try again later")
}
