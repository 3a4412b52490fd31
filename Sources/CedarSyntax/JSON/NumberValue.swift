import JSON

/// The value of a JSON number: digits and a power of ten, so that nothing is rounded.
struct NumberValue {
    private var isNegative = false
    /// Without zeros at either end; none for zero.
    private var digits: [UInt8] = []
    private var exponent = 0

    /// - Parameter text: a JSON number, as the parser found it.
    init(_ text: some Sequence<UInt8>) {
        var places = 0
        var (isFraction, isExponent, isNegativeExponent) = (false, false, false)
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"):
                if isExponent { isNegativeExponent = true } else { isNegative = true }
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"): isExponent = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int(byte &- 0x30)
                if isExponent {
                    // What is beyond is beyond every range, also after as many digits as fit a body.
                    exponent = min(exponent * 10 + digit, 1 << 40)
                } else {
                    if isFraction { places += 1 }
                    if digit > 0 || !digits.isEmpty { digits.append(UInt8(digit)) }
                }
            default: break
            }
        }
        exponent = (isNegativeExponent ? -exponent : exponent) - places
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
    }

    /// The number, when it is whole and in the range of `Long`.
    var integer: Int64? { scaled(by: 0) }

    /// The number, when it has at most four decimal places and is in the range of `decimal`.
    var decimal: Decimal? { scaled(by: 4).map { Decimal(scaled: $0) } }

    private func scaled(by places: Int) -> Int64? {
        guard !digits.isEmpty else { return 0 }
        let zeros = exponent + places
        // Nineteen digits fit `UInt64`; twenty are beyond `Int64`.
        guard zeros >= 0, zeros < 19, digits.count + zeros <= 19 else { return nil }
        var magnitude: UInt64 = 0
        for digit in digits { magnitude = magnitude * 10 + UInt64(digit) }
        for _ in 0..<zeros { magnitude *= 10 }
        if isNegative {
            guard magnitude <= 1 << 63 else { return nil }
            return Int64(bitPattern: 0 &- magnitude)
        }
        return Int64(exactly: magnitude)
    }
}
