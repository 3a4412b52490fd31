package import DecisionPoint
package import Wire

extension Evidence {
    /// The parts of a frame's evidence, where they lie.
    package init(_ view: EvidenceView) {
        self.init()
        var evidence = Evidence()
        view.forEachPart { part, region in
            let bytes = unsafe UntrustedBytes(region.buffer)
            switch part {
            case .certificateChain: evidence.setCertificate(.der, bytes)
            case .forwardedClientCert: evidence.setCertificate(.forwardedClientCert, bytes)
            case .clientCert: evidence.setCertificate(.clientCert, bytes)
            case .clientCertChain: evidence.issuers = bytes
            case .escapedPEM: evidence.setCertificate(.escapedPEM, bytes)
            case .base64DER: evidence.setCertificate(.base64DER, bytes)
            case .token: evidence.token = bytes
            case .deviceID: evidence.deviceID = bytes
            case .sourceIP: evidence.sourceIP = bytes
            case .http: evidence.http = bytes
            case .introspection: evidence.introspection = bytes
            }
        }
        self = evidence
    }

    private mutating func setCertificate(_ form: CertificateForm, _ bytes: UntrustedBytes) {
        certificateForm = form
        certificate = bytes
    }
}
