import DecisionPoint
import Testing

@Suite struct HexadecimalDigitsTests {
    @Test func writesAllSixteenDigits() {
        var values: [UInt64] = [0, 1, 9, 10, 15, 16, .max, 0x0123_4567_89AB_CDEF, 1 << 63]
        for shift in 0..<64 { values += [1 << shift, .max >> shift, 0x9A << shift] }
        for value in values {
            let digits = String(value, radix: 16)
            let expected = String(repeating: "0", count: 16 - digits.count) + digits
            #expect(HexadecimalDigits(value).text == expected)
            let lent = HexadecimalDigits(value).withUTF8 { span in span.indices.map { span[$0] } }
            #expect(lent == Array(expected.utf8))
        }
    }
}
