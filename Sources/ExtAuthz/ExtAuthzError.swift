package import Server

/// Why the ext_authz service could not be opened.
package enum ExtAuthzError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A setting is out of range.
    case invalidConfiguration(String)
    /// The socket could not be opened.
    case socket(LocalSocketError)
    /// The network library could not listen.
    case listen(endpoint: String, reason: String)
    /// A loop could not make its handler.
    case handler(reason: String)

    /// The error in words.
    package var description: String {
        switch self {
        case .invalidConfiguration(let reason): "invalid ext_authz configuration: \(reason)"
        case .socket(let error): error.description
        case .listen(let endpoint, let reason): "cannot listen at `\(endpoint)`: \(reason)"
        case .handler(let reason): "cannot start an event loop: \(reason)"
        }
    }
}
