/// What a part of evidence is; the numbers are part of the protocol and never change meaning.
package enum EvidencePart: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// DER certificates one after the other, leaf first.
    case certificateChain = 1
    /// Envoy's `x-forwarded-client-cert`.
    case forwardedClientCert = 2
    /// `Client-Cert` of RFC 9440.
    case clientCert = 3
    /// `Client-Cert-Chain` of RFC 9440; only after `clientCert`.
    case clientCertChain = 4
    /// URL-encoded PEM, leaf first.
    case escapedPEM = 5
    /// Base64 of one DER certificate.
    case base64DER = 6
    /// A token in compact form.
    case token = 7
    /// The id of a device.
    case deviceID = 8
    /// The client's address as text.
    case sourceIP = 9
    /// A flat record about the HTTP request.
    case http = 10
    /// What an issuer answered about an opaque token: the JSON of RFC 7662.
    case introspection = 11

    /// Whether it says by itself who the client is on the connection to the gateway; of such parts
    /// there is at most one.
    package var isCertificate: Bool {
        switch self {
        case .certificateChain, .forwardedClientCert, .clientCert, .escapedPEM, .base64DER: true
        case .clientCertChain, .token, .deviceID, .sourceIP, .http, .introspection: false
        }
    }

    /// The bytes that a part of `count` bytes takes, its own header and padding included.
    package static func encodedBytes(_ count: Int) -> Int {
        WireLayout.evidencePartHeaderBytes + WireLayout.padded(count)
    }
}
