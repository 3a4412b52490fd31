/// What is wrong with an escape in a string literal, and where.
enum EscapeFault: Error {
    case carriageReturn(SourceSpan)
    case newlineAfterBackslash(SourceSpan)
    case unknown(SourceSpan)
    case starOutsidePattern(SourceSpan)
    case badHex(SourceSpan)
    case badUnicode(SourceSpan)
}

/// Reads the inside of a string literal scalar by scalar.
///
/// Source: Cedar 4.5 grammar, string escapes; `\*` is one only in patterns.
struct EscapeReader {
    private var position: Int
    private let end: Int

    /// - Parameter token: a string token, quotes included.
    init(_ token: Token) {
        position = Int(token.start) + 1
        end = Int(token.end) - 1
    }

    /// Returns the next scalar and whether it was written as `\*`; nil at the end.
    mutating func next(
        _ source: Span<UInt8>, inPattern: Bool
    ) throws(EscapeFault) -> (scalar: Unicode.Scalar, isEscapedStar: Bool)? {
        guard position < end else { return nil }
        let byte = source[position]
        if byte == 0x0D { throw .carriageReturn(SourceSpan(position, position + 1)) }
        guard byte == UInt8(ascii: "\\") else {
            let scalar = decodeScalar(source, at: position)
            position += byte.scalarLength
            return (scalar, false)
        }
        let start = position
        let letter = source[start + 1]
        position += 2
        switch letter {
        case UInt8(ascii: "n"): return ("\n", false)
        case UInt8(ascii: "r"): return ("\r", false)
        case UInt8(ascii: "t"): return ("\t", false)
        case UInt8(ascii: "0"): return ("\0", false)
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""):
            return (Unicode.Scalar(letter), false)
        case UInt8(ascii: "x"): return (try hex(source, from: start), false)
        case UInt8(ascii: "u"): return (try unicode(source, from: start), false)
        case UInt8(ascii: "*") where inPattern: return ("*", true)
        case UInt8(ascii: "*"): throw .starOutsidePattern(SourceSpan(start, position))
        case 0x0A, 0x0D: throw .newlineAfterBackslash(SourceSpan(start, position))
        default: throw .unknown(SourceSpan(start, start + 1 + letter.scalarLength))
        }
    }

    /// Reads the two digits of `\xHH`, at most 7F.
    private mutating func hex(
        _ source: Span<UInt8>, from start: Int
    ) throws(EscapeFault) -> Unicode.Scalar {
        var value: UInt32 = 0
        while position < min(start + 4, end), let digit = source[position].hexValue {
            value = value << 4 | digit
            position += 1
        }
        guard position == start + 4, value <= 0x7F, let scalar = Unicode.Scalar(value) else {
            throw .badHex(SourceSpan(start, position))
        }
        return scalar
    }

    /// Reads `{H…}` of `\u{H…}`: one to six digits, `_` anywhere but first, no surrogate.
    private mutating func unicode(
        _ source: Span<UInt8>, from start: Int
    ) throws(EscapeFault) -> Unicode.Scalar {
        guard position < end, source[position] == UInt8(ascii: "{") else {
            throw .badUnicode(SourceSpan(start, position))
        }
        position += 1
        var value: UInt32 = 0
        var digits = 0
        while position < end, source[position] != UInt8(ascii: "}") {
            let byte = source[position]
            if let digit = byte.hexValue, digits < 7 {
                value = value << 4 | digit
                digits += 1
            } else if byte != UInt8(ascii: "_") || digits == 0 {
                throw .badUnicode(SourceSpan(start, position))
            }
            position += 1
        }
        let isClosed = position < end
        if isClosed { position += 1 }
        guard isClosed, (1...6).contains(digits), let scalar = Unicode.Scalar(value) else {
            throw .badUnicode(SourceSpan(start, position))
        }
        return scalar
    }
}

/// Decodes the scalar at an offset of valid UTF-8.
func decodeScalar(_ source: Span<UInt8>, at start: Int) -> Unicode.Scalar {
    let lead = source[start]
    let length = lead.scalarLength
    guard length > 1, start + length <= source.count else { return Unicode.Scalar(lead) }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for offset in 1..<length {
        value = value << 6 | UInt32(source[start + offset] & 0x3F)
    }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
}

extension UInt8 {
    /// The value of a hexadecimal digit.
    fileprivate var hexValue: UInt32? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(self - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(self - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
