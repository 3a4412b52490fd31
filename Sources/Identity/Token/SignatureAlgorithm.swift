/// How a token is signed. Those without a public key do not exist here.
///
/// Sources: RFC 7518, section 3.1; RFC 8037, section 3.1.
package enum SignatureAlgorithm: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case rs256
    case rs384
    case rs512
    case ps256
    case ps384
    case ps512
    case es256
    case es384
    case es512
    /// Ed25519 only.
    case edDSA

    /// The name in `alg`.
    package var name: StaticString {
        switch self {
        case .rs256: "RS256"
        case .rs384: "RS384"
        case .rs512: "RS512"
        case .ps256: "PS256"
        case .ps384: "PS384"
        case .ps512: "PS512"
        case .es256: "ES256"
        case .es384: "ES384"
        case .es512: "ES512"
        case .edDSA: "EdDSA"
        }
    }

    /// The algorithm of this name, of equal bytes; nil for `none`, HMAC and any other.
    package init?(_ name: String) {
        for algorithm in Self.allCases
        where "\(algorithm.name)".utf8.elementsEqual(name.utf8) {
            self = algorithm
            return
        }
        return nil
    }

    /// The only kind of key that it goes with; nil for RSA, whose keys differ in size.
    var curve: PublicKey.Kind? {
        switch self {
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512: nil
        case .es256: .p256
        case .es384: .p384
        case .es512: .p521
        case .edDSA: .ed25519
        }
    }

    /// Whether the signature may be made with such a key.
    func fits(_ kind: PublicKey.Kind) -> Bool { kind == curve ?? .rsa }
}

/// The algorithms that an issuer may use.
package struct SignatureAlgorithms: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The set of one algorithm.
    package init(_ algorithm: SignatureAlgorithm) { rawValue = 1 << UInt16(algorithm.rawValue) }

    package static let rsa: SignatureAlgorithms = [.init(.rs256), .init(.rs384), .init(.rs512)]
    package static let rsaPSS: SignatureAlgorithms = [.init(.ps256), .init(.ps384), .init(.ps512)]
    package static let ecdsa: SignatureAlgorithms = [.init(.es256), .init(.es384), .init(.es512)]

    /// What a JWT-SVID may use. Source: JWT-SVID, section 2.
    package static let jwtSVID: SignatureAlgorithms = [.rsa, .rsaPSS, .ecdsa]

    /// All of them.
    package static let all: SignatureAlgorithms = [.jwtSVID, .init(.edDSA)]
}
