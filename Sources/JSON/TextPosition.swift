/// A place in a text as people count it: line and column from 1, columns in Unicode scalars.
struct TextPosition: BitwiseCopyable, Sendable, Equatable {
    var line = 1
    var column = 1

    /// Moves over `bytes[start..<end]`; the position must have been at `start`.
    ///
    /// Bytes that are not UTF-8 count by the same rule: every byte but a continuation byte is one.
    mutating func advance(over bytes: Span<UInt8>, from start: Int, to end: Int) {
        var index = start
        // Eight bytes at a time: a stream calls this for every byte of the file.
        while end - index >= 8 {
            let word = bytes.word(at: index)
            let feeds = ByteWord.equal(word, to: UInt8(ascii: "\n"))
            if feeds == 0 {
                column += ByteWord.scalarStarts(word)
            } else {
                line += feeds.nonzeroBitCount
                let past = 64 - feeds.leadingZeroBitCount
                let tail = past == 64 ? 0 : word >> UInt64(past)
                // The shift filled with zero bytes, which count as starts of scalars.
                column = 1 + ByteWord.scalarStarts(tail) - past / 8
            }
            index += 8
        }
        while index < end {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            index += 1
        }
    }
}
