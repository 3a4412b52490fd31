import CedarSyntax
import Testing

@Suite struct DecimalTests {
    @Test(arguments: [
        "", "-", ".", "1", "1.", ".1", "-.1", "+1.0", "--1.0", "1.0 ", " 1.0", "1.1\n", "1,0",
        "1e2",
        "1.0.0", "1.00000", "0.12345", "٣.0", "1.٣", "1_0.0", "0x1.0", "- 1.0",
        "922337203685477.5808", "-922337203685477.5809", "922337203685478.0",
        "18446744073709551616.0", "99999999999999999999999.0",
    ])
    func refuses(text: String) {
        #expect(Decimal(parsing: text.utf8) == nil)
    }

    @Test(arguments: [
        ("0.0", 0), ("-0.0", 0), ("1.0", 10_000), ("1.2", 12_000), ("1.02", 10_200),
        ("1.2345", 12_345), ("-1.2345", -12_345), ("-0.5", -5_000), ("0001.5", 15_000),
        ("00000000000000000000000000001.5", 15_000),
        ("922337203685477.5807", Int64.max), ("-922337203685477.5808", Int64.min),
    ])
    func parses(text: String, scaled: Int64) {
        #expect(Decimal(parsing: text.utf8)?.scaled == scaled)
    }

    @Test(arguments: [
        (0, "0.0"), (10_000, "1.0"), (-5_000, "-0.5"), (1, "0.0001"), (-1, "-0.0001"),
        (12_030, "1.203"), (Int64.max, "922337203685477.5807"),
        (Int64.min, "-922337203685477.5808"),
    ])
    func writesWhatItReads(scaled: Int64, text: String) {
        #expect(Decimal(scaled: scaled).description == text)
        #expect(Decimal(parsing: text.utf8)?.scaled == scaled)
    }

    @Test func comparesByValue() throws {
        let short = try #require(Decimal(parsing: "1.0".utf8))
        let long = try #require(Decimal(parsing: "1.0000".utf8))
        #expect(short == long)
        #expect(Decimal(scaled: -1) < Decimal(scaled: 0))
    }
}
