/// Which bytes names and values of fields may have.
///
/// Sources: RFC 9113, section 8.2.1; RFC 9110, sections 5.1 and 5.5.
enum FieldRules {
    /// The bytes of names below and from 64 on: those of tokens without upper case letters, a bit for
    /// each of `!#$%&'*+-.^_`|~`, the digits and the letters.
    private static let lowNameBytes: UInt64 = 0x03FF_6CFA_0000_0000
    private static let highNameBytes: UInt64 = 0x57FF_FFFF_C000_0000

    private static func isNameByte(_ byte: UInt8) -> Bool {
        let bits = byte < 64 ? lowNameBytes : highNameBytes
        return byte < 128 && bits >> UInt64(byte & 63) & 1 == 1
    }

    /// Whether every byte may stand in a name, and there is one.
    static func isName(_ name: Span<UInt8>) -> Bool {
        guard name.count > 0 else { return false }
        for index in name.indices where !isNameByte(name[index]) { return false }
        return true
    }

    /// Whether a value has no control characters but tabs, and no white space at its ends.
    static func isValue(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0 else { return true }
        if isWhiteSpace(value[0]) || isWhiteSpace(value[value.count - 1]) { return false }
        for index in value.indices {
            let byte = value[index]
            if byte < 0x20 && byte != 0x09 || byte == 0x7F { return false }
        }
        return true
    }

    /// Whether a request's method is a token.
    static func isMethod(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0 else { return false }
        for index in value.indices where !isNameByte(lower(value[index])) { return false }
        return true
    }

    /// Whether a scheme is one by its letters. Source: RFC 3986, section 3.1.
    static func isScheme(_ value: Span<UInt8>) -> Bool {
        guard value.count > 0, isLetter(value[0]) else { return false }
        for index in value.indices {
            switch value[index] {
            case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): continue
            default: if !isLetter(value[index]) { return false }
            }
        }
        return true
    }

    /// Whether two texts differ at most in the case of ASCII letters.
    static func equalIgnoringCase(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where lower(left[index]) != lower(right[index]) { return false }
        return true
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(lower(byte)) }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
