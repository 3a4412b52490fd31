import COpenSSL

/// SHA-256 with a context that is reused.
///
/// Owned by one thread at a time. `nil` digests mean that libcrypto had no memory.
@safe
struct DigestContext: ~Copyable {
    private let context: OpaquePointer?
    private let algorithm: OpaquePointer?

    init() {
        unsafe context = EVP_MD_CTX_new()
        // Fetched once: the lookup costs more than the digest of a chain.
        unsafe algorithm = EVP_MD_fetch(nil, "SHA2-256", nil)
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(algorithm)
    }

    /// The digest of some bytes.
    func sha256(_ bytes: Span<UInt8>) -> Fingerprint? {
        guard let context = unsafe context, let algorithm = unsafe algorithm else { return nil }
        var words = Fingerprint.InlineWords()
        var length: UInt32 = 0
        let isDone = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1
                && EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
                && withUnsafeMutableBytes(of: &words) { digest in
                    unsafe EVP_DigestFinal_ex(
                        context, digest.baseAddress?.assumingMemoryBound(to: UInt8.self),
                        &length) == 1
                }
        }
        guard isDone, length == 32 else { return nil }
        return Fingerprint(
            Fingerprint.InlineWords(
                first: words.first.bigEndian, second: words.second.bigEndian,
                third: words.third.bigEndian, fourth: words.fourth.bigEndian))
    }
}
