package import CedarEngine

/// What a caller sends as proof of who asks and from where, not trusted yet.
///
/// Regions of memory only, so that to carry it allocates nothing; a region without bytes was not
/// sent. Who may send it is up to ``ListenerFacts``, and what it is worth to ``IdentityJudge``.
package struct Evidence: BitwiseCopyable {
    /// How the certificate chain is written.
    package enum CertificateForm: UInt8, BitwiseCopyable, CaseIterable, Sendable {
        /// DER certificates one after the other, leaf first.
        case der
        /// Envoy's `x-forwarded-client-cert`.
        case forwardedClientCert
        /// `Client-Cert` of RFC 9440; the issuers are `Client-Cert-Chain`.
        case clientCert
        /// URL-encoded PEM, as nginx's `$ssl_client_escaped_cert`; leaf first.
        case escapedPEM
        /// Base64 of one DER certificate, as Caddy, Traefik and HAProxy send.
        case base64DER
    }

    /// How ``certificate`` is written.
    package var certificateForm = CertificateForm.der
    /// The client's certificate or chain.
    package var certificate = UntrustedBytes.none
    /// `Client-Cert-Chain`; of no use with another form than `clientCert`.
    package var issuers = UntrustedBytes.none
    /// A token in compact form: the bare JWT, without `Bearer`.
    package var token = UntrustedBytes.none
    /// An issuer's answer to the gateway's question about an opaque token, the JSON of RFC 7662.
    package var introspection = UntrustedBytes.none
    /// The id of a device in UTF-8. It is believed only if a verified certificate or token leads to
    /// the same device.
    package var deviceID = UntrustedBytes.none
    /// The client's address as text, as in `192.0.2.7` or `2001:db8::1`.
    package var sourceIP = UntrustedBytes.none
    /// A flat record of what the gateway knows of the HTTP request; becomes `verified.http`.
    package var http = UntrustedBytes.none
    /// The same, made by this process: a valid record of strings, which is not judged again. Goes
    /// before ``http``.
    package var httpRecord: FlatRecord?

    /// Makes evidence of nothing.
    package init() {}

    /// Whether nothing was sent.
    package var isEmpty: Bool {
        !hasIdentity && deviceID.isEmpty && sourceIP.isEmpty && http.isEmpty && httpRecord == nil
    }

    /// Whether there is something to derive a principal from.
    package var hasIdentity: Bool {
        !certificate.isEmpty || !issuers.isEmpty || !token.isEmpty || !introspection.isEmpty
    }
}
