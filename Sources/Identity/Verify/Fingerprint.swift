/// A SHA-256 digest.
package struct Fingerprint: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    // Words rather than bytes: a comparison is four instructions.
    let words: InlineWords

    struct InlineWords: Hashable, Sendable, BitwiseCopyable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var fourth: UInt64 = 0
    }

    init(_ words: InlineWords) { self.words = words }

    /// Makes a digest of its 32 bytes; nil for another number.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var all: [UInt64] = [0, 0, 0, 0]
        for (place, byte) in bytes.enumerated() {
            all[place / 8] = all[place / 8] << 8 | UInt64(byte)
        }
        words = InlineWords(first: all[0], second: all[1], third: all[2], fourth: all[3])
    }

    /// Makes a digest of 64 hexadecimal digits, with or without colons between the bytes.
    package init?(hexadecimal text: String) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 where character != UInt8(ascii: ":") {
            guard let value = Hexadecimal.value(character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        guard high == nil else { return nil }
        self.init(bytes)
    }

    /// One of the 32 bytes, the first being the most significant.
    package func byte(_ index: Int) -> UInt8 {
        precondition(0..<32 ~= index, "a digest has 32 bytes")
        let word =
            switch index / 8 {
            case 0: words.first
            case 1: words.second
            case 2: words.third
            default: words.fourth
            }
        return UInt8(truncatingIfNeeded: word >> UInt64(56 - index % 8 * 8))
    }

    /// 64 lower-case hexadecimal digits.
    package var description: String { Hexadecimal.text((0..<32).map(byte)) }
}
