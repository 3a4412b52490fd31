/// Why the listener could not be opened.
package enum TLSListenerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A setting is out of range.
    case invalidConfiguration(String)
    /// The certificate or its key cannot be used.
    case certificate(path: String, reason: String)
    /// The network library could not listen.
    case listen(endpoint: String, reason: String)
    /// A loop could not make its decider.
    case handler(reason: String)

    /// The error in words.
    package var description: String {
        switch self {
        case .invalidConfiguration(let reason): "invalid TLS listener configuration: \(reason)"
        case .certificate(let path, let reason): "`\(path)` cannot be used for TLS: \(reason)"
        case .listen(let endpoint, let reason): "cannot listen at `\(endpoint)`: \(reason)"
        case .handler(let reason): "cannot start an event loop: \(reason)"
        }
    }
}
