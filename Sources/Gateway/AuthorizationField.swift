/// What a client's `Authorization` field says, as far as a gateway's decision needs it.
///
/// Whoever stands behind may read the field more liberally, so everything that could be a bearer token to
/// somebody is judged as one: it may follow the scheme after a tab, or alone, or after a comma where
/// fields were joined.
///
/// Source: RFC 6750, section 2.1; RFC 9110, sections 5.3 and 11.1.
package enum AuthorizationField: BitwiseCopyable, Sendable, Equatable {
    /// Another scheme: the service's business.
    case other
    /// A bearer token from this byte of the value on; one that no judge accepts when there is nothing
    /// behind the scheme.
    case bearer(start: Int)
    /// More than one field, or one that could be: nobody may choose.
    case several

    /// Reads the value of the only field.
    ///
    /// - Parameter isJoined: whether fields with one name came as one, with commas between them.
    package init(_ value: Span<UInt8>, isJoined: Bool) {
        let start = Self.skipBlanks(value, from: 0)
        self = .other
        if let token = Self.bearer(value, at: start) { self = .bearer(start: token) }
        for index in value.indices where value[index] == UInt8(ascii: ",") {
            let next = Self.skipBlanks(value, from: index + 1)
            guard isJoined || Self.bearer(value, at: next) != nil else { continue }
            self = .several
            return
        }
    }

    /// Where the token of a value that begins with the scheme is; nil for another scheme.
    private static func bearer(_ value: Span<UInt8>, at start: Int) -> Int? {
        let scheme: StaticString = "bearer"
        let end = start + scheme.utf8CodeUnitCount
        guard value.count >= end else { return nil }
        let word = unsafe Span(_unsafeStart: scheme.utf8Start, count: scheme.utf8CodeUnitCount)
        for index in word.indices where value[start + index] | 0x20 != word[index] { return nil }
        guard end < value.count else { return start }
        // Another scheme that begins so.
        guard !isToken(value[end]) else { return nil }
        let token = skipBlanks(value, from: end)
        return token < value.count ? token : start
    }

    private static func skipBlanks(_ value: Span<UInt8>, from start: Int) -> Int {
        var index = start
        while index < value.count, value[index] == 0x20 || value[index] == 0x09 { index += 1 }
        return index
    }

    /// Whether a byte may stand in the name of a scheme.
    ///
    /// Source: RFC 9110, section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"),
            UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^")...UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
