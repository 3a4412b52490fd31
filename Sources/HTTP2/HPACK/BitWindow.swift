import Wire

/// The next bits of a text, the first of them the highest.
struct BitWindow {
    private let source: ByteRegion
    private var position = 0
    private var window: UInt64 = 0
    /// The bits that are known.
    private(set) var count = 0

    init(_ source: ByteRegion) { self.source = source }

    /// Makes at least 56 bits known, or all that are left.
    @inline(__always)
    mutating func refill() {
        let left = source.count &- position
        if left >= 8 {
            take(source.integer(at: position, as: UInt64.self), bytes: 8)
        } else if left > 0 {
            refillLast(left)
        }
    }

    /// Bits of a byte that is not counted yet may come in; they come again the same.
    @inline(__always)
    private mutating func take(_ bytes: UInt64, bytes left: Int) {
        window |= UInt64(bigEndian: bytes) &>> UInt64(truncatingIfNeeded: count)
        let taken = min((63 &- count) &>> 3, left)
        position &+= taken
        count &+= taken &* 8
    }

    @inline(__always)
    private mutating func refillLast(_ left: Int) {
        if source.count >= 8 {
            // The last eight bytes, less those that were taken before.
            let bytes = source.integer(at: source.count - 8, as: UInt64.self)
            return take(bytes &>> UInt64(truncatingIfNeeded: 64 &- 8 &* left), bytes: left)
        }
        var bytes: UInt64 = 0
        for offset in position..<source.count {
            bytes |= UInt64(source.byte(at: offset)) &<< UInt64(8 &* (offset &- position))
        }
        take(bytes, bytes: left)
    }

    /// The first `width` bits; those not known are zero at the end of the text.
    @inline(__always)
    func top(_ width: Int) -> Int { Int(truncatingIfNeeded: window &>> (64 - width)) }

    @inline(__always)
    mutating func drop(_ bits: Int) {
        window &<<= UInt64(truncatingIfNeeded: bits)
        count &-= bits
    }

    /// Whether what is left is less than a byte of ones. Source: RFC 7541 section 5.2.
    var isPadding: Bool {
        count < 8 && (count == 0 || top(count) == 1 << count - 1)
    }
}
