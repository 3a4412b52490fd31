import COpenSSL

extension Fingerprint {
    /// The SHA-256 of some bytes; nil when libcrypto refuses, which it does not.
    ///
    /// Allocates nothing: libcrypto's newer interface makes a context for every digest, even when
    /// one is reused.
    package static func sha256(_ bytes: Span<UInt8>) -> Fingerprint? {
        var words = InlineWords()
        let isDone = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe withUnsafeMutableBytes(of: &words) { digest in
                unsafe writ_sha256(bytes.baseAddress, bytes.count, digest.baseAddress) == 1
            }
        }
        guard isDone else { return nil }
        return Fingerprint(
            InlineWords(
                first: words.first.bigEndian, second: words.second.bigEndian,
                third: words.third.bigEndian, fourth: words.fourth.bigEndian))
    }
}
