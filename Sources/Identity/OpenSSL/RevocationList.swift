import COpenSSL

/// A parsed revocation list, owned.
@safe
final class RevocationList {
    let pointer: OpaquePointer
    let issuer: String
    /// Seconds since 1970.
    let thisUpdateSeconds: Int64
    /// Seconds since 1970.
    let nextUpdateSeconds: Int64

    /// Parses one list of exactly these bytes.
    ///
    /// - Returns: nil when it is malformed, has no `nextUpdate`, ends before it begins, or is a
    ///   delta: a list that may be incomplete must not stand for the whole.
    init?(_ der: Span<UInt8>) {
        guard DER.firstOffence(der) == nil else { return nil }
        let parsed = unsafe der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var next = bytes.baseAddress
            return unsafe d2i_X509_CRL(nil, &next, bytes.count)
        }
        guard let parsed = unsafe parsed else {
            ERR_clear_error()
            return nil
        }
        guard let issuer = unsafe Certificate.text(X509_CRL_get_issuer(parsed)),
            let thisUpdate = unsafe Certificate.seconds(X509_CRL_get0_lastUpdate(parsed)),
            let nextUpdate = unsafe Certificate.seconds(X509_CRL_get0_nextUpdate(parsed)),
            thisUpdate < nextUpdate,
            unsafe X509_CRL_get_ext_by_NID(parsed, NID_delta_crl, -1) < 0
        else {
            unsafe X509_CRL_free(parsed)
            return nil
        }
        unsafe pointer = parsed
        self.issuer = issuer
        thisUpdateSeconds = thisUpdate
        nextUpdateSeconds = nextUpdate
    }

    deinit { unsafe X509_CRL_free(pointer) }

    /// Whether libcrypto takes the issuers for the same: it ignores case and repeated spaces.
    func hasIssuer(of other: RevocationList) -> Bool {
        unsafe X509_NAME_cmp(X509_CRL_get_issuer(pointer), X509_CRL_get_issuer(other.pointer)) == 0
    }
}
