import COpenSSL

/// What a leaf says about itself, read before anything is known about who vouches for it.
struct LeafReading {
    let spiffeID: SpiffeID?
    let dnsNames: [String]

    /// Reads a leaf and applies the rules that libcrypto does not know.
    ///
    /// Source: X509-SVID, sections 2, 4 and 5.2.
    static func read(
        _ leaf: Certificate, limits: IdentityLimits
    ) -> Result<LeafReading, Rejection> {
        guard let names = SubjectNames(leaf, limit: limits.maximumNames) else {
            return .failure(Rejection(.nameMalformed, certificate: 0))
        }
        guard names.uris.count <= 1 else {
            return .failure(Rejection(.severalURINames, certificate: 0))
        }
        var spiffeID: SpiffeID?
        if let uri = names.uris.first {
            guard let parsed = try? SpiffeID(parsing: uri), !parsed.isRoot else {
                return .failure(Rejection(.spiffeIDMalformed, certificate: 0))
            }
            spiffeID = parsed
        }
        if leaf.isAuthority { return .failure(Rejection(.leafIsAuthority, certificate: 0)) }
        let issuing = UInt32(KU_KEY_CERT_SIGN | KU_CRL_SIGN)
        if let usage = leaf.keyUsage {
            guard usage & issuing == 0, usage & UInt32(KU_DIGITAL_SIGNATURE) != 0 else {
                return .failure(Rejection(.leafKeyUsage, certificate: 0))
            }
        } else if spiffeID != nil {
            return .failure(Rejection(.leafKeyUsage, certificate: 0))
        }
        return .success(LeafReading(spiffeID: spiffeID, dnsNames: names.dns))
    }
}
