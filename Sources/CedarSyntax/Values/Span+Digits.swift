extension Span where Element == UInt8 {
    /// Returns the offset of the first byte at or after `start` that is not an ASCII digit.
    func endOfDigits(from start: Int) -> Int {
        var offset = start
        while offset < count, self[offset] &- 0x30 < 10 { offset += 1 }
        return offset
    }

    /// Returns the number that the ASCII digits in `range` spell, or nil when it exceeds 64 bits.
    ///
    /// Leading zeros are fine. The range must hold only digits; an empty one spells 0.
    func number(in range: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        for offset in range {
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(UInt64(self[offset] &- 0x30))
            if tooLarge || overflow { return nil }
            value = sum
        }
        return value
    }

    /// Returns the number that exactly `length` ASCII digits at `start` spell, or nil when there
    /// are fewer bytes or one is not a digit. At most 18 digits.
    func fixedNumber(at start: Int, length: Int) -> Int? {
        guard start >= 0, start + length <= count else { return nil }
        var value = 0
        for offset in start..<(start + length) {
            let digit = self[offset] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}

extension Int64 {
    /// Makes the number with this sign and magnitude, or nil when it does not fit.
    init?(negative: Bool, magnitude: UInt64) {
        if negative {
            guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
            self = Int64(truncatingIfNeeded: 0 &- magnitude)
        } else {
            guard let value = Int64(exactly: magnitude) else { return nil }
            self = value
        }
    }
}
