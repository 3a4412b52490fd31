import CLibSSL
import Wire

/// The client's end of a TLS 1.3 session, between two memories: what it receives is given to it, and
/// what it wants sent is taken from it. It never touches a socket.
@safe
final class TLSSession {
    /// What became of a step.
    enum Outcome: Equatable {
        case done(Int)
        /// More must be received first.
        case wantsMore
        /// The server said that it sends no more.
        case closed
        case failed(String)
    }

    private let context: OpaquePointer
    private let connection: OpaquePointer
    /// Belong to the connection.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    private let server: TLSOptions.Server

    /// Reads the files and prepares for a server.
    /// - Throws: `tls`.
    init(_ options: TLSOptions, host: String) throws(ClientError) {
        ERR_clear_error()
        guard let context = unsafe writ_tls_client_context() else {
            throw .tls(Self.reason("libssl cannot be used"))
        }
        do throws(ClientError) {
            try unsafe Self.load(options, context)
        } catch {
            unsafe SSL_CTX_free(context)
            throw error
        }
        guard let connection = unsafe SSL_new(context) else {
            unsafe SSL_CTX_free(context)
            throw .tls(Self.reason("libssl has no memory"))
        }
        guard let incoming = unsafe writ_tls_memory(), let outgoing = unsafe writ_tls_memory(),
            unsafe Self.expect(options.server, host, connection)
        else {
            unsafe SSL_free(connection)
            unsafe SSL_CTX_free(context)
            throw .tls(Self.reason("`\(host)` is no host"))
        }
        unsafe SSL_set_bio(connection, incoming, outgoing)
        unsafe SSL_set_connect_state(connection)
        unsafe self.context = context
        unsafe self.connection = connection
        unsafe self.incoming = incoming
        unsafe self.outgoing = outgoing
        server = options.server
    }

    deinit {
        unsafe SSL_free(connection)
        unsafe SSL_CTX_free(context)
    }

    private static func load(
        _ options: TLSOptions, _ context: OpaquePointer
    ) throws(ClientError) {
        if unsafe SSL_CTX_load_verify_locations(context, options.authorityPath, nil) != 1 {
            throw .tls(reason("`\(options.authorityPath)` holds no authorities"))
        }
        if unsafe SSL_CTX_use_certificate_chain_file(context, options.certificatePath) != 1 {
            throw .tls(reason("`\(options.certificatePath)` holds no certificate"))
        }
        if unsafe SSL_CTX_use_PrivateKey_file(context, options.keyPath, SSL_FILETYPE_PEM) != 1 {
            throw .tls(
                reason(
                    "`\(options.keyPath)` holds no key, or not that of "
                        + "`\(options.certificatePath)`"))
        }
    }

    /// Says whom the server's certificate must name.
    @unsafe
    private static func expect(
        _ server: TLSOptions.Server, _ host: String, _ connection: OpaquePointer
    ) -> Bool {
        guard !host.utf8.contains(0) else { return false }
        // An address has no server name. Source: RFC 6066, section 3.
        let parameters = unsafe SSL_get0_param(connection)
        let isAddress =
            host.utf8.allSatisfy {
                (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".")
            } || host.utf8.contains(UInt8(ascii: ":"))
        if !isAddress, unsafe writ_tls_set_server_name(connection, host) != 1 { return false }
        // A SPIFFE id is compared once the handshake has shown the certificate.
        guard case .host = server else { return true }
        return isAddress
            ? unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1
            : unsafe SSL_set1_host(connection, host) == 1
    }

    /// Goes on with the handshake.
    func shakeHands() -> Outcome {
        ERR_clear_error()
        let status = unsafe SSL_do_handshake(connection)
        guard status == 1 else { return outcome(status) }
        if case .spiffe(let id) = server {
            let isExpected = unsafe writ_tls_server_has_uri(connection, id, Int32(id.utf8.count))
            guard isExpected == 1 else {
                return .failed("the server's certificate is not that of `\(id)`")
            }
        }
        return .done(0)
    }

    /// Encrypts bytes; some of them at least.
    @unsafe
    func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        ERR_clear_error()
        var count = 0
        let status = unsafe SSL_write_ex(connection, bytes.baseAddress, bytes.count, &count)
        return status == 1 ? .done(count) : outcome(status)
    }

    /// Decrypts what was received.
    @unsafe
    func read(into bytes: UnsafeMutableRawBufferPointer) -> Outcome {
        ERR_clear_error()
        var count = 0
        let status = unsafe SSL_read_ex(connection, bytes.baseAddress, bytes.count, &count)
        return status == 1 ? .done(count) : outcome(status)
    }

    /// Gives it what came from the server.
    @unsafe
    func give(_ bytes: UnsafeRawBufferPointer) {
        _ = unsafe BIO_write(incoming, bytes.baseAddress, Int32(clamping: bytes.count))
    }

    /// Takes from it what is for the server.
    func take(into buffer: inout FrameBuffer) {
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe writ_tls_memory_data(outgoing, &start)
        guard count > 0, let start = unsafe start else { return }
        unsafe buffer.append(
            ByteRegion(UnsafeRawBufferPointer(start: UnsafeRawPointer(start), count: count)))
        _ = unsafe BIO_ctrl(outgoing, BIO_CTRL_RESET, 0, nil)
    }

    private func outcome(_ status: Int32) -> Outcome {
        switch unsafe SSL_get_error(connection, status) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .wantsMore
        case SSL_ERROR_ZERO_RETURN: return .closed
        default:
            let verdict = unsafe SSL_get_verify_result(connection)
            if verdict != X509_V_OK, let text = unsafe X509_verify_cert_error_string(verdict) {
                return .failed("the server's certificate: \(unsafe String(cString: text))")
            }
            return .failed(Self.reason("the session failed"))
        }
    }

    /// Words, with what libssl says.
    private static func reason(_ words: String) -> String {
        let code = ERR_get_error()
        guard code != 0, let text = unsafe ERR_reason_error_string(code) else { return words }
        return "\(words): \(unsafe String(cString: text))"
    }
}
