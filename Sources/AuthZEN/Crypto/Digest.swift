import COpenSSL

/// SHA-256, HMAC over it, and comparison that takes the same time for any bytes, by libcrypto.
package enum Digest {
    /// The size of a digest, in bytes.
    package static let byteCount = 32

    /// The SHA-256 of some bytes.
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: byteCount)
        let isDone = unsafe bytes.withUnsafeBytes { bytes in
            unsafe digest.withUnsafeMutableBytes { digest in
                unsafe writ_sha256(bytes.baseAddress, bytes.count, digest.baseAddress) == 1
            }
        }
        precondition(isDone, "libcrypto has SHA-256")
        return digest
    }

    /// HMAC-SHA-256. Source: RFC 2104, section 2.
    package static func authentication(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        let blockBytes = 64
        var block = key.count > blockBytes ? sha256(key) : key
        block += [UInt8](repeating: 0, count: blockBytes - block.count)
        return sha256(block.map { $0 ^ 0x5C } + sha256(block.map { $0 ^ 0x36 } + bytes))
    }

    /// Whether two arrays hold the same bytes, in a time that depends on their lengths only.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for index in left.indices { difference |= left[index] ^ right[index] }
        return difference == 0
    }
}
