/// Bounds on what a peer or a gateway may send as a certificate chain, checked before it is parsed.
package struct IdentityLimits: Sendable, Hashable {
    /// Most bytes of DER in one chain, and most bytes of a header that carries one after decoding.
    package var maximumChainBytes: Int = 64 << 10

    /// Most certificates in one chain, the leaf included.
    package var maximumCertificates: Int = 8

    /// Most bytes of one header field, as received: three times the chain, for escaped PEM.
    package var maximumHeaderBytes: Int = 256 << 10

    /// Most extensions in one certificate.
    package var maximumExtensions: Int = 64

    /// Most DNS names in a leaf.
    package var maximumNames: Int = 256

    /// Makes limits; the defaults fit the chains that gateways send.
    package init(maximumChainBytes: Int = 64 << 10, maximumCertificates: Int = 8) {
        self.maximumChainBytes = maximumChainBytes
        self.maximumCertificates = maximumCertificates
    }
}
