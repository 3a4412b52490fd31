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
        for text in ["host", "connection", "content-length", "transfer-encoding", "te", "upgrade"]
        where text.utf8.elementsEqual(bytes: name) { return false }
        return true
    }

    /// Whether a value is visible text and blanks: no control character, no byte beyond UTF-8.
    package static func allowsValue(_ value: Span<UInt8>) -> Bool {
        guard value.count <= maximumValueBytes else { return false }
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
        (try? UTF8Span(validating: text)) != nil
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension String.UTF8View {
    fileprivate func elementsEqual(bytes: Span<UInt8>) -> Bool {
        guard count == bytes.count else { return false }
        var index = 0
        for byte in self {
            if byte != bytes[index] { return false }
            index += 1
        }
        return true
    }
}
