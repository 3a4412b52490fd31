/// The sixteen lower-case hexadecimal digits that ids of decisions and versions of policies are
/// written in; making them costs a few instructions, so nobody needs to keep them.
package struct HexadecimalDigits: BitwiseCopyable, Hashable, Sendable {
    /// The characters in the order of memory.
    private let first: UInt64
    private let last: UInt64

    package init(_ value: UInt64) {
        first = Self.digits(UInt32(truncatingIfNeeded: value >> 32))
        last = Self.digits(UInt32(truncatingIfNeeded: value))
    }

    /// Lends the characters.
    @inline(__always)
    package func withUTF8<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        unsafe withUnsafeBytes(of: self) { bytes in
            unsafe body(Span(_unsafeElements: bytes.assumingMemoryBound(to: UInt8.self)))
        }
    }

    package var text: String {
        unsafe withUnsafeBytes(of: self) { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Eight digits at once, a byte each.
    private static func digits(_ value: UInt32) -> UInt64 {
        var word = UInt64(value)
        word = (word << 16 | word) & 0x0000_FFFF_0000_FFFF
        word = (word << 8 | word) & 0x00FF_00FF_00FF_00FF
        word = (word << 4 | word) & 0x0F0F_0F0F_0F0F_0F0F
        // 1 in each byte of 10 or more.
        let letters = (word &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (word &+ 0x3030_3030_3030_3030 &+ letters &* 0x27).bigEndian
    }
}
