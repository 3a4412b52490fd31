/// Cedar's `decimal`: a fixed-point number with four digits after the point.
///
/// Source: Cedar language reference, "decimal".
package struct Decimal: BitwiseCopyable, Hashable, Sendable {
    /// The number times 10,000.
    package let scaled: Int64

    /// The most digits that may follow the point.
    private static let fractionDigits = 4

    package init(scaled: Int64) {
        self.scaled = scaled
    }

    /// Parses `-?[0-9]+\.[0-9]{1,4}`; nil when the text is anything else or out of range.
    package init?(parsing utf8: some Collection<UInt8>) {
        self.init(parsing: Array(utf8).span)
    }

    /// Parses `-?[0-9]+\.[0-9]{1,4}`; nil when the text is anything else or out of range.
    package init?(parsing bytes: Span<UInt8>) {
        let negative = bytes.count > 0 && bytes[0] == UInt8(ascii: "-")
        let wholeStart = negative ? 1 : 0
        let wholeEnd = bytes.endOfDigits(from: wholeStart)
        guard wholeEnd > wholeStart, wholeEnd < bytes.count, bytes[wholeEnd] == UInt8(ascii: ".")
        else { return nil }
        let fractionStart = wholeEnd + 1
        let digits = bytes.count - fractionStart
        guard (1...Self.fractionDigits).contains(digits),
            bytes.endOfDigits(from: fractionStart) == bytes.count,
            let whole = bytes.number(in: wholeStart..<wholeEnd),
            var fraction = bytes.number(in: fractionStart..<bytes.count)
        else { return nil }
        for _ in digits..<Self.fractionDigits { fraction *= 10 }
        let (product, tooLarge) = whole.multipliedReportingOverflow(by: 10_000)
        let (magnitude, overflow) = product.addingReportingOverflow(fraction)
        guard !tooLarge, !overflow, let scaled = Int64(negative: negative, magnitude: magnitude)
        else { return nil }
        self.init(scaled: scaled)
    }
}

extension Decimal: Comparable {
    package static func < (left: Decimal, right: Decimal) -> Bool {
        left.scaled < right.scaled
    }
}

extension Decimal: CustomStringConvertible {
    /// The shortest text that parses to the same number, such as `-0.5` and `3.0`.
    package var description: String {
        let (whole, remainder) = scaled.magnitude.quotientAndRemainder(dividingBy: 10_000)
        var fraction = remainder
        var digits = Self.fractionDigits
        while digits > 1, fraction % 10 == 0 {
            fraction /= 10
            digits -= 1
        }
        let text = String(fraction)
        let zeros = String(repeating: "0", count: digits - text.utf8.count)
        return "\(scaled < 0 ? "-" : "")\(whole).\(zeros)\(text)"
    }
}
