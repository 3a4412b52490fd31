import Wire

/// What may stand in a header that a gateway is told to set.
///
/// Source: RFC 9110, sections 5.1 and 5.5; RFC 9113, section 8.2.
package enum HeaderRules {
    /// The longest name, in bytes.
    package static let maximumNameBytes = 128
    /// The longest value, in bytes.
    package static let maximumValueBytes = 8 << 10

    /// Whether a name is one that may be set: a token in lower case that neither routes nor frames
    /// the message.
    ///
    /// Envoy obeys `:path`, and so an answer would change what was decided.
    package static func allowsName(_ name: Span<UInt8>) -> Bool {
        guard (1...maximumNameBytes).contains(name.count) else { return false }
        for index in name.indices where !isToken(name[index]) { return false }
        return switch name.count {
        case 2: !name.hasBytes(of: "te")
        case 4: !name.hasBytes(of: "host")
        case 7: !name.hasBytes(of: "upgrade")
        case 10: !name.hasBytes(of: "connection")
        case 14: !name.hasBytes(of: "content-length")
        case 17: !name.hasBytes(of: "transfer-encoding")
        default: true
        }
    }

    /// Whether a value is visible text and blanks: no control character, no byte beyond UTF-8.
    package static func allowsValue(_ value: Span<UInt8>) -> Bool {
        guard value.count <= maximumValueBytes else { return false }
        if unsafe value.withUnsafeBytes({ unsafe ASCIIText.isVisible($0) }) {
            return value.count == 0 || value[0] != 0x20 && value[value.count - 1] != 0x20
        }
        return allowsUnusualValue(value)
    }

    /// The same for a value with bytes beyond ASCII, and for one that is not allowed.
    @inline(never)
    private static func allowsUnusualValue(_ value: Span<UInt8>) -> Bool {
        var isASCII: UInt8 = 0
        for index in value.indices {
            let byte = value[index]
            // A tab is allowed in a field's value, but nobody needs it in ours.
            if byte < 0x20 || byte == 0x7F { return false }
            isASCII |= byte
        }
        if let first = value.indices.first, let last = value.indices.last,
            value[first] == 0x20 || value[last] == 0x20
        {
            return false
        }
        return isASCII < 0x80 || isUTF8(value)
    }

    /// Whether text is UTF-8, as every string of a protobuf message must be.
    package static func isUTF8(_ text: Span<UInt8>) -> Bool {
        unsafe text.withUnsafeBytes { unsafe ASCIIText.isASCII($0) }
            || (try? UTF8Span(validating: text)) != nil
    }

    /// Small letters, digits, `-`, `_` and `.`, as bits.
    @inline(__always)
    private static func isToken(_ byte: UInt8) -> Bool {
        let word: UInt64 =
            switch byte >> 6 {
            case 0: 0x03FF_6000_0000_0000
            case 1: 0x07FF_FFFE_8000_0000
            default: 0
            }
        return word >> UInt64(byte & 63) & 1 == 1
    }
}
