extension JSONError: CustomStringConvertible {
    /// The offence in words for a person, without its position.
    package var message: String {
        switch kind {
        case .unexpectedEnd:
            expected == .endOfString
                ? "the text ends inside a string"
                : "the text ends where \(expected.words) should be"
        case .unexpectedByte: unexpectedByteMessage
        case .invalidUTF8: "a string holds bytes that are not UTF-8"
        case .loneSurrogate:
            "a `\\u` escape names half of a surrogate pair: write both halves, or the character"
        case .badEscape:
            "not an escape: use `\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t` or `\\u` and "
                + "four hexadecimal digits"
        case .controlCharacter:
            "\(foundWords) stands unescaped in a string: write it as a `\\u` escape"
        case .badNumber: badNumberMessage
        case .duplicateKey: "the object already has a member of this name: remove one"
        case .tooDeep: "arrays and objects nest deeper than the limit of \(limit)"
        case .tooLarge: "the text is longer than the limit of \(limit) bytes"
        case .trailingContent: "\(foundWords) follows the value: only one value is allowed"
        case .byteOrderMark: "the text starts with a byte order mark: save it as UTF-8 without one"
        }
    }

    /// The message and the byte offset.
    package var description: String { "\(message) (at byte \(offset))" }

    private var unexpectedByteMessage: String {
        let isTrailingComma =
            (expected == .valueAfterComma && found == UInt8(ascii: "]"))
            || (expected == .keyAfterComma && found == UInt8(ascii: "}"))
        let hint = isTrailingComma ? ": remove the comma before it" : ""
        return "expected \(expected.words), found \(foundWords)\(hint)"
    }

    private var badNumberMessage: String {
        if let found, UInt8(ascii: "0")...UInt8(ascii: "9") ~= found {
            return "a number has a leading zero"
        }
        return "expected a digit, found \(foundWords)"
    }

    private var foundWords: String { found.map(describe(byte:)) ?? "nothing" }
}

extension JSONError.Expectation {
    fileprivate var words: String {
        switch self {
        case .nothing: "more"
        case .value: "a value"
        case .valueAfterComma: "a value after the comma"
        case .valueOrEndOfArray: "a value or `]`"
        case .key: "a member name in quotes"
        case .keyAfterComma: "a member name in quotes after the comma"
        case .keyOrEndOfObject: "a member name in quotes or `}`"
        case .colon: "`:`"
        case .commaOrEndOfArray: "`,` or `]`"
        case .commaOrEndOfObject: "`,` or `}`"
        case .literal: "`true`, `false` or `null`"
        case .digit: "a digit"
        case .endOfString: "the end of a string"
        }
    }
}

/// Names a byte for a message: itself in backticks when it is visible ASCII, else its number.
func describe(byte: UInt8) -> String {
    if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "`") {
        return "`\(Character(Unicode.Scalar(byte)))`"
    }
    let digits = String(byte, radix: 16, uppercase: true)
    return "byte 0x" + (digits.count == 1 ? "0" : "") + digits
}
