import Glibc
import Wire

/// Why a connection failed or a request was not sent; none of them is an allow.
public enum ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The path does not fit into a socket address, or is empty.
    case invalidPath(String)
    /// Nobody answers at the path.
    case noServer(path: String)
    /// The server runs as a user that the options do not accept.
    case untrustedServer(userID: UInt32)
    /// No connection by TLS: the server is not the one expected, does not believe the client's
    /// certificate, or a file cannot be used.
    case tls(String)
    /// A system call failed.
    case system(operation: String, code: Int32)
    /// The time limit passed; the connection can go on being used.
    case timeout(operation: String)
    /// The server refused the connection.
    case refused(RefusalReason, text: String)
    /// The connection ended; requests without an answer may or may not have been decided.
    case connectionClosed
    /// The server sent bytes that are no well-formed response.
    case malformedResponse(String)
    /// The server sent a response that does not belong to a request of this connection.
    case unexpectedResponse(requestID: UInt64)
    /// The request cannot be sent as it is; nothing was sent.
    case invalidRequest(String)

    /// The error in words.
    public var description: String {
        switch self {
        case .invalidPath(let path): "`\(path)` cannot be a socket path"
        case .noServer(let path): "no server answers at `\(path)`"
        case .untrustedServer(let user): "the server runs as user \(user), which is not accepted"
        case .tls(let reason): "no connection by TLS: \(reason)"
        case .system(let operation, let code): "cannot \(operation): \(Self.text(code))"
        case .timeout(let operation): "time limit passed: \(operation)"
        case .refused(let reason, let text): "the server refused the connection: \(reason): \(text)"
        case .connectionClosed: "the server closed the connection"
        case .malformedResponse(let reason): "malformed response: \(reason)"
        case .unexpectedResponse(let id): "response to request \(id), which was not asked"
        case .invalidRequest(let reason): "request not sent: \(reason)"
        }
    }

    private static func text(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        _ = unsafe strerror_r(code, &buffer, buffer.count)
        let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return text.isEmpty ? "error \(code)" : String(decoding: text, as: UTF8.self)
    }
}
