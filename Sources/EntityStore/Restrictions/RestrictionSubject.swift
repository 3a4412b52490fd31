package import CedarSyntax

/// What can be restricted.
///
/// Identities are compared byte by byte with what was verified, in the form given here.
package enum RestrictionSubject: Sendable, Hashable {
    /// A SPIFFE id; scheme and trust domain in any case.
    case spiffeID(Text)
    /// A certificate by its issuer, as RFC 2253 text, and its serial number in hexadecimal.
    case certificate(issuer: Text, serial: Text)
    /// A certificate by its SHA-256, 64 hexadecimal digits.
    case thumbprint(Text)
    /// The subject of tokens, of one issuer or of any.
    case tokenSubject(Text, issuer: Text?)
    /// One token by its `jti`, of one issuer or of any.
    case tokenID(Text, issuer: Text?)
    /// An entity, and whatever is under it.
    case entity(EntityUID)

    static let spiffeType: StaticString = "spiffe id"
    static let certificateType: StaticString = "certificate number"
    static let thumbprintType: StaticString = "restricted thumbprint"
    static let tokenSubjectType: StaticString = "token subject"
    static let tokenIDType: StaticString = "token id"

    /// The identity it is stored under; all but those of entities have a type with a space.
    ///
    /// Nil when a text is not of the form it should have.
    var uid: EntityUID? {
        func uid(_ type: StaticString, _ id: [UInt8], _ rest: Text? = nil) -> EntityUID? {
            guard !id.isEmpty, id.count + (rest?.utf8.count ?? 0) <= Self.maximumBytes,
                !id.contains(10)
            else { return nil }
            let tail = rest.map { [10] + $0.utf8 } ?? []
            return EntityUID(type: Text("\(type)"), id: Text(validUTF8: id + tail))
        }
        switch self {
        case .spiffeID(let id): return Self.canonicalSpiffe(id).flatMap { uid(Self.spiffeType, $0) }
        case .certificate(let issuer, let serial):
            guard !issuer.isEmpty, let digits = Self.canonicalSerial(serial.utf8) else {
                return nil
            }
            return uid(Self.certificateType, digits, issuer)
        case .thumbprint(let text):
            guard let digits = Self.hexadecimal(text.utf8), digits.count == 64 else { return nil }
            return uid(Self.thumbprintType, digits)
        case .tokenSubject(let subject, let issuer):
            return uid(Self.tokenSubjectType, subject.utf8, issuer)
        case .tokenID(let id, let issuer): return uid(Self.tokenIDType, id.utf8, issuer)
        case .entity(let entity):
            return entity.type.utf8.contains(32) ? nil : entity
        }
    }

    /// What an identity stands for.
    init?(_ uid: EntityUID) {
        let bytes = uid.id.utf8
        let cut = bytes.firstIndex(of: 10)
        let head = Text(validUTF8: Array(bytes[..<(cut ?? bytes.count)]))
        let rest = cut.map { Text(validUTF8: Array(bytes[($0 + 1)...])) }
        switch uid.type.string {
        case "\(Self.spiffeType)": self = .spiffeID(uid.id)
        case "\(Self.certificateType)": self = .certificate(issuer: rest ?? "", serial: head)
        case "\(Self.thumbprintType)": self = .thumbprint(uid.id)
        case "\(Self.tokenSubjectType)": self = .tokenSubject(head, issuer: rest)
        case "\(Self.tokenIDType)": self = .tokenID(head, issuer: rest)
        default:
            if uid.type.utf8.contains(32) { return nil }
            self = .entity(uid)
        }
    }

    private static let maximumBytes = 4096

    private static func canonicalSpiffe(_ id: Text) -> [UInt8]? {
        let prefix = Array("spiffe://".utf8)
        var bytes = id.utf8
        guard bytes.count > prefix.count, bytes.count <= 2048 else { return nil }
        // Scheme and trust domain are compared without regard to case, the path with.
        var index = 0
        while index < bytes.count, index < prefix.count || bytes[index] != UInt8(ascii: "/") {
            if (65...90).contains(bytes[index]) { bytes[index] += 32 }
            index += 1
        }
        return bytes.starts(with: prefix) ? bytes : nil
    }

    /// Lower-case hexadecimal digits without colons.
    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8]? {
        var digits: [UInt8] = []
        for byte in bytes where byte != UInt8(ascii: ":") {
            switch byte {
            case 48...57, 97...102: digits.append(byte)
            case 65...70: digits.append(byte + 32)
            default: return nil
            }
        }
        return digits.isEmpty ? nil : digits
    }

    /// Lower-case digits without colons and leading zeros; `0` for zero.
    package static func canonicalSerial(_ bytes: [UInt8]) -> [UInt8]? {
        guard let digits = hexadecimal(bytes) else { return nil }
        let significant = Array(digits.drop { $0 == 48 })
        return significant.isEmpty ? [48] : significant
    }
}

extension RestrictionSubject: CustomStringConvertible {
    package var description: String {
        switch self {
        case .spiffeID(let id): "SPIFFE id `\(id)`"
        case .certificate(let issuer, let serial): "certificate \(serial) of `\(issuer)`"
        case .thumbprint(let digits): "certificate with SHA-256 \(digits)"
        case .tokenSubject(let subject, let issuer):
            "tokens of subject `\(subject)`" + (issuer.map { " of `\($0)`" } ?? "")
        case .tokenID(let id, let issuer):
            "token `\(id)`" + (issuer.map { " of `\($0)`" } ?? "")
        case .entity(let uid): "\(uid)"
        }
    }

    /// A stable name of the kind, for machines.
    package var kind: String {
        switch self {
        case .spiffeID: "spiffe"
        case .certificate: "certificate"
        case .thumbprint: "thumbprint"
        case .tokenSubject: "tokenSubject"
        case .tokenID: "tokenId"
        case .entity: "entity"
        }
    }
}
