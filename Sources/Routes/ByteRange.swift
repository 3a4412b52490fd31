/// A run of bytes in a buffer that is known from where it stands.
package struct ByteRange: BitwiseCopyable, Hashable, Sendable {
    package let start: Int
    package let end: Int

    package init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    package var count: Int { end - start }
}

extension Array where Element == UInt8 {
    /// Lends the bytes of a range, which must lie inside.
    @inline(__always)
    func withBytes<Result, Failure: Error>(
        _ range: ByteRange, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(span.extracting(range.start..<range.end))
    }

    /// The text of a range, for messages.
    func text(_ range: ByteRange) -> String {
        String(decoding: self[range.start..<range.end], as: UTF8.self)
    }

    /// Appends a block of bytes.
    @inline(__always)
    mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends bytes, letters of ASCII in lower case.
    mutating func append(lowercasing bytes: Span<UInt8>) {
        let start = count
        append(bytes)
        for index in start..<count where self[index] != self[index].lowercased {
            self[index] = self[index].lowercased
        }
    }

}

extension Array {
    /// Forgets the elements, and keeps the memory; costs nothing when there are none.
    @inlinable @inline(__always)
    package mutating func clear() {
        // Asks half as often as `removeAll` whether the memory is shared.
        removeLast(count)
    }
}

extension Span where Element == UInt8 {
    @inline(__always)
    func hasBytes(of other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    /// Whether the bytes are those of a text known when the program was written.
    package func hasBytes(of text: StaticString) -> Bool {
        let other = unsafe Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount)
        return hasBytes(of: other)
    }

    /// Whether the bytes are well-formed UTF-8.
    ///
    /// Source: Unicode Standard, table 3-7.
    var isUTF8: Bool {
        var index = 0
        while index < count {
            let byte = self[index]
            if byte < 0x80 {
                index += 1
                continue
            }
            var low: UInt8 = 0x80
            var high: UInt8 = 0xBF
            let following: Int
            switch byte {
            case 0xC2...0xDF: following = 1
            case 0xE0: (following, low) = (2, 0xA0)
            case 0xED: (following, high) = (2, 0x9F)
            case 0xE1...0xEF: following = 2
            case 0xF0: (following, low) = (3, 0x90)
            case 0xF1...0xF3: following = 3
            case 0xF4: (following, high) = (3, 0x8F)
            default: return false
            }
            guard count - index > following, low...high ~= self[index + 1] else { return false }
            for next in 2..<(following + 1) where self[index + next] & 0xC0 != 0x80 { return false }
            index += following + 1
        }
        return true
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit.
    @inline(__always)
    var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The digit of a value below 16, in upper case.
    @inline(__always)
    var hexadecimalDigit: UInt8 {
        self < 10 ? self + UInt8(ascii: "0") : self - 10 + UInt8(ascii: "A")
    }

    @inline(__always)
    var lowercased: UInt8 {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= self ? self | 0x20 : self
    }

    @inline(__always)
    var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }

    @inline(__always)
    var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }

    /// RFC 3986, section 2.3: what an escape never changes the meaning of.
    @inline(__always)
    var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: isDigit || isLetter
        }
    }

    /// RFC 9110, section 5.6.2: what names of methods and fields are made of.
    @inline(__always)
    var isTokenByte: Bool { ByteSet.token.contains(self) }
}
