import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// What became of a listener's connections.
final class ConnectionFigures: Sendable {
    /// One figure.
    enum Figure: Int, CaseIterable, Sendable {
        case accepted
        case closed
        /// Processes that may not connect to a local socket.
        case refusedPeers
        /// Clients' certificates that do not verify.
        case rejectedCertificates
        /// Requests of callers whose own certificate or token is restricted.
        case quarantinedCallers
        /// Searches that there was no place for.
        case refusedSearches
        /// Connections that ended for what is no TLS, or another offence against it.
        case malformedTLS
        /// Connections that ended for what is no HTTP.
        case malformedHTTP
        /// Connections whose request took too long to arrive.
        case slowRequests
        /// Connections whose other end did not read its answers.
        case slowReaders
        /// Connections that the other end broke off, and other failures.
        case broken

        /// What is refused, by its name in metrics; nil for what is not.
        var rejection: String? {
            switch self {
            case .accepted, .closed, .broken: nil
            case .refusedPeers: "peer"
            case .rejectedCertificates: "certificate"
            case .quarantinedCallers: "quarantine"
            case .refusedSearches: "overload"
            case .malformedTLS: "tls"
            case .malformedHTTP: "http"
            case .slowRequests: "slow"
            case .slowReaders: "reader"
            }
        }
    }

    private let cells: [11 of Atomic<UInt64>] = .init { _ in Atomic(0) }

    func add(_ figure: Figure) { cells[figure.rawValue].add(1, ordering: .relaxed) }

    subscript(figure: Figure) -> UInt64 { cells[figure.rawValue].load(ordering: .relaxed) }

    /// How many connections are open.
    var open: UInt64 {
        // In this order there are never fewer than none.
        let closed = self[.closed]
        return self[.accepted] - closed
    }

    /// Counts a failure of a connection under what it was.
    func count(_ error: any Error) {
        switch error {
        case is HTTPParserError: add(.malformedHTTP)
        case is NIOSSLError, is BoringSSLError: add(.malformedTLS)
        default: add(.broken)
        }
    }
}
