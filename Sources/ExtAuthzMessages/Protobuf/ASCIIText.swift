/// Judges text by words of eight bytes where that is enough.
enum ASCIIText {
    private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    /// Whether no byte is above 0x7F.
    @unsafe @inline(__always)
    static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe reduce(bytes) { $0 & highBits }
    }

    /// Whether every byte is a visible character of ASCII or a blank.
    @unsafe @inline(__always)
    static func isVisible(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe reduce(bytes) { word in
            // A byte below 0x20 borrows from its own high bit, and 0x7F overflows into it. A borrow
            // or a carry into the next byte begins at one that is refused already.
            ((word &- 0x2020_2020_2020_2020) | (word &+ 0x0101_0101_0101_0101) | word)
                & highBits
        }
    }

    /// Whether `offence` is 0 for all of the words that cover the bytes, each byte at least once.
    @unsafe @inline(__always)
    private static func reduce(
        _ bytes: UnsafeRawBufferPointer, _ offence: (UInt64) -> UInt64
    ) -> Bool {
        let count = bytes.count
        guard count >= 8 else { return offence(unsafe shortWord(bytes)) == 0 }
        var offset = 0
        var found: UInt64 = 0
        while offset + 32 <= count {
            unsafe found |= offence(word(bytes, offset)) | offence(word(bytes, offset + 8))
            unsafe found |= offence(word(bytes, offset + 16)) | offence(word(bytes, offset + 24))
            offset += 32
        }
        while offset + 8 <= count {
            unsafe found |= offence(word(bytes, offset))
            offset += 8
        }
        // The last word may share bytes with the one before.
        unsafe found |= offence(word(bytes, count - 8))
        return found == 0
    }

    @unsafe @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Fewer than eight bytes, filled up with blanks.
    @unsafe @inline(__always)
    private static func shortWord(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var word: UInt64 = 0x2020_2020_2020_2020
        for index in 0..<bytes.count {
            word = unsafe word << 8 | UInt64(bytes[index])
        }
        return word
    }
}
