/// Characters of ASCII, as bits: whether a byte is one of them costs a shift.
struct ByteSet: BitwiseCopyable {
    private let low: UInt64
    private let high: UInt64

    /// - Parameters:
    ///   - low: a bit for each of 0x00 to 0x3F.
    ///   - high: a bit for each of 0x40 to 0x7F.
    @inline(__always)
    private init(_ low: UInt64, _ high: UInt64) {
        self.low = low
        self.high = high
    }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let word = byte < 0x40 ? low : high
        return byte < 0x80 && word >> UInt64(byte & 63) & 1 == 1
    }

    @inline(__always)
    func containsAll(of bytes: Span<UInt8>, from start: Int = 0) -> Bool {
        for index in start..<bytes.count where !contains(bytes[index]) { return false }
        return true
    }

    /// What stands in a segment of a path as it is and means itself.
    @inline(__always)
    static var path: ByteSet { ByteSet(0x27FF_7FD2_0000_0000, 0x47FF_FFFE_87FF_FFFF) }

    /// What stands in a query as it is and means itself; `=` and `&` among them.
    @inline(__always)
    static var query: ByteSet { ByteSet(0xF7FF_F7D6_0000_0000, 0x7FFF_FFFF_EFFF_FFFF) }

    /// Capital letters, digits, `-` and `_`.
    @inline(__always)
    static var method: ByteSet { ByteSet(0x03FF_2000_0000_0000, 0x0000_0000_87FF_FFFE) }

    /// Letters, digits, `-` and `_`.
    @inline(__always)
    static var hostLabel: ByteSet { ByteSet(0x03FF_2000_0000_0000, 0x07FF_FFFE_87FF_FFFE) }

    /// RFC 9110, section 5.6.2: what names of methods and fields are made of.
    @inline(__always)
    static var token: ByteSet { ByteSet(0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE) }
}
