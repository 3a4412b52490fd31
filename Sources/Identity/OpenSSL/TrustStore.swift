import COpenSSL

/// The authorities of one trust domain and their revocation lists, ready for verification.
///
/// Immutable once made, and so shared by threads: libcrypto guards a store with a lock of its own.
@safe
package final class TrustStore: @unchecked Sendable {
    let pointer: OpaquePointer
    package let options: TrustOptions

    /// The number of authorities; without any, nothing is trusted.
    package let authorityCount: Int

    /// The lists by issuer, each with its times in seconds since 1970.
    let lists: [ListTimes]

    /// When a list was made and when the next is due.
    package struct ListTimes: Sendable, Hashable {
        package let issuer: String
        package let thisUpdateSeconds: Int64
        package let nextUpdateSeconds: Int64
    }

    /// Builds a store.
    ///
    /// - Throws: `noMemory`; `malformedCertificate`, `notAnAuthority`, `intermediateAuthority`,
    ///   `malformedList` and `conflictingLists` with the place of the offender in the bundle.
    package init(_ bundle: TrustBundle, options: TrustOptions) throws(TrustError) {
        guard let store = unsafe X509_STORE_new() else { throw TrustError(.noMemory) }
        do {
            try unsafe Self.addAuthorities(bundle.authorities, to: store, options)
            lists = try unsafe Self.addLists(bundle.revocationLists, to: store)
        } catch {
            unsafe X509_STORE_free(store)
            throw error
        }
        authorityCount = bundle.authorities.count
        self.options = options
        unsafe pointer = store
    }

    deinit { unsafe X509_STORE_free(pointer) }

    private static func addAuthorities(
        _ authorities: [[UInt8]], to store: OpaquePointer, _ options: TrustOptions
    ) throws(TrustError) {
        guard let stack = CertificateStack() else { throw TrustError(.noMemory) }
        for (index, der) in authorities.enumerated() {
            if stack.append(der.span) != nil { throw TrustError(.malformedCertificate, index) }
            guard let certificate = stack[index] else { throw TrustError(.noMemory) }
            guard certificate.isAuthority, !certificate.hasInvalidExtensions,
                certificate.keyUsage.map({ $0 & UInt32(KU_KEY_CERT_SIGN) != 0 }) ?? true
            else { throw TrustError(.notAnAuthority, index) }
            guard certificate.isSelfIssued || options.acceptsIntermediateAuthorities else {
                throw TrustError(.intermediateAuthority, index)
            }
            guard unsafe X509_STORE_add_cert(store, certificate.pointer) == 1 else {
                ERR_clear_error()
                throw TrustError(.noMemory)
            }
        }
    }

    /// Keeps the newest list of each issuer.
    ///
    /// libcrypto consults one list an issuer. Given two of the same moment it takes the first that
    /// was loaded, so a certificate that the second revokes would pass.
    private static func addLists(
        _ encoded: [[UInt8]], to store: OpaquePointer
    ) throws(TrustError) -> [ListTimes] {
        var newest: [(place: Int, list: RevocationList)] = []
        for (index, der) in encoded.enumerated() {
            guard let list = RevocationList(der.span) else {
                throw TrustError(.malformedList, index)
            }
            guard let rival = newest.firstIndex(where: { $0.list.hasIssuer(of: list) }) else {
                newest.append((index, list))
                continue
            }
            let other = newest[rival]
            if other.list.thisUpdateSeconds < list.thisUpdateSeconds {
                newest[rival] = (index, list)
            } else if other.list.thisUpdateSeconds == list.thisUpdateSeconds,
                encoded[other.place] != der
            {
                throw TrustError(.conflictingLists, index)
            }
        }
        for (_, list) in newest {
            guard unsafe X509_STORE_add_crl(store, list.pointer) == 1 else {
                ERR_clear_error()
                throw TrustError(.noMemory)
            }
        }
        return newest.map { (_, list) in
            ListTimes(
                issuer: list.issuer, thisUpdateSeconds: list.thisUpdateSeconds,
                nextUpdateSeconds: list.nextUpdateSeconds)
        }
    }
}
