import CedarSyntax
import Testing

@Suite struct DurationTests {
    @Test(arguments: [
        "", "-", "1", "d", "ms", "-ms", "+1d", "--1d", "1d-1h", " 1d", "1d ", "1d 1h", "1D", "1.5h",
        "1h1d", "1ms1s", "1s1m", "1d1d", "1ms2ms", "1s1ms1ms", "1mms", "1sm", "1ms1", "1w", "1y",
        "٣d", "9223372036854775808ms", "-9223372036854775809ms", "18446744073709551616ms",
        "106751991168d", "-106751991168d", "106751991167d7h12m55s808ms", "1d\n",
    ])
    func refuses(text: String) {
        #expect(Duration(parsing: text.utf8) == nil)
    }

    @Test(arguments: [
        ("0ms", 0), ("-0d", 0), ("1ms", 1), ("1s", 1_000), ("1m", 60_000), ("1h", 3_600_000),
        ("1d", 86_400_000), ("1d2h3m4s5ms", 93_784_005), ("-1d1ms", -86_400_001),
        ("1m1ms", 60_001), ("90m", 5_400_000), ("0000000000000000000000000001s", 1_000),
        ("9223372036854775807ms", Int64.max), ("-9223372036854775808ms", Int64.min),
        ("106751991167d7h12m55s807ms", Int64.max), ("-106751991167d7h12m55s808ms", Int64.min),
    ])
    func parses(text: String, milliseconds: Int64) {
        #expect(Duration(parsing: text.utf8)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        (0, "0ms"), (1, "1ms"), (60_001, "1m1ms"), (-93_784_005, "-1d2h3m4s5ms"),
        (Int64.max, "106751991167d7h12m55s807ms"), (Int64.min, "-106751991167d7h12m55s808ms"),
    ])
    func writesWhatItReads(milliseconds: Int64, text: String) {
        #expect(Duration(milliseconds: milliseconds).description == text)
        #expect(Duration(parsing: text.utf8)?.milliseconds == milliseconds)
    }

    @Test func cutsOffTowardsZero() {
        let negative = Duration(milliseconds: -86_399_999)
        #expect(negative.toMilliseconds == -86_399_999)
        #expect(negative.toSeconds == -86_399)
        #expect(negative.toMinutes == -1_439)
        #expect(negative.toHours == -23)
        #expect(negative.toDays == 0)
        let positive = Duration(milliseconds: 172_799_999)
        #expect(positive.toSeconds == 172_799)
        #expect(positive.toMinutes == 2_879)
        #expect(positive.toHours == 47)
        #expect(positive.toDays == 1)
    }
}
