import COpenSSL
import JSON

/// Why something cannot be signed.
package struct SigningError: Error, CustomStringConvertible, Sendable, Equatable {
    package let description: String
}

/// Signs JSON with a private key, in the compact form of a JSON Web Signature.
///
/// Source: RFC 7515, section 7.1; RFC 7518, section 3.4 (ES256); RFC 8037, section 3.1 (EdDSA).
package struct JSONSigner: Sendable {
    /// The algorithms, by their names in the header.
    package enum Algorithm: String, Sendable {
        case es256 = "ES256"
        case edDSA = "EdDSA"
    }

    package let algorithm: Algorithm
    package let keyID: String?
    private let key: PrivateKey

    /// - Parameters:
    ///   - pem: an unencrypted private key: on the curve P-256, or Ed25519.
    ///   - keyID: the `kid` under which receivers find the public key.
    package init(pem: [UInt8], keyID: String? = nil) throws(SigningError) {
        key = try PrivateKey(pem: pem)
        algorithm = key.algorithm
        self.keyID = keyID
    }

    /// The signature of a payload with the payload.
    package func sign(_ payload: [UInt8]) throws(SigningError) -> [UInt8] {
        var header = JSONWriter()
        header.beginObject()
        header.key("alg")
        header.string(algorithm.rawValue)
        if let keyID {
            header.key("kid")
            header.string(keyID)
        }
        header.endObject()
        var text = Base64URL.encode(header.bytes)
        text.append(UInt8(ascii: "."))
        text += Base64URL.encode(payload)
        let signature = try key.signature(of: text)
        text.append(UInt8(ascii: "."))
        text += Base64URL.encode(signature)
        return text
    }
}

/// A key of libcrypto's.
@safe
private final class PrivateKey: @unchecked Sendable {
    // libcrypto's keys may be used by many threads at once once they are made.
    private let pointer: OpaquePointer
    let algorithm: JSONSigner.Algorithm

    init(pem: [UInt8]) throws(SigningError) {
        let bio = unsafe pem.withUnsafeBytes {
            unsafe BIO_new_mem_buf($0.baseAddress, Int32($0.count))
        }
        guard let bio = unsafe bio else {
            throw SigningError(description: "libcrypto has no memory for the key")
        }
        defer { unsafe BIO_free(bio) }
        // A callback that gives no password, so that nothing is asked for on a terminal.
        guard
            let key = unsafe PEM_read_bio_PrivateKey(bio, nil, { (_, _, _, _) in 0 }, nil)
        else {
            ERR_clear_error()
            throw SigningError(
                description: "the signing key is no unencrypted private key in PEM: make one by "
                    + "`openssl genpkey -algorithm ed25519`")
        }
        if unsafe EVP_PKEY_is_a(key, "ED25519") == 1 {
            algorithm = .edDSA
        } else if unsafe EVP_PKEY_is_a(key, "EC") == 1, unsafe EVP_PKEY_get_bits(key) == 256,
            unsafe Self.isP256(key)
        {
            algorithm = .es256
        } else {
            unsafe EVP_PKEY_free(key)
            throw SigningError(
                description: "the signing key is neither Ed25519 nor on the curve P-256")
        }
        unsafe pointer = key
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    @unsafe
    private static func isP256(_ key: OpaquePointer) -> Bool {
        var name = [CChar](repeating: 0, count: 64)
        var count = 0
        guard unsafe EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1 else {
            return false
        }
        return name.prefix(count).map { UInt8(bitPattern: $0) } == Array("prime256v1".utf8)
    }

    func signature(of bytes: [UInt8]) throws(SigningError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw Self.failed }
        defer { unsafe EVP_MD_CTX_free(context) }
        let digest = algorithm == .es256 ? unsafe EVP_sha256() : nil
        guard unsafe EVP_DigestSignInit(context, nil, digest, nil, pointer) == 1 else {
            throw Self.failed
        }
        var signature = [UInt8](repeating: 0, count: 256)
        var count = signature.count
        guard unsafe EVP_DigestSign(context, &signature, &count, bytes, bytes.count) == 1 else {
            throw Self.failed
        }
        signature.removeLast(signature.count - count)
        return algorithm == .es256 ? try Self.pair(signature) : signature
    }

    /// The two numbers of an ECDSA signature, 32 bytes each, out of their DER.
    ///
    /// Source: RFC 3279, section 2.2.3.
    private static func pair(_ der: [UInt8]) throws(SigningError) -> [UInt8] {
        var result: [UInt8] = []
        var index = 2
        guard der.count > 8, der[0] == 0x30, Int(der[1]) == der.count - 2 else { throw failed }
        for _ in 0..<2 {
            guard index + 2 <= der.count, der[index] == 0x02 else { throw failed }
            let end = index + 2 + Int(der[index + 1])
            guard end <= der.count else { throw failed }
            let number = der[(index + 2)..<end].drop { $0 == 0 }
            guard number.count <= 32 else { throw failed }
            result += [UInt8](repeating: 0, count: 32 - number.count) + number
            index = end
        }
        return result
    }

    private static let failed = SigningError(description: "libcrypto cannot sign with the key")
}
