// What the answers of gateways are put together from, in arrays whose memory is kept.
extension Array where Element == UInt8 {
    /// Appends a block of bytes.
    package mutating func append(bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// Appends a number in decimal digits.
    package mutating func append(decimal number: UInt64) {
        // Twenty digits at most; the last comes first.
        var digits: [20 of UInt8] = .init(repeating: 0x30)
        var (rest, start) = (number, 20)
        repeat {
            start -= 1
            digits[start] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        append(bytes: digits.span.extracting(start..<20))
    }
}
