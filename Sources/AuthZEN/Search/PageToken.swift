import CedarEngine
package import EntityStore

/// The key that page tokens are sealed with.
package struct PageTokenKey: Sendable {
    fileprivate let bytes: [UInt8]

    /// The fewest bytes a key may have.
    package static let minimumBytes = 16

    /// A key that all processes behind one address share; nil when it is shorter than
    /// ``minimumBytes``.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.minimumBytes else { return nil }
        self.bytes = bytes
    }

    /// A key of this process: its tokens are worth nothing to another.
    package static func random() -> PageTokenKey {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<4 { bytes.append(word: generator.next()) }
        return PageTokenKey(validated: bytes)
    }

    private init(validated bytes: [UInt8]) { self.bytes = bytes }
}

/// Where a search goes on: sealed, so that nobody but its maker writes one, and bound to the query.
///
/// | bytes | content |
/// | --- | --- |
/// | 0 | version, 1 |
/// | 1–4 | limit of results a page |
/// | 5–12 | key of the next entity |
/// | 13–16 | its place under the key |
/// | 17–48 | HMAC-SHA-256 of these bytes and the digest of the query |
///
/// Numbers are little-endian. The limit lies in the token because a caller may leave it out when it
/// asks for the next page.
package struct PageToken: Equatable, Sendable {
    package var limit: UInt32
    package var position: ScanPosition

    private static let version: UInt8 = 1
    private static let contentBytes = 17

    package init(limit: UInt32, position: ScanPosition) {
        self.limit = limit
        self.position = position
    }

    /// The token as a caller sees it.
    ///
    /// - Parameter query: a digest of all that the next request must repeat.
    package func sealed(query: [UInt8], _ key: PageTokenKey) -> [UInt8] {
        var bytes = [Self.version]
        bytes.append(half: limit)
        bytes.append(word: position.key)
        bytes.append(half: position.ordinal)
        return Base64URL.encode(
            bytes + Digest.authentication(of: bytes + query, key: key.bytes))
    }

    /// Opens a token; nil when it was not made here, for this query.
    package init?(_ text: [UInt8], query: [UInt8], _ key: PageTokenKey) {
        guard let bytes = Base64URL.decode(text),
            bytes.count == Self.contentBytes + Digest.byteCount
        else { return nil }
        let content = Array(bytes[..<Self.contentBytes])
        let expected = Digest.authentication(of: content + query, key: key.bytes)
        guard Digest.areEqual(Array(bytes[Self.contentBytes...]), expected),
            content[0] == Self.version
        else { return nil }
        func number(_ range: Range<Int>) -> UInt64 {
            content[range].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        limit = UInt32(number(1..<5))
        position = ScanPosition(key: number(5..<13), ordinal: UInt32(number(13..<17)))
    }
}
