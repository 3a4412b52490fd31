/// What annotations of policies may ask of whoever enforces a decision.
package struct ObligationRules: Hashable, Sendable {
    /// The obligations that the enforcing side knows, as in `mask` for `@obligation("mask:iban")`.
    ///
    /// An obligation that nobody fulfils would be an allow without its condition, so a policy with a
    /// name that is not here is refused when it is loaded.
    package var knownObligations: Set<String>

    package init(knownObligations: Set<String> = []) {
        self.knownObligations = knownObligations
    }

    /// The longest value of an annotation that is read here, in bytes.
    package static let maximumValueBytes = 4096
    /// The most obligations or header fields of one policy.
    package static let maximumParts = 16
}

/// The annotations that are read, and the effects they may stand on.
enum ObligationAnnotation: String, CaseIterable {
    /// `mask:iban, log`: what to do beside allowing or denying.
    case obligation
    /// `x-name: value`, one a line: on a permit for the request to the service, on a forbid for the
    /// answer to the client.
    case header
    /// `401`, `403` or `429`: the status of a deny.
    case status
    /// The value of `WWW-Authenticate`, for a status of 401.
    case challenge
    /// Text for people.
    case reason

    /// Whether it says something about denies only.
    var isForForbidsOnly: Bool { self == .status || self == .challenge }
}
