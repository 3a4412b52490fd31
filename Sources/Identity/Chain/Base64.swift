/// Decodes base64 one byte at a time: the standard alphabet, with padding, with no bit to spare.
///
/// Two texts never decode to the same bytes. Source: RFC 4648, sections 3.5 and 4.
struct Base64: BitwiseCopyable {
    private var bits: UInt32 = 0
    private var digits = 0
    private var padding = 0

    /// Takes one character; nil when it cannot stand here.
    ///
    /// - Returns: the bytes that became known: up to three, with their number.
    mutating func take(_ character: UInt8) -> (count: Int, bits: UInt32)? {
        if character == UInt8(ascii: "=") {
            guard digits >= 2, digits + padding < 4 else { return nil }
            padding += 1
            if digits + padding < 4 { return (0, 0) }
            let spare = UInt32(padding == 1 ? 0x3 : 0xF)
            guard bits & spare == 0 else { return nil }
            let bytes = padding == 1 ? (2, bits >> 2) : (1, bits >> 4)
            // Anything after a padded group is refused: `digits` stays above zero.
            return bytes
        }
        guard padding == 0, let value = Self.value(character) else { return nil }
        bits = bits << 6 | UInt32(value)
        digits += 1
        if digits < 4 { return (0, 0) }
        let bytes = bits
        bits = 0
        digits = 0
        return (3, bytes)
    }

    /// Whether the text may end here.
    var isComplete: Bool { digits == 0 || digits + padding == 4 }

    private static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character &- UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character &- UInt8(ascii: "a") &+ 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character &- UInt8(ascii: "0") &+ 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
