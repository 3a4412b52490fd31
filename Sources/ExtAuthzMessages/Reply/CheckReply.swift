/// What a gateway is told to do with the request it holds.
///
/// Everything that is not `allow` is a denial that gateways obey, whatever they are told to do when
/// the decision point fails.
package enum CheckReply: BitwiseCopyable, Sendable, Equatable {
    case deny(DenialStatus)
    case allow

    /// The HTTP status that says the same: 200, or that of the denial.
    package var status: Int {
        switch self {
        case .allow: 200
        case .deny(let status): Int(status.code)
        }
    }
}

/// The HTTP status of a denial: 400 to 599, so that no client can take it for success.
package struct DenialStatus: BitwiseCopyable, Sendable, Hashable {
    /// The number.
    package let code: UInt16

    private init(known code: UInt16) { self.code = code }

    /// `nil` for a status that is not in 400...599.
    package init?(_ code: Int) {
        guard (400...599).contains(code) else { return nil }
        self.code = UInt16(code)
    }

    /// The client must say who it is.
    package static let unauthorized = DenialStatus(known: 401)
    /// The client may not do this.
    package static let forbidden = DenialStatus(known: 403)
    /// The client has asked too much.
    package static let tooManyRequests = DenialStatus(known: 429)
    /// No decision could be made.
    package static let unavailable = DenialStatus(known: 503)

    /// The code of google.rpc that says the same; never 0, which would mean OK.
    var rpcCode: UInt8 {
        switch code {
        case 401: 16
        case 429: 8
        case 500...599: 14
        default: 7
        }
    }
}
