/// Why bytes that should carry certificates were refused, and at which byte.
///
/// The first offence in source order is the one reported.
package struct CertificateEncodingError: Error, Equatable, Sendable {
    /// The offence.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// The chain or the header has more bytes than the limit.
        case tooLarge
        /// The chain has more certificates than the limit.
        case tooManyCertificates
        /// There is no certificate.
        case noCertificate
        /// Bytes are not one DER sequence with minimal lengths.
        case badDER
        /// Bytes follow the end of a certificate.
        case trailingBytes
        /// A byte that base64 does not have there, missing padding, or bits set in the padding.
        case badBase64
        /// A line that PEM does not have there.
        case badPEM
        /// A PEM block is not of the kind expected.
        case unexpectedLabel
        /// A `%` is not followed by two hexadecimal digits.
        case badEscape
        /// A byte that the header's grammar does not allow there.
        case badHeader
        /// A key that the header's grammar does not have.
        case unknownKey
        /// A key stands twice in one element.
        case duplicateKey
        /// A key that binds the certificate stands after one whose value a client can write.
        case misplacedKey
        /// The header describes more than one certificate holder.
        case severalElements
        /// The element has no `Hash`, so that its certificate is not bound to the connection's.
        case missingHash
        /// The `Hash` is not the SHA-256 of the certificate.
        case hashMismatch
        /// The `Chain` does not start with the `Cert`.
        case chainMismatch
    }

    package let kind: Kind

    /// Byte offset in what was parsed, from 0 to its length.
    package let offset: Int

    package init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// The verdict that these bytes deserve.
    package var rejection: Rejection {
        switch kind {
        case .tooLarge: Rejection(.chainTooLarge)
        case .tooManyCertificates: Rejection(.chainTooLong)
        case .noCertificate: Rejection(.chainEmpty)
        case .badDER: Rejection(.certificateMalformed)
        case .trailingBytes: Rejection(.trailingBytes)
        case .hashMismatch, .missingHash, .chainMismatch: Rejection(.headerInconsistent)
        case .severalElements, .duplicateKey, .misplacedKey:
            Rejection(.headerAmbiguous)
        case .badBase64, .badPEM, .unexpectedLabel, .badEscape, .badHeader, .unknownKey:
            Rejection(.headerMalformed)
        }
    }
}

extension CertificateEncodingError: CustomStringConvertible {
    /// What is wrong and where, without the bytes themselves.
    package var description: String { "\(words) at byte \(offset)" }

    private var words: String {
        switch kind {
        case .tooLarge: "more bytes than the limit"
        case .tooManyCertificates: "more certificates than the limit"
        case .noCertificate: "no certificate"
        case .badDER: "not a DER sequence with minimal lengths"
        case .trailingBytes: "bytes after the end of a certificate"
        case .badBase64: "not padded base64"
        case .badPEM: "not a line of PEM"
        case .unexpectedLabel: "a PEM block of another kind"
        case .badEscape: "`%` without two hexadecimal digits"
        case .badHeader: "a byte the header's grammar does not have there"
        case .unknownKey: "an unknown key"
        case .duplicateKey: "a key that stands twice"
        case .misplacedKey: "`Hash`, `Cert` or `Chain` after `URI` or `DNS`"
        case .severalElements: "more than one element: let the gateway replace the header"
        case .missingHash: "no `Hash`"
        case .hashMismatch: "`Hash` is not the SHA-256 of `Cert`"
        case .chainMismatch: "`Chain` does not start with `Cert`"
        }
    }
}
