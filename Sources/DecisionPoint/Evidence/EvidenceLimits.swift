import CedarEngine

/// Bounds on evidence, checked before any of it is read.
package struct EvidenceLimits: Sendable, Hashable {
    /// Most bytes of a certificate or of its issuers, as received.
    package var maximumCertificateBytes = 256 << 10
    /// Most bytes of a token, and of what an issuer answered about one.
    package var maximumTokenBytes = 64 << 10
    /// Most bytes of the id of a device.
    package var maximumDeviceIDBytes = 256
    /// Most bytes of an address.
    package var maximumSourceIPBytes = 64
    /// Most bytes of the record of an HTTP request.
    package var maximumHTTPBytes = 64 << 10

    /// Makes limits.
    package init() {}

    /// Whether every part is within its bound.
    func admit(_ evidence: Evidence) -> Bool {
        evidence.certificate.count <= maximumCertificateBytes
            && evidence.issuers.count <= maximumCertificateBytes
            && evidence.token.count <= maximumTokenBytes
            && evidence.introspection.count <= maximumTokenBytes
            && evidence.deviceID.count <= maximumDeviceIDBytes
            && evidence.sourceIP.count <= maximumSourceIPBytes
            && evidence.http.count <= maximumHTTPBytes
            && (evidence.httpRecord?.flat.size ?? 0) <= maximumHTTPBytes
    }
}
