import COpenSSL

/// A key that verifies signatures of tokens, checked when it was made.
///
/// Immutable once made, and so shared by threads: libcrypto only counts references to it.
@safe
final class PublicKey: @unchecked Sendable {
    enum Kind: UInt8, Sendable, CaseIterable {
        case rsa
        case p256
        case p384
        case p521
        case ed25519

        /// The name in `crv`; empty for RSA.
        var curveName: StaticString {
            switch self {
            case .rsa: ""
            case .p256: "P-256"
            case .p384: "P-384"
            case .p521: "P-521"
            case .ed25519: "Ed25519"
            }
        }

        /// Bytes of a coordinate, and of each half of a signature; 0 for keys that have none.
        var coordinateBytes: Int {
            switch self {
            case .p256: 32
            case .p384: 48
            case .p521: 66
            case .rsa, .ed25519: 0
            }
        }
    }

    /// What came of making a key.
    enum Making {
        case key(PublicKey)
        /// Below 112 bits of security.
        case weak
        /// Larger than is worth its time.
        case unusable
        /// Not a key: a point beside the curve, say.
        case malformed
        case noMemory
    }

    /// Bits of RSA: from 112 bits of security to what still takes under a millisecond.
    static let rsaBits = 2048...8192

    let pointer: OpaquePointer
    let kind: Kind
    /// Bytes of a signature as a token carries it.
    let signatureBytes: Int

    private init(taking pointer: OpaquePointer, _ kind: Kind, signatureBytes: Int) {
        unsafe self.pointer = pointer
        self.kind = kind
        self.signatureBytes = signatureBytes
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// Makes an RSA key of its numbers, big-endian without leading zeros.
    ///
    /// Source: RFC 7518, section 6.3.1.
    static func rsa(modulus: [UInt8], exponent: [UInt8]) -> Making {
        guard let first = modulus.first, first != 0, let lowest = exponent.first, lowest != 0,
            exponent.count <= 8, modulus.count <= 4096
        else { return .malformed }
        let bits = modulus.count * 8 - first.leadingZeroBitCount
        let value = exponent.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard value & 1 == 1, value > 1, modulus[modulus.count - 1] & 1 == 1 else {
            return .malformed
        }
        if bits < rsaBits.lowerBound || value < 65537 { return .weak }
        if bits > rsaBits.upperBound { return .unusable }
        let made = unsafe modulus.withUnsafeBufferPointer { modulus in
            unsafe exponent.withUnsafeBufferPointer { exponent in
                unsafe writ_rsa_key(
                    modulus.baseAddress, modulus.count, exponent.baseAddress, exponent.count)
            }
        }
        return unsafe checked(made, .rsa, signatureBytes: modulus.count)
    }

    /// Makes a key of the two coordinates of a point, each as long as the curve's field.
    ///
    /// Source: RFC 7518, section 6.2.1.
    static func ec(_ kind: Kind, x: [UInt8], y: [UInt8]) -> Making {
        let size = kind.coordinateBytes
        guard size > 0, x.count == size, y.count == size else { return .malformed }
        let point = [0x04] + x + y
        let made = unsafe point.withUnsafeBufferPointer { point in
            // A `StaticString` ends with a zero.
            let curve = unsafe UnsafeRawPointer(kind.curveName.utf8Start)
            return unsafe writ_ec_key(
                curve.assumingMemoryBound(to: CChar.self), point.baseAddress, point.count)
        }
        return unsafe checked(made, kind, signatureBytes: size * 2)
    }

    /// Makes an Ed25519 key of its 32 bytes.
    ///
    /// Source: RFC 8037, section 2.
    static func ed25519(_ bytes: [UInt8]) -> Making {
        guard bytes.count == 32 else { return .malformed }
        let made = unsafe bytes.withUnsafeBufferPointer {
            unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, $0.baseAddress, $0.count)
        }
        return unsafe checked(made, .ed25519, signatureBytes: 64)
    }

    /// Takes a key that libcrypto made, if it also finds it sound: a point of the curve's order, say.
    @unsafe
    private static func checked(
        _ made: OpaquePointer?, _ kind: Kind, signatureBytes: Int
    ) -> Making {
        defer { ERR_clear_error() }
        guard let made = unsafe made else { return .malformed }
        let key = unsafe PublicKey(taking: made, kind, signatureBytes: signatureBytes)
        guard let context = unsafe EVP_PKEY_CTX_new(made, nil) else { return .noMemory }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        return unsafe EVP_PKEY_public_check(context) == 1 ? .key(key) : .malformed
    }
}
