package import Wire

/// A filter for names of headers that costs next to nothing: by length and first letter.
///
/// What passes it has to be compared; what does not is none of the names, whatever stands for the
/// letters' case and for other bytes in it.
package struct NameWatch: BitwiseCopyable, Sendable {
    /// The lengths, as bits; the highest stands for 63 and more.
    private var lengths: UInt64 = 0
    /// The first letters as bits 1 to 26, and every other byte as bit 0.
    private var initials: UInt32 = 0

    /// Watches for nothing.
    package init() {}

    /// Adds a name.
    package mutating func insert(_ name: Span<UInt8>) {
        guard name.count > 0 else { return }
        lengths |= Self.length(name.count)
        initials |= Self.initial(name[0])
    }

    /// Whether a name may be one of those watched for.
    @inline(__always)
    package func mayHold(_ name: ByteRegion) -> Bool {
        guard lengths & Self.length(name.count) != 0, name.count > 0 else { return false }
        return initials & Self.initial(name.byte(at: 0)) != 0
    }

    @inline(__always)
    private static func length(_ count: Int) -> UInt64 { 1 << UInt64(min(count, 63)) }

    @inline(__always)
    private static func initial(_ byte: UInt8) -> UInt32 {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 ? 1 << UInt32(byte & 31) : 1
    }
}
