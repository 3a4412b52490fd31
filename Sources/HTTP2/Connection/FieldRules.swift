/// Which bytes names and values of fields may have.
///
/// Sources: RFC 9113, section 8.2.1; RFC 9110, sections 5.1 and 5.5.
enum FieldRules {
    /// The bytes of names: those of tokens without upper case letters; a bit for each.
    private static let nameBytes: (UInt64, UInt64) = {
        var bits: (UInt64, UInt64) = (0, 0)
        for byte in "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".utf8 {
            if byte < 64 { bits.0 |= 1 << UInt64(byte) } else { bits.1 |= 1 << UInt64(byte - 64) }
        }
        return bits
    }()

    /// Whether every byte from `start` on may stand in a name, and there is one.
    static func isName(_ name: Span<UInt8>, from start: Int = 0) -> Bool {
        guard name.count > start else { return false }
        let (low, high) = nameBytes
        for index in start..<name.count {
            let byte = name[index]
            guard byte < 128 else { return false }
            let bits = byte < 64 ? low : high
            if bits >> UInt64(byte & 63) & 1 == 0 { return false }
        }
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
        let (low, high) = nameBytes
        for index in value.indices {
            var byte = value[index]
            if (0x41...0x5A).contains(byte) { byte |= 0x20 }
            guard byte < 128 else { return false }
            if (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 0 { return false }
        }
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

    /// Whether bytes are those of an ASCII text.
    static func equal(_ bytes: Span<UInt8>, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        let pointer = unsafe text.utf8Start
        for index in bytes.indices where unsafe bytes[index] != pointer[index] { return false }
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
