/// Eight bytes looked at together, lowest address in the lowest byte.
///
/// Each search returns a mask whose set bits are the top bits of the bytes found.
enum ByteWord {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Marks the bytes that end a run of plain ASCII inside a string: quote, backslash, below 0x20,
    /// above 0x7F.
    ///
    /// Only the lowest mark is exact: a borrow may mark bytes after it.
    @inline(__always)
    static func specialInString(_ word: UInt64) -> UInt64 {
        let quote = (word ^ (ones &* 0x22)) &- ones
        let backslash = (word ^ (ones &* 0x5C)) &- ones
        let control = word &- (ones &* 0x20)
        return (quote | backslash | control | word) & tops
    }

    /// Marks quotes and backslashes; only the lowest mark is exact.
    @inline(__always)
    static func quoteOrBackslash(_ word: UInt64) -> UInt64 {
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        return (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)) & tops
    }

    /// Marks exactly the bytes equal to `byte`.
    @inline(__always)
    static func equal(_ word: UInt64, to byte: UInt8) -> UInt64 {
        let difference = word ^ (ones &* UInt64(byte))
        // No carry crosses a byte here, so every mark is exact.
        return ~(((difference & ~tops) &+ ~tops) | difference | ~tops)
    }

    /// Number of bytes that start a UTF-8 scalar: all but continuation bytes.
    @inline(__always)
    static func scalarStarts(_ word: UInt64) -> Int {
        8 - (word & tops & ~(word << 1)).nonzeroBitCount
    }

    /// Index of the byte the lowest mark of `mask` names.
    @inline(__always)
    static func first(_ mask: UInt64) -> Int { mask.trailingZeroBitCount / 8 }
}

extension Span<UInt8> {
    /// The eight bytes from `index`, the first one lowest; traps when they are not all inside.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        precondition(index >= 0 && index <= count - 8, "a word outside the bytes")
        return unsafe UInt64(
            littleEndian: self.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// First index from `index` on whose byte ends a run of plain ASCII in a string, or `count`.
    @inline(__always)
    func endOfPlainRun(from index: Int) -> Int {
        var index = index
        while count - index >= 8 {
            let mask = ByteWord.specialInString(word(at: index))
            if mask != 0 { return index + ByteWord.first(mask) }
            index += 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte > 0x7F || byte == 0x22 || byte == 0x5C { break }
            index += 1
        }
        return index
    }

    /// First index from `index` on that is not JSON white space, or `count`.
    @inline(__always)
    func skippingSpace(from index: Int) -> Int {
        var index = index
        while index < count, self[index].isJSONSpace { index += 1 }
        return index
    }

    /// Length of the well-formed UTF-8 sequence at `index` whose first byte is above 0x7F, or 0.
    ///
    /// Source: The Unicode Standard, table 3-7.
    func multibyteLength(at index: Int) -> Int {
        let lead = self[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard count - index >= length, second ~= self[index + 1] else { return 0 }
        if length > 2, self[index + 2] & 0xC0 != 0x80 { return 0 }
        if length > 3, self[index + 3] & 0xC0 != 0x80 { return 0 }
        return length
    }

    /// Whether the bytes start with a UTF-8 byte order mark.
    var startsWithByteOrderMark: Bool {
        count >= 3 && self[0] == 0xEF && self[1] == 0xBB && self[2] == 0xBF
    }
}

extension UInt8 {
    /// Whether the byte is one of JSON's four white space characters.
    @inline(__always)
    var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }

    /// Whether the byte is an ASCII digit.
    @inline(__always)
    var isDigit: Bool { self &- 0x30 < 10 }
}
