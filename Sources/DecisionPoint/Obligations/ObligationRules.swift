import CedarSyntax

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
    /// The most header fields that all permits together may set: each is in every answer to a gateway,
    /// so that a client's own is never taken for it.
    package static let maximumRequestFields = 64
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

    /// The annotation that a name was probably meant to be: it differs in the case of letters, in `_`,
    /// in a letter or the order of two, of the longer ones in two letters.
    init?(nearly name: String) {
        let plain = name.lowercased().filter { $0 != "_" }
        for annotation in Self.allCases {
            let own = annotation.rawValue
            let allowed = own.utf8.count < 8 ? 1 : 2
            guard abs(plain.utf8.count - own.utf8.count) <= allowed,
                editDistance(Array(plain.utf8), Array(own.utf8)) <= allowed
            else { continue }
            self = annotation
            return
        }
        return nil
    }

    /// Whether it says something about denies only.
    var isForForbidsOnly: Bool { self == .status || self == .challenge }
}
