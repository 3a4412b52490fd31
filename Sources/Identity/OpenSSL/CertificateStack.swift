import COpenSSL

/// Parsed certificates, owned.
@safe
struct CertificateStack: ~Copyable {
    let pointer: OpaquePointer

    /// Makes an empty stack; nil when there is no memory.
    init?() {
        guard let made = unsafe OPENSSL_sk_new_null() else { return nil }
        unsafe pointer = made
    }

    deinit {
        unsafe OPENSSL_sk_pop_free(pointer) { unsafe X509_free(OpaquePointer($0)) }
    }

    var count: Int { Int(unsafe OPENSSL_sk_num(pointer)) }

    /// One certificate, lent for as long as the stack lives.
    subscript(_ index: Int) -> Certificate? {
        guard 0..<count ~= index,
            let element = unsafe OPENSSL_sk_value(pointer, Int32(index))
        else { return nil }
        return unsafe Certificate(pointer: OpaquePointer(element))
    }

    /// Parses one certificate of exactly these bytes and adds it.
    ///
    /// - Returns: nil when it was added, else why not.
    func append(_ der: Span<UInt8>) -> RejectionReason? {
        if DER.firstOffence(der) != nil { return .certificateMalformed }
        // Not `d2i_X509_AUX`: what follows a certificate may not say what it is trusted for.
        let parsed = unsafe der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var next = bytes.baseAddress
            guard let certificate = unsafe d2i_X509(nil, &next, bytes.count) else { return nil }
            guard let end = unsafe next, let start = bytes.baseAddress,
                unsafe end - start == bytes.count
            else {
                unsafe X509_free(certificate)
                return nil
            }
            return unsafe certificate
        }
        guard let parsed = unsafe parsed else {
            ERR_clear_error()
            return .certificateMalformed
        }
        guard unsafe OPENSSL_sk_push(pointer, UnsafeRawPointer(parsed)) > 0 else {
            unsafe X509_free(parsed)
            return .internalError
        }
        return nil
    }
}
