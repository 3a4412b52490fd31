/// The keys of one issuer or trust domain, by their `kid`.
///
/// Immutable once made. Keys that cannot verify anything are kept by name, so that a token that
/// names one is refused for the right reason.
package struct TokenKeySet: Sendable {
    /// What a named key is good for.
    enum Standing: Sendable {
        case usable(PublicKey)
        /// RSA below 2048 bits, or with a public exponent below 65537.
        case weak
        /// Of a kind, curve, size or use that verifies no signature here.
        case unusable
    }

    /// One key.
    struct Key: Sendable {
        let id: [UInt8]
        let standing: Standing
        /// The only algorithm that the key says it is for; nil when it does not say.
        let algorithm: SignatureAlgorithm?
    }

    private(set) var keys: [Key] = []

    /// `spiffe_sequence`: grows with every change of the bundle; nil when it has none.
    package internal(set) var sequence: UInt64?

    /// Most keys in one set: the reading of a larger one ends with an error.
    package static let maximumKeys = 1024

    /// Makes a set without keys, with which no token is believed.
    package init() {}

    /// Whether no key can verify anything.
    package var isEmpty: Bool {
        !keys.contains { if case .usable = $0.standing { true } else { false } }
    }

    /// The names of all keys.
    package var keyIDs: [[UInt8]] { keys.map(\.id) }

    /// The key of a name.
    func key(_ id: Span<UInt8>) -> Key? {
        for key in keys where key.id.span.hasBytes(of: id) { return key }
        return nil
    }

    /// Adds a key; false when its name is taken.
    mutating func add(_ key: Key) -> Bool {
        if self.key(key.id.span) != nil { return false }
        keys.append(key)
        return true
    }
}

extension Span<UInt8> {
    /// Whether both have the same bytes.
    func hasBytes(of other: Span<UInt8>) -> Bool {
        if count != other.count { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}
