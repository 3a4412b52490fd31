/// What is known of the names of a query's parameters.
enum QueryNames {
    /// Whether some service could take a parameter's name for another one.
    ///
    /// ASP.NET does not mind case; PHP leaves spaces in front out and reads `.` and a space as `_`; PHP,
    /// Rails and Express take `limit[]` and `limit[a]` for `limit`.
    static func readsLike(_ name: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        var start = 0
        while start < name.count, name[start] == UInt8(ascii: " ") { start += 1 }
        guard name.count - start >= other.count else { return false }
        for index in other.indices where folded(name[start + index]) != folded(other[index]) {
            return false
        }
        let end = start + other.count
        return end == name.count || name[end] == UInt8(ascii: "[")
    }

    /// What a byte of a name counts as.
    private static func folded(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: " "): UInt8(ascii: "_")
        default: byte.lowercased
        }
    }
}
