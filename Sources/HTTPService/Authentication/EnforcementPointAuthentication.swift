import AuthZEN
import DecisionPoint

/// Who a header field proves to ask.
struct ProvenCaller: Sendable {
    /// In logs.
    let name: String
    /// Nil when it was no token that proved it.
    var token: JudgedToken?
}

/// Who may ask: how a policy enforcement point proves that it is one.
package struct EnforcementPointAuthentication: Sendable {
    /// A key of which only the digest is known here.
    package struct APIKey: Sendable {
        /// The caller's name in logs; the client id where it is a client's secret.
        package let name: String
        package let digest: [UInt8]

        /// - Parameter digest: the SHA-256 of the key; nil is returned for another size.
        package init?(name: String, digest: [UInt8]) {
            guard digest.count == Digest.byteCount else { return nil }
            self.name = name
            self.digest = digest
        }
    }

    package var keys: [APIKey] = []
    /// Clients that send their id and a secret as `Authorization: Basic`.
    package var clients: [APIKey] = []
    /// Keys and clients beside these that may be taken away; nil when there are none. An empty one lets
    /// nobody in.
    package var secrets: CallerSecrets?
    /// Whose client certificates are proof enough; nil when none is.
    package var certificates: CallerCertificates?
    /// Whose tokens are proof enough; nil when none is.
    package var tokens: CallerTokens?

    package init(
        keys: [APIKey] = [], clients: [APIKey] = [], secrets: CallerSecrets? = nil,
        certificates: CallerCertificates? = nil, tokens: CallerTokens? = nil
    ) {
        self.keys = keys
        self.clients = clients
        self.secrets = secrets
        self.certificates = certificates
        self.tokens = tokens
    }

    /// Anybody who reaches the address may ask: for local sockets, which know their peers.
    package static let open = EnforcementPointAuthentication()

    /// Whether nothing is asked for.
    var isOpen: Bool {
        keys.isEmpty && clients.isEmpty && secrets == nil && certificates == nil && tokens == nil
    }

    /// The caller that a header field proves; nil when it proves none.
    ///
    /// - Parameters:
    ///   - authorization: `Bearer KEY`, `Basic CREDENTIALS`, or the key alone, as some clients send
    ///     it.
    ///   - certificate: that of the connection, as a token may be bound to it.
    func caller(authorization: String, certificate: JudgedCertificate?) -> ProvenCaller? {
        let field = Array(authorization.utf8)
        if let credentials = Self.credentials(field, of: "basic ") {
            return client(credentials).map { ProvenCaller(name: $0) }
        }
        let bearer = Self.credentials(field, of: "bearer ") ?? field[...]
        guard !bearer.isEmpty else { return nil }
        let digest = Digest.sha256(Array(bearer))
        let found =
            Self.name(of: digest, in: keys)
            ?? secrets.flatMap { Self.name(of: digest, in: $0.current.keys) }
        return found.map { ProvenCaller(name: $0) }
            ?? tokens?.caller(Array(bearer), certificate: certificate)
    }

    /// The name of the key with a digest, and of the client with an id and a secret of that digest.
    ///
    /// All are compared, so that the time tells nothing of which one it is.
    private static func name(
        of digest: [UInt8], in keys: [APIKey], id: [UInt8]? = nil
    ) -> String? {
        var found: String?
        for key in keys
        where Digest.areEqual(key.digest, digest)
            && (id.map { key.name.utf8.elementsEqual($0) } ?? true)
        {
            found = key.name
        }
        return found
    }

    /// What follows a scheme, in any case of letters; nil for another scheme.
    private static func credentials(
        _ field: [UInt8], of scheme: StaticString
    ) -> ArraySlice<UInt8>? {
        let count = scheme.utf8CodeUnitCount
        guard field.count >= count else { return nil }
        let isEqual = scheme.withUTF8Buffer { word in
            unsafe zip(field, word).allSatisfy { $0 == $1 || $0 | 0x20 == $1 }
        }
        return isEqual ? field[count...] : nil
    }

    /// The client that an id with its secret proves.
    ///
    /// Source: RFC 7617, section 2; RFC 6749, section 2.3.1, which has both form-encoded.
    private func client(_ credentials: ArraySlice<UInt8>) -> String? {
        let others = secrets?.current.clients ?? []
        guard !clients.isEmpty || !others.isEmpty, let text = Self.base64(credentials),
            let colon = text.firstIndex(of: UInt8(ascii: ":")),
            let id = Self.formDecoded(text[..<colon]),
            let secret = Self.formDecoded(text[(colon + 1)...]), !secret.isEmpty
        else { return nil }
        let digest = Digest.sha256(secret)
        return Self.name(of: digest, in: clients, id: id)
            ?? Self.name(of: digest, in: others, id: id)
    }

    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0, !text.contains(where: { $0 == 0x2D || $0 == 0x5F }) else {
            return nil
        }
        let digits = text.reversed().drop { $0 == UInt8(ascii: "=") }.reversed().map { byte in
            byte == UInt8(ascii: "+")
                ? UInt8(ascii: "-") : byte == UInt8(ascii: "/") ? UInt8(ascii: "_") : byte
        }
        guard text.count - digits.count <= 2 else { return nil }
        return Base64URL.decode(digits)
    }

    /// Source: WHATWG URL standard, "application/x-www-form-urlencoded".
    private static func formDecoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard index + 2 < text.endIndex, let high = hexadecimalDigit(text[index + 1]),
                    let low = hexadecimalDigit(text[index + 2])
                else { return nil }
                bytes.append(high << 4 | low)
                index += 2
            default: bytes.append(text[index])
            }
            index += 1
        }
        return bytes
    }
}

/// The value of a hexadecimal digit in either case; nil for another byte.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}
