package import Server

/// Why the ext_authz service could not be opened.
package enum ExtAuthzError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A setting is out of range.
    case invalidConfiguration(String)
    /// The socket could not be opened.
    case socket(StreamSocketError)
    /// A loop could not make its handler.
    case handler(reason: String)

    init(_ error: StreamSocketError) {
        switch error {
        case .invalidConfiguration(let reason): self = .invalidConfiguration(reason)
        case .handler(let reason): self = .handler(reason: reason)
        default: self = .socket(error)
        }
    }

    /// The error in words.
    package var description: String {
        switch self {
        case .invalidConfiguration(let reason): "invalid ext_authz configuration: \(reason)"
        case .socket(let error): error.description
        case .handler(let reason): "cannot start an event loop: \(reason)"
        }
    }
}
