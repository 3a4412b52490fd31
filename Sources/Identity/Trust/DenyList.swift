/// Identities and certificates that are refused whatever their chain says.
///
/// It works at once and without an authority's help, unlike revocation lists.
package struct DenyList: Sendable, Equatable {
    /// SPIFFE ids of leaves.
    package var identities: Set<SpiffeID> = []

    /// SHA-256 of certificates anywhere in a chain.
    package var thumbprints: Set<Fingerprint> = []

    /// Certificates anywhere in a chain, by issuer and serial number.
    package private(set) var serials: [[UInt8]: Set<[UInt8]>] = [:]

    /// Makes a list that denies nothing.
    package init() {}

    package var isEmpty: Bool { identities.isEmpty && thumbprints.isEmpty && serials.isEmpty }

    /// Denies what an issuer numbered so.
    ///
    /// - Parameters:
    ///   - serial: hexadecimal digits, in either case, with or without colons and leading zeros.
    ///   - issuer: RFC 2253 text as ``CertificateFacts/issuer`` has it.
    /// - Returns: whether `serial` was understood.
    package mutating func deny(serial: String, issuer: String) -> Bool {
        guard let key = Self.canonical(serial) else { return false }
        serials[key, default: []].insert(Array(issuer.utf8))
        return true
    }

    /// Whether the list has this serial number of one of these issuers.
    func denies(serial: String, issuers: [String]) -> Bool {
        guard !serials.isEmpty, let key = Self.canonical(serial), let denied = serials[key] else {
            return false
        }
        return issuers.contains { denied.contains(Array($0.utf8)) }
    }

    /// Lower-case digits without leading zeros.
    private static func canonical(_ serial: String) -> [UInt8]? {
        var digits: [UInt8] = []
        var hasDigit = false
        for character in serial.utf8 where character != UInt8(ascii: ":") {
            guard let value = Hexadecimal.value(character) else { return nil }
            hasDigit = true
            if value != 0 || !digits.isEmpty { digits.append(value) }
        }
        return hasDigit ? digits : nil
    }
}
