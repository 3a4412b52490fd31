import COpenSSL

/// One verification of a signature after another, each from a clean state.
///
/// Owned by one thread at a time.
@safe
struct SignatureContext: ~Copyable {
    private let context: OpaquePointer?
    /// The signature as the token carries it.
    private var signature: [UInt8] = []
    /// An ECDSA signature in the form that libcrypto takes.
    private var der: [UInt8] = []

    init() {
        unsafe context = EVP_MD_CTX_new()
        der.reserveCapacity(160)
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// Takes the signature that ``rejection(_:_:_:)`` is about; false when it is not base64url.
    mutating func take(signature text: Span<UInt8>) -> Bool {
        Base64URL.decode(text, into: &signature)
    }

    /// Verifies the signature taken last, in the form of RFC 7518.
    ///
    /// The key must fit the algorithm.
    /// - Returns: nil when the key made the signature of exactly these bytes, else why not.
    mutating func rejection(
        _ algorithm: SignatureAlgorithm, _ key: PublicKey, _ signed: Span<UInt8>
    ) -> TokenRejection? {
        guard algorithm.fits(key.kind) else { return TokenRejection(.algorithmMismatch) }
        guard signature.count == key.signatureBytes else {
            return TokenRejection(.signatureMalformed)
        }
        guard let context = unsafe context else { return TokenRejection(.internalError) }
        guard key.kind.coordinateBytes > 0 else {
            return unsafe verify(context, algorithm, key, signed, signature.span)
        }
        guard ECDSASignature.encode(signature, into: &der) else {
            return TokenRejection(.signatureMalformed)
        }
        return unsafe verify(context, algorithm, key, signed, der.span)
    }

    @unsafe
    private func verify(
        _ context: OpaquePointer, _ algorithm: SignatureAlgorithm, _ key: PublicKey,
        _ signed: Span<UInt8>, _ signature: Span<UInt8>
    ) -> TokenRejection? {
        defer {
            unsafe EVP_MD_CTX_reset(context)
            ERR_clear_error()
        }
        var parameters: OpaquePointer?
        guard
            unsafe EVP_DigestVerifyInit(
                context, &parameters, algorithm.digest, nil, key.pointer) == 1,
            unsafe setPadding(parameters, algorithm)
        else { return TokenRejection(.internalError) }
        let result = unsafe signed.withUnsafeBufferPointer { signed in
            unsafe signature.withUnsafeBufferPointer { signature in
                unsafe EVP_DigestVerify(
                    context, signature.baseAddress, signature.count, signed.baseAddress,
                    signed.count)
            }
        }
        // 0 is a signature by another key or of other bytes, below 0 one that is none at all.
        return result == 1 ? nil : TokenRejection(.badSignature)
    }

    @unsafe
    private func setPadding(
        _ parameters: OpaquePointer?, _ algorithm: SignatureAlgorithm
    ) -> Bool {
        switch algorithm {
        case .rs256, .rs384, .rs512:
            unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) == 1
        case .ps256, .ps384, .ps512:
            // The salt is as long as the digest, which is MGF1's too: RFC 7518, section 3.5.
            unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1
                && EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, algorithm.digest) == 1
        case .es256, .es384, .es512, .edDSA: true
        }
    }
}

extension SignatureAlgorithm {
    /// The digest of what is signed; nil for Ed25519, which has its own.
    fileprivate var digest: OpaquePointer? {
        switch self {
        case .rs256, .ps256, .es256: unsafe EVP_sha256()
        case .rs384, .ps384, .es384: unsafe EVP_sha384()
        case .rs512, .ps512, .es512: unsafe EVP_sha512()
        case .edDSA: nil
        }
    }
}

/// An ECDSA signature: two numbers of equal length in a token, a sequence of two integers in DER.
enum ECDSASignature {
    /// Replaces `der` with the sequence, keeping its storage.
    ///
    /// - Returns: false when one of the numbers is zero, which no signature has. That they are below
    ///   the order of the curve is for libcrypto to see.
    static func encode(_ raw: [UInt8], into der: inout [UInt8]) -> Bool {
        let half = raw.count / 2
        guard let first = start(raw, 0, half), let second = start(raw, half, raw.count) else {
            return false
        }
        let sizes = (contentSize(raw, first, half), contentSize(raw, second, raw.count))
        let size = sizes.0 + sizes.1 + 4
        der.removeAll(keepingCapacity: true)
        der.append(0x30)
        // Two coordinates of 66 bytes need one more byte for the length, never two.
        if size > 0x7F { der.append(0x81) }
        der.append(UInt8(truncatingIfNeeded: size))
        append(raw, first, half, sizes.0, to: &der)
        append(raw, second, raw.count, sizes.1, to: &der)
        return true
    }

    /// The place of the first byte that is not zero.
    private static func start(_ raw: [UInt8], _ from: Int, _ end: Int) -> Int? {
        for index in from..<end where raw[index] != 0 { return index }
        return nil
    }

    private static func contentSize(_ raw: [UInt8], _ start: Int, _ end: Int) -> Int {
        end - start + (raw[start] > 0x7F ? 1 : 0)
    }

    private static func append(
        _ raw: [UInt8], _ start: Int, _ end: Int, _ size: Int, to der: inout [UInt8]
    ) {
        der.append(0x02)
        der.append(UInt8(truncatingIfNeeded: size))
        if size > end - start { der.append(0) }
        for index in start..<end { der.append(raw[index]) }
    }
}
