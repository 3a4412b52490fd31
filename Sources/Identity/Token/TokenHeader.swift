import JSON

/// What a token's header says, read before anything is known about who signed it.
struct TokenHeader: BitwiseCopyable {
    enum MediaType: BitwiseCopyable {
        /// `at+jwt`, with or without `application/`.
        case accessToken
        /// `JWT`, `JOSE` or nothing.
        case plain
    }

    let algorithm: SignatureAlgorithm
    let mediaType: MediaType
    /// A string of the tape that was read.
    let keyID: JSONNode

    /// Reads a header.
    ///
    /// Parameters that are not named here are passed over, as RFC 7515, section 4, wants it; those that
    /// bring or point to a key are refused, since keys come from the administrator alone.
    /// Sources: RFC 7515, section 4.1; RFC 9068, section 2.1; RFC 8725, section 3; RFC 7797.
    init(_ tape: borrowing JSONTape) throws(TokenRejection) {
        let root = tape.root
        guard tape.kind(root) == .object else { throw TokenRejection(.notJSON) }
        if tape.member(root, "crit") != nil || tape.member(root, "b64") != nil {
            throw TokenRejection(.criticalHeader)
        }
        for name: StaticString in ["jwk", "jku", "x5u", "x5c"]
        where tape.member(root, name) != nil {
            throw TokenRejection(.keyInHeader)
        }
        guard let stated = tape.member(root, "alg"),
            let algorithm = SignatureAlgorithm.allCases.first(where: {
                tape.stringEquals(stated, $0.name)
            })
        else { throw TokenRejection(.algorithmNotAllowed, .algorithm) }
        self.algorithm = algorithm
        if let type = tape.member(root, "typ") {
            guard tape.kind(type) == .string,
                let mediaType = tape.withUTF8(type, { Self.mediaType($0) })
            else { throw TokenRejection(.wrongType, .type) }
            self.mediaType = mediaType
        } else {
            mediaType = .plain
        }
        guard let keyID = tape.member(root, "kid"), tape.kind(keyID) == .string,
            !tape.stringEquals(keyID, "")
        else { throw TokenRejection(.keyIDMissing, .keyID) }
        self.keyID = keyID
    }

    private static func mediaType(_ text: Span<UInt8>) -> MediaType? {
        if isWord(text, "at+jwt") || isWord(text, "application/at+jwt") { return .accessToken }
        return isWord(text, "jwt") || isWord(text, "jose") ? .plain : nil
    }

    /// Media types do not tell cases apart. Source: RFC 2045, section 5.1.
    private static func isWord(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
        guard text.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<text.count {
            let byte = text[index]
            let isCapital = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
            let expected = unsafe word.utf8Start[index]
            if (isCapital ? byte | 0x20 : byte) != expected { return false }
        }
        return true
    }
}
