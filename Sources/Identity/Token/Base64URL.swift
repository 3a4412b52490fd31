/// Decodes base64url as JOSE wants it: without padding, white space or a bit to spare.
///
/// Two texts never decode to the same bytes. Sources: RFC 7515, section 2; RFC 4648, sections 3.5 and 5.
enum Base64URL {
    /// Replaces `bytes` with what the text stands for, keeping their storage.
    ///
    /// - Returns: whether the text is canonical; if not, `bytes` are meaningless.
    static func decode(_ text: Span<UInt8>, into bytes: inout [UInt8]) -> Bool {
        let rest = text.count % 4
        if rest == 1 { return false }
        bytes.removeAll(keepingCapacity: true)
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var index = 0
        while index + 4 <= text.count {
            let first = value(text[index])
            let second = value(text[index + 1])
            let third = value(text[index + 2])
            let fourth = value(text[index + 3])
            if (first | second | third | fourth) & invalid != 0 { return false }
            let bits =
                UInt32(first) << 18 | UInt32(second) << 12 | UInt32(third) << 6
                | UInt32(fourth)
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            bytes.append(UInt8(truncatingIfNeeded: bits))
            index += 4
        }
        if rest == 0 { return true }
        let first = value(text[index])
        let second = value(text[index + 1])
        let third = rest == 3 ? value(text[index + 2]) : 0
        if (first | second | third) & invalid != 0 { return false }
        bytes.append(first << 2 | second >> 4)
        if rest == 2 { return second & 0xF == 0 }
        bytes.append(second << 4 | third >> 2)
        return third & 0x3 == 0
    }

    /// The bytes a text stands for; nil when it is not canonical.
    static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        return decode(text, into: &bytes) ? bytes : nil
    }

    private static let invalid: UInt8 = 0xC0

    /// Six bits, or a value with a bit of ``invalid``.
    private static func value(_ character: UInt8) -> UInt8 {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character &- UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character &- UInt8(ascii: "a") &+ 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character &- UInt8(ascii: "0") &+ 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: 0xFF
        }
    }
}
