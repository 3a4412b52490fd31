/// Shares the texts of names that come again and again, so that a repeated one costs no memory.
///
/// A direct-mapped table of fixed size: a name that finds its place taken replaces the other.
struct NameCache {
    private var slots: [Text]

    /// Makes a table for a longer text; for a short one it costs more than it saves.
    init(forBytes count: Int) {
        slots = [Text](repeating: Text(validUTF8: []), count: count < 1_024 ? 0 : 512)
    }

    /// Returns the text of a range of the source, the shared one when it was seen lately.
    mutating func text(_ source: [UInt8], _ range: Range<Int>) -> Text {
        guard !slots.isEmpty else { return Text(validUTF8: Array(source[range])) }
        var hash: UInt32 = 2_166_136_261
        for index in range { hash = (hash ^ UInt32(source[index])) &* 16_777_619 }
        let slot = Int((hash ^ hash >> 15) & 511)
        if slots[slot].matches(source, range) { return slots[slot] }
        let text = Text(validUTF8: Array(source[range]))
        slots[slot] = text
        return text
    }
}

extension Text {
    fileprivate func matches(_ source: [UInt8], _ range: Range<Int>) -> Bool {
        guard utf8.count == range.count else { return false }
        for index in 0..<utf8.count where utf8[index] != source[range.lowerBound + index] {
            return false
        }
        return true
    }
}
