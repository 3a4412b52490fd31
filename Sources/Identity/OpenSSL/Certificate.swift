import COpenSSL
import Glibc

/// A certificate that someone else owns, lent for reading.
///
/// It must not outlive the ``CertificateStack``, store or verification that lends it.
@safe
struct Certificate {
    let pointer: OpaquePointer

    /// Whether `basicConstraints` says that it may issue, or old forms say so.
    var isAuthority: Bool {
        // 0 is no; 1 and above are the several ways of being one.
        unsafe X509_check_ca(pointer) != 0 || flags & UInt32(EXFLAG_CA) != 0
    }

    /// Whether libcrypto found its extensions malformed or repeated.
    var hasInvalidExtensions: Bool { flags & UInt32(EXFLAG_INVALID) != 0 }

    /// Whether its subject is its issuer.
    var isSelfIssued: Bool { flags & UInt32(EXFLAG_SI) != 0 }

    /// The bits of `keyUsage`; nil when the certificate has none.
    var keyUsage: UInt32? {
        let bits = unsafe X509_get_key_usage(pointer)
        return bits == UInt32.max ? nil : bits
    }

    private var flags: UInt32 { unsafe X509_get_extension_flags(pointer) }

    /// Seconds since 1970; nil for a time that is not one.
    var notBeforeSeconds: Int64? { unsafe Self.seconds(X509_get0_notBefore(pointer)) }

    /// Seconds since 1970; nil for a time that is not one.
    var notAfterSeconds: Int64? { unsafe Self.seconds(X509_get0_notAfter(pointer)) }

    /// RFC 2253 text; nil when there is no memory or a string cannot be converted.
    var subject: String? { unsafe Self.text(X509_get_subject_name(pointer)) }

    /// RFC 2253 text; nil when there is no memory or a string cannot be converted.
    var issuer: String? { unsafe Self.text(X509_get_issuer_name(pointer)) }

    /// Lower-case hexadecimal; nil for a negative number.
    var serial: String? {
        guard let number = unsafe X509_get0_serialNumber(pointer),
            unsafe number.pointee.type == V_ASN1_INTEGER,
            let bytes = unsafe Self.bytes(number)
        else { return nil }
        return Hexadecimal.text(bytes.isEmpty ? [0] : bytes)
    }

    /// SHA-256 of its DER.
    var thumbprint: Fingerprint? {
        var digest: [UInt8] = Array(repeating: 0, count: 32)
        var length: UInt32 = 0
        let isDone = unsafe digest.withUnsafeMutableBufferPointer {
            unsafe X509_digest(pointer, EVP_sha256(), $0.baseAddress, &length) == 1
        }
        return isDone && length == 32 ? Fingerprint(digest) : nil
    }

    /// Whether some extension stands twice, or there are more than `limit`.
    func hasExcessiveExtensions(limit: Int) -> Bool {
        let count = unsafe X509_get_ext_count(pointer)
        if count > limit { return true }
        for index in 0..<max(count, 0) {
            let object = unsafe X509_EXTENSION_get_object(X509_get_ext(pointer, index))
            if unsafe X509_get_ext_by_OBJ(pointer, object, index) >= 0 { return true }
        }
        return false
    }

    /// The `organizationIdentifier` of the subject, when it has exactly one that is text.
    var organizationIdentifier: String? {
        let name = unsafe X509_get_subject_name(pointer)
        let first = unsafe X509_NAME_get_index_by_NID(name, NID_organizationIdentifier, -1)
        guard first >= 0,
            unsafe X509_NAME_get_index_by_NID(name, NID_organizationIdentifier, first) < 0,
            let value = unsafe X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, first))
        else { return nil }
        var converted: UnsafeMutablePointer<UInt8>?
        let count = unsafe ASN1_STRING_to_UTF8(&converted, value)
        guard count >= 0, let start = unsafe converted else { return nil }
        defer { unsafe CRYPTO_free(start, #file, #line) }
        return unsafe String(
            validating: UnsafeBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }

    /// The bytes of an ASN.1 string; nil when it has none.
    static func bytes(_ string: UnsafePointer<ASN1_STRING>) -> [UInt8]? {
        let count = unsafe Int(ASN1_STRING_length(string))
        guard count >= 0 else { return nil }
        guard count > 0 else { return [] }
        guard let start = unsafe ASN1_STRING_get0_data(string) else { return nil }
        return unsafe Array(UnsafeBufferPointer(start: start, count: count))
    }

    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        var parts = unsafe tm()
        guard let time = unsafe time, unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Int64(unsafe timegm(&parts))
    }

    static func text(_ name: OpaquePointer?) -> String? {
        guard let name = unsafe name, let output = unsafe BIO_new(BIO_s_mem()) else { return nil }
        defer { unsafe BIO_free(output) }
        guard unsafe X509_NAME_print_ex(output, name, 0, writ_name_text_flags()) >= 0 else {
            ERR_clear_error()
            return nil
        }
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe writ_bio_memory(output, &start)
        guard count > 0, let start = unsafe start else { return "" }
        return unsafe UnsafeRawBufferPointer(start: start, count: count).withMemoryRebound(
            to: UInt8.self
        ) { unsafe String(validating: $0, as: UTF8.self) }
    }
}
