/// Cuts a policy text into tokens, one at a time.
///
/// Source: Cedar 4.5 grammar, lexical part.
struct Lexer: BitwiseCopyable {
    /// Offset of the next byte to look at.
    var position = 0

    /// Reads the next token of a text, always the same, which must be valid UTF-8.
    mutating func next(_ bytes: Span<UInt8>) -> Token {
        skipBlanks(bytes)
        let start = position
        guard start < bytes.count else { return Token(.end, from: start, to: start) }
        switch bytes[start] {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_"):
            return word(bytes, from: start)
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            position += 1
            while position < bytes.count, bytes[position].isASCIIDigit { position += 1 }
            return Token(.integer, from: start, to: position)
        case UInt8(ascii: "\""):
            return string(bytes, from: start)
        case UInt8(ascii: "?"):
            return slot(bytes, from: start)
        default:
            let (kind, length) = sign(bytes, at: start)
            position += length
            return Token(kind, from: start, to: position)
        }
    }

    /// Skips white space (any Unicode White_Space) and comments.
    private mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09...0x0D:
                position += 1
            case UInt8(ascii: "/"):
                guard position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "/") else {
                    return
                }
                while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D {
                    position += 1
                }
            case 0x80...:
                let length = wideBlankLength(bytes, at: position)
                guard length > 0 else { return }
                position += length
            default:
                return
            }
        }
    }

    private mutating func word(_ bytes: Span<UInt8>, from start: Int) -> Token {
        // The last eight letters make one number, so that words are told apart by one comparison.
        var tail: UInt64 = 0
        var position = start
        while position < bytes.count, bytes[position].isIdentifierByte {
            tail = tail << 8 | UInt64(bytes[position])
            position += 1
        }
        self.position = position
        let kind: Token.Kind =
            switch position - start {
            case 2...8: Token.Kind(shortWord: tail)
            case 9: Token.Kind(first: bytes[start], lastEight: tail)
            default: .identifier
            }
        return Token(kind, from: start, to: position)
    }

    private mutating func string(_ bytes: Span<UInt8>, from start: Int) -> Token {
        position += 1
        var hasEscapes = false
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return Token(.string, hasEscapes: hasEscapes, from: start, to: position)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += min(2, bytes.count - position)
            case 0x0D:
                hasEscapes = true
                position += 1
            default:
                position += 1
            }
        }
        return Token(.unterminatedString, from: start, to: position)
    }

    private mutating func slot(_ bytes: Span<UInt8>, from start: Int) -> Token {
        position += 1
        guard position < bytes.count, bytes[position].isIdentifierByte,
            !bytes[position].isASCIIDigit
        else { return Token(.invalid, from: start, to: position) }
        while position < bytes.count, bytes[position].isIdentifierByte { position += 1 }
        return Token(.slot, from: start, to: position)
    }
}

/// Reads an operator or a bracket; a character that is none is `.invalid` with its whole length.
private func sign(_ bytes: Span<UInt8>, at start: Int) -> (Token.Kind, length: Int) {
    let following = start + 1 < bytes.count ? bytes[start + 1] : 0
    let equalFollows = following == UInt8(ascii: "=")
    switch bytes[start] {
    case UInt8(ascii: "("): return (.leftParenthesis, 1)
    case UInt8(ascii: ")"): return (.rightParenthesis, 1)
    case UInt8(ascii: "["): return (.leftBracket, 1)
    case UInt8(ascii: "]"): return (.rightBracket, 1)
    case UInt8(ascii: "{"): return (.leftBrace, 1)
    case UInt8(ascii: "}"): return (.rightBrace, 1)
    case UInt8(ascii: ","): return (.comma, 1)
    case UInt8(ascii: ";"): return (.semicolon, 1)
    case UInt8(ascii: "."): return (.dot, 1)
    case UInt8(ascii: "@"): return (.at, 1)
    case UInt8(ascii: "+"): return (.plus, 1)
    case UInt8(ascii: "-"): return (.minus, 1)
    case UInt8(ascii: "*"): return (.star, 1)
    case UInt8(ascii: "/"): return (.slash, 1)
    case UInt8(ascii: "%"): return (.percent, 1)
    case UInt8(ascii: ":"): return following == UInt8(ascii: ":") ? (.doubleColon, 2) : (.colon, 1)
    case UInt8(ascii: "="): return equalFollows ? (.equal, 2) : (.assign, 1)
    case UInt8(ascii: "!"): return equalFollows ? (.notEqual, 2) : (.not, 1)
    case UInt8(ascii: "<"): return equalFollows ? (.lessOrEqual, 2) : (.less, 1)
    case UInt8(ascii: ">"): return equalFollows ? (.greaterOrEqual, 2) : (.greater, 1)
    case UInt8(ascii: "&") where following == UInt8(ascii: "&"): return (.and, 2)
    case UInt8(ascii: "|") where following == UInt8(ascii: "|"): return (.or, 2)
    case let byte: return (.invalid, byte.scalarLength)
    }
}

/// The length of the non-ASCII white space at an offset, 0 when there is none.
///
/// Source: Unicode 16, PropList.txt, White_Space.
func wideBlankLength(_ bytes: Span<UInt8>, at start: Int) -> Int {
    func byte(_ index: Int) -> UInt8 { start + index < bytes.count ? bytes[start + index] : 0 }
    switch (byte(0), byte(1), byte(2)) {
    case (0xC2, 0x85, _), (0xC2, 0xA0, _): return 2  // U+0085, U+00A0
    case (0xE1, 0x9A, 0x80): return 3  // U+1680
    case (0xE2, 0x80, 0x80...0x8A): return 3  // U+2000...U+200A
    case (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF): return 3  // U+2028, U+2029, U+202F
    case (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80): return 3  // U+205F, U+3000
    default: return 0
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    /// Whether it is an ASCII letter, a digit or `_`.
    var isIdentifierByte: Bool {
        (self | 0x20) &- UInt8(ascii: "a") < 26 || isASCIIDigit || self == UInt8(ascii: "_")
    }

    /// The length in bytes of the UTF-8 scalar that begins with this byte.
    var scalarLength: Int {
        switch self {
        case ..<0xC0: 1
        case ..<0xE0: 2
        case ..<0xF0: 3
        default: 4
        }
    }
}

extension Token.Kind {
    /// The kind of a word of at most eight letters, given as one big-endian number.
    fileprivate init(shortWord: UInt64) {
        switch shortWord {
        case 0x6966: self = .if
        case 0x696E: self = .in
        case 0x6973: self = .is
        case 0x68_6173: self = .has
        case 0x6C69_6B65: self = .like
        case 0x7468_656E: self = .then
        case 0x656C_7365: self = .else
        case 0x7472_7565: self = .true
        case 0x66_616C_7365: self = .false
        case 0x7768_656E: self = .when
        case 0x756E_6C65_7373: self = .unless
        case 0x7065_726D_6974: self = .permit
        case 0x666F_7262_6964: self = .forbid
        case 0x6163_7469_6F6E: self = .action
        case 0x7265_736F_7572_6365: self = .resource
        case 0x63_6F6E_7465_7874: self = .context
        case 0x5F_5F63_6564_6172: self = .reservedNamespace
        default: self = .identifier
        }
    }

    /// The kind of a word of nine letters.
    fileprivate init(first: UInt8, lastEight: UInt64) {
        let isPrincipal = first == UInt8(ascii: "p") && lastEight == 0x7269_6E63_6970_616C
        self = isPrincipal ? .principal : .identifier
    }
}
