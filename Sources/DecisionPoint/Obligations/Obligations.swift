/// What decisions ask of whoever enforces them.
package enum Obligations {
    /// The kind of a part.
    package enum Kind: UInt8, BitwiseCopyable, Sendable {
        /// Name and argument of `@obligation`.
        case obligation
        /// Name, in lower case, and value of `@header`.
        case header
        /// The value of `@challenge`.
        case challenge
        /// The value of `@reason`.
        case reason
    }

    /// The status of a deny, the strictest first.
    ///
    /// 403 is strictest: nothing the client does will help. A deny whose policies do not all name a
    /// status is a 403, so that a client is not sent to sign in for what stays forbidden.
    package enum Status: UInt16, BitwiseCopyable, CaseIterable, Sendable {
        case denied = 403
        case unauthenticated = 401
        case tooMany = 429

        init?(text: [UInt8]) {
            switch String(decoding: text, as: UTF8.self) {
            case "401": self = .unauthenticated
            case "403": self = .denied
            case "429": self = .tooMany
            default: return nil
            }
        }

        fileprivate var rank: Int {
            switch self {
            case .denied: 0
            case .unauthenticated: 1
            case .tooMany: 2
            }
        }

        /// The one that counts when policies name different ones.
        func stricter(_ other: Status) -> Status { other.rank < rank ? other : self }
    }
}
