/// The gateways that ask by forward-auth, each with header fields of its own.
///
/// A listener serves one family: a field that one gateway sets and another passes on from the client
/// must never be read.
package enum GatewayFamily: String, CaseIterable, Sendable {
    case nginx, traefik, caddy, haproxy

    var method: StaticString {
        switch self {
        case .nginx: "x-original-method"
        case .traefik, .caddy, .haproxy: "x-forwarded-method"
        }
    }

    var host: StaticString {
        switch self {
        case .nginx: "x-original-host"
        case .traefik, .caddy, .haproxy: "x-forwarded-host"
        }
    }

    var target: StaticString {
        switch self {
        case .nginx: "x-original-uri"
        case .traefik, .caddy, .haproxy: "x-forwarded-uri"
        }
    }

    var scheme: StaticString { "x-forwarded-proto" }

    var sourceIP: StaticString { "x-forwarded-for" }

    /// The certificate field of the configuration that the scenarios ship.
    package var usualCertificate: CertificateField {
        switch self {
        case .nginx: .escapedPEM
        case .traefik: .traefikBase64
        case .caddy, .haproxy: .base64DER
        }
    }
}

/// Where a gateway puts the client's certificate.
package enum CertificateField: String, CaseIterable, Sendable {
    /// `X-Client-Cert`: URL-encoded PEM, with `X-Client-Verify` beside it.
    case escapedPEM
    /// `X-Client-Cert-Der`: base64 of DER.
    case base64DER
    /// `X-Forwarded-Tls-Client-Cert`: base64 of DER, as Traefik sends it.
    ///
    /// Traefik leaves a client's own copy in place when there is no certificate, so this is safe only
    /// where the entry point demands one (`clientAuthType: RequireAndVerifyClientCert`).
    case traefikBase64
    /// `X-Forwarded-Client-Cert`, Envoy's.
    case forwardedClientCert
    /// `Client-Cert` of RFC 9440.
    case clientCert

    var name: StaticString {
        switch self {
        case .escapedPEM: "x-client-cert"
        case .base64DER: "x-client-cert-der"
        case .traefikBase64: "x-forwarded-tls-client-cert"
        case .forwardedClientCert: "x-forwarded-client-cert"
        case .clientCert: "client-cert"
        }
    }
}
