import CedarSyntax
import Testing

@Suite struct DateTimeTests {
    @Test(arguments: [
        "", "2024", "2024-10", "2024-1-01", "24-01-01", "10000-01-01", "-001-01-01", "2024-00-01",
        "2024-13-01", "2024-01-00", "2024-01-32", "2024-04-31", "2023-02-29", "1900-02-29",
        "2024/01/01", "2024-01-01 ", " 2024-01-01", "2024-01-01Z", "2024-01-01T", "2024-01-01T00",
        "2024-01-01T00:00", "2024-01-01T00:00Z", "2024-01-01T00:00:00", "2024-01-01t00:00:00Z",
        "2024-01-01 00:00:00Z", "2024-01-01T00:00:00z", "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T0:00:00Z",
        "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.12Z",
        "2024-01-01T00:00:00.1234Z", "2024-01-01T00:00:00,123Z", "2024-01-01T00:00:00.123",
        "2024-01-01T00:00:00ZZ", "2024-01-01T00:00:00+00", "2024-01-01T00:00:00+00:00",
        "2024-01-01T00:00:00+2400", "2024-01-01T00:00:00+0060", "2024-01-01T00:00:00+00000",
        "2024-01-01T00:00:00−0000", "2024-01-01T00:00:00Z\n", "٢024-01-01",
    ])
    func refuses(text: String) {
        #expect(DateTime(parsing: text.utf8) == nil)
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("1969-12-31", -86_400_000), ("2024-02-29", 1_709_164_800_000),
        ("2000-02-29", 951_782_400_000), ("0000-02-29", -62_162_121_600_000),
        ("0000-01-01", -62_167_219_200_000), ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.001Z", 1), ("1970-01-01T23:59:59.999Z", 86_399_999),
        ("1970-01-01T01:00:00+0100", 0), ("1970-01-01T00:00:00-0130", 5_400_000),
        ("1970-01-01T00:00:00-0000", 0), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("9999-12-31T23:59:59.999-2359", 253_402_387_139_999),
        ("0000-01-01T00:00:00+2359", -62_167_305_540_000),
    ])
    func parses(text: String, milliseconds: Int64) {
        #expect(DateTime(parsing: text.utf8)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        (0, "1970-01-01"), (1, "1970-01-01T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (5_400_000, "1970-01-01T01:30:00Z"), (1_709_164_800_000, "2024-02-29"),
        (-62_162_121_600_000, "0000-02-29"), (-62_167_219_200_000, "0000-01-01"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func writesWhatItReads(milliseconds: Int64, text: String) {
        #expect(DateTime(milliseconds: milliseconds).literal == text)
        #expect(DateTime(milliseconds: milliseconds).description == text)
        #expect(DateTime(parsing: text.utf8)?.milliseconds == milliseconds)
    }

    @Test(arguments: [-62_167_219_200_001, 253_402_300_800_000, Int64.min, Int64.max])
    func hasNoLiteralOutsideOfTheYears(milliseconds: Int64) {
        let instant = DateTime(milliseconds: milliseconds)
        #expect(instant.literal == nil)
        #expect(instant.description == "\(milliseconds)ms since 1970-01-01")
    }

    @Test func everyDayOfFourCenturiesComesBack() throws {
        for day in Int64(-719_528)...(-719_528 + 146_097) {
            let instant = DateTime(milliseconds: day * 86_400_000)
            let literal = try #require(instant.literal)
            #expect(DateTime(parsing: literal.utf8) == instant)
        }
    }

    @Test func overflowsAreNil() {
        let last = DateTime(milliseconds: .max)
        let first = DateTime(milliseconds: .min)
        #expect(last.offset(by: Duration(milliseconds: 1)) == nil)
        #expect(last.offset(by: Duration(milliseconds: 0)) == last)
        #expect(first.offset(by: Duration(milliseconds: -1)) == nil)
        #expect(last.since(DateTime(milliseconds: -1)) == nil)
        #expect(last.since(DateTime(milliseconds: 0)) == Duration(milliseconds: .max))
        #expect(first.since(DateTime(milliseconds: 0)) == Duration(milliseconds: .min))
        #expect(DateTime(milliseconds: 0).since(first) == nil)
    }

    @Test(arguments: [
        (0, 0, 0), (1, 0, 1), (-1, -86_400_000, 86_399_999), (-86_400_000, -86_400_000, 0),
        (Int64.max, 9_223_372_036_828_800_000, 25_975_807),
        // The first whole day that 64 bits hold.
        (-9_223_372_036_828_800_000, -9_223_372_036_828_800_000, 0),
    ])
    func splitsIntoDateAndTime(milliseconds: Int64, date: Int64, time: Int64) {
        let instant = DateTime(milliseconds: milliseconds)
        #expect(instant.toDate()?.milliseconds == date)
        #expect(instant.toTime().milliseconds == time)
    }

    @Test(arguments: [-9_223_372_036_828_800_001, Int64.min])
    func theFirstPartialDayHasNoStart(milliseconds: Int64) {
        let instant = DateTime(milliseconds: milliseconds)
        #expect(instant.toDate() == nil)
        #expect((0..<86_400_000).contains(instant.toTime().milliseconds))
    }
}
