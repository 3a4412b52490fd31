import CedarSyntax
package import Routes

/// What a gateway says of the request that it asks about.
///
/// The ranges lie in the ``HeaderList`` it was read from; method, host and target are not normalised
/// yet.
package struct ForwardedRequest: BitwiseCopyable, Sendable {
    package enum Scheme: UInt8, BitwiseCopyable, Sendable { case http, https }

    package let method: ByteRange
    package let scheme: Scheme
    package let host: ByteRange
    /// The target as the client sent it.
    package let target: ByteRange
    /// One address, without prefix and port.
    package let sourceIP: ByteRange
    /// The client's certificate in the listener's form; nil when the client showed none.
    package let certificate: ByteRange?
}

/// Reads authorization calls of one family of gateways.
///
/// The caller must know that the peer is the gateway, by mTLS, by a key, or by the local socket it came
/// on; and must not read its own request's method, target or query: Caddy appends the client's query to
/// it.
package struct ForwardAuthReader: Sendable {
    package let family: GatewayFamily
    /// Where the client's certificate is; nil when the gateway sends none.
    package let certificate: CertificateField?
    /// Whether a call without a certificate is refused.
    package let requiresCertificate: Bool

    /// - Parameter requiresCertificate: of no effect without `certificate`. Traefik's field is always
    ///   required: without a certificate a client's own copy would be there.
    package init(
        _ family: GatewayFamily, certificate: CertificateField?, requiresCertificate: Bool = false
    ) {
        self.family = family
        self.certificate = certificate
        self.requiresCertificate = requiresCertificate || certificate == .traefikBase64
    }

    /// Reads a call. Allocates nothing.
    package func read(_ headers: HeaderList) throws(ForwardAuthRefusal) -> ForwardedRequest {
        try refuseForeignFields(headers)
        let method = try one(
            headers, family.method, missing: .methodMissing, duplicated: .methodDuplicated)
        let scheme = try scheme(headers)
        let host = try one(headers, family.host, missing: .hostMissing, duplicated: .hostDuplicated)
        let target = try one(
            headers, family.target, missing: .targetMissing, duplicated: .targetDuplicated)
        return ForwardedRequest(
            method: method, scheme: scheme, host: host, target: target,
            sourceIP: try sourceIP(headers), certificate: try certificate(headers))
    }

    /// What a call says of the request, as it came and whether or not it can be read; for logs only.
    package func said(_ headers: HeaderList) -> (method: String?, host: String?, target: String?) {
        func text(_ name: StaticString) -> String? {
            guard case .one(let range) = headers.find(name) else { return nil }
            return headers.withValue(range) { bytes in
                unsafe bytes.withUnsafeBufferPointer {
                    unsafe String(decoding: $0, as: UTF8.self)
                }
            }
        }
        return (text(family.method), text(family.host), text(family.target))
    }

    /// Refuses what names the request or its certificate in a way that this listener does not read: no
    /// honest client sends it, and a gateway that does is of another family than configured.
    private func refuseForeignFields(_ headers: HeaderList) throws(ForwardAuthRefusal) {
        func refuse(_ name: StaticString) throws(ForwardAuthRefusal) {
            guard headers.find(name) == .absent else { throw .foreignField }
        }
        switch family {
        case .nginx:
            // `X-Forwarded-Host` is left alone: load balancers in front of nginx set it.
            try refuse("x-forwarded-method")
            try refuse("x-forwarded-uri")
        case .traefik, .caddy, .haproxy:
            try refuse("x-original-method")
            try refuse("x-original-uri")
            try refuse("x-original-host")
        }
        if certificate != .escapedPEM { try refuse("x-client-cert") }
        if certificate != .base64DER { try refuse("x-client-cert-der") }
        if certificate != .traefikBase64 { try refuse("x-forwarded-tls-client-cert") }
        if certificate != .forwardedClientCert { try refuse("x-forwarded-client-cert") }
        if certificate != .clientCert { try refuse("client-cert") }
    }

    private func one(
        _ headers: HeaderList, _ name: StaticString, missing: ForwardAuthRefusal,
        duplicated: ForwardAuthRefusal
    ) throws(ForwardAuthRefusal) -> ByteRange {
        switch headers.find(name) {
        case .absent: throw missing
        case .several: throw duplicated
        case .one(let range):
            guard range.count > 0 else { throw missing }
            return range
        }
    }

    private func scheme(
        _ headers: HeaderList
    ) throws(ForwardAuthRefusal) -> ForwardedRequest.Scheme {
        let range = try one(
            headers, family.scheme, missing: .schemeMissing, duplicated: .schemeDuplicated)
        return try headers.withValue(range) { (bytes) throws(ForwardAuthRefusal) in
            // Traefik says so of a request that opens a WebSocket.
            if bytes.hasBytes(of: "https") || bytes.hasBytes(of: "wss") { return .https }
            guard bytes.hasBytes(of: "http") || bytes.hasBytes(of: "ws") else {
                throw .schemeInvalid
            }
            return .http
        }
    }

    private func sourceIP(_ headers: HeaderList) throws(ForwardAuthRefusal) -> ByteRange {
        let range = try one(
            headers, family.sourceIP, missing: .sourceIPMissing, duplicated: .sourceIPDuplicated)
        let isAddress = headers.withValue(range) { bytes in
            // A list is what clients and proxies said; a network is no address.
            for index in bytes.indices where bytes[index] == UInt8(ascii: "/") { return false }
            return IPAddress(parsing: bytes) != nil
        }
        guard isAddress else { throw .sourceIPInvalid }
        return range
    }

    private func certificate(_ headers: HeaderList) throws(ForwardAuthRefusal) -> ByteRange? {
        guard let certificate else { return nil }
        let found: ByteRange?
        switch headers.find(certificate.name) {
        case .absent: found = nil
        case .several: throw .certificateDuplicated
        // nginx leaves the field out without a certificate, Caddy and HAProxy leave it empty.
        case .one(let range): found = range.count > 0 ? range : nil
        }
        guard let found else {
            guard !requiresCertificate else { throw .certificateMissing }
            return nil
        }
        // Caddy sends the placeholder itself when it does not know it.
        let isPlaceholder = headers.withValue(found) { $0[0] == UInt8(ascii: "{") }
        guard !isPlaceholder else { throw .certificateInvalid }
        if certificate == .escapedPEM { try requireVerified(headers) }
        return found
    }

    /// nginx says beside the certificate whether it was verified; with `optional_no_ca` it is passed on
    /// all the same.
    private func requireVerified(_ headers: HeaderList) throws(ForwardAuthRefusal) {
        guard case .one(let range) = headers.find("x-client-verify"),
            headers.withValue(range, { $0.hasBytes(of: "SUCCESS") })
        else { throw .certificateUnverified }
    }
}
