import COpenSSL

/// The names in a leaf's `subjectAltName` that an identity is made of.
struct SubjectNames {
    /// The URI names, as bytes: what is between them decides nothing yet.
    private(set) var uris: [[UInt8]] = []
    /// The DNS names, all of them ASCII without control characters.
    private(set) var dns: [String] = []

    /// Reads the extension.
    ///
    /// - Returns: nil when it is malformed, stands twice, has more names than the limit, or has a
    ///   DNS name that no host can have. A certificate without the extension has no names.
    init?(_ certificate: Certificate, limit: Int) {
        var critical: Int32 = 0
        let decoded = unsafe X509_get_ext_d2i(
            certificate.pointer, NID_subject_alt_name, &critical, nil)
        guard let decoded = unsafe decoded else {
            ERR_clear_error()
            // -1 is absent; -2 is present twice; anything else could not be decoded.
            if critical == -1 { return }
            return nil
        }
        let names = OpaquePointer(decoded)
        defer { unsafe GENERAL_NAMES_free(names) }
        let count = unsafe OPENSSL_sk_num(names)
        guard count <= limit else { return nil }
        for index in 0..<max(count, 0) {
            guard let element = unsafe OPENSSL_sk_value(names, index) else { return nil }
            let name = unsafe element.assumingMemoryBound(to: GENERAL_NAME.self)
            let kind = unsafe name.pointee.type
            switch kind {
            case GEN_URI:
                guard let value = unsafe name.pointee.d.uniformResourceIdentifier,
                    let bytes = unsafe Certificate.bytes(value)
                else { return nil }
                uris.append(bytes)
            case GEN_DNS:
                guard let value = unsafe name.pointee.d.dNSName,
                    let bytes = unsafe Certificate.bytes(value), Self.isHost(bytes)
                else { return nil }
                dns.append(String(decoding: bytes, as: UTF8.self))
            default: break
            }
        }
    }

    /// Letters, digits, `-`, `_`, `.` and `*`: what a host or a wildcard has.
    private static func isHost(_ bytes: [UInt8]) -> Bool {
        guard 1...255 ~= bytes.count else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "*"):
                true
            default: false
            }
        }
    }
}
