import Testing

@testable import Scenario

@Suite struct JSONTextTests {
    private func written(_ write: (inout [UInt8]) -> Void) -> String {
        var bytes: [UInt8] = []
        write(&bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [0, 1, 9, 10, 99, 100, 1_234_567, Int.max])
    func numbersAreDecimal(_ value: Int) {
        #expect(written { $0.number(value) } == String(value))
        #expect(written { $0.hexadecimal(value) } == String(value, radix: 16))
    }

    @Test func digitsKeepLeadingZeros() {
        #expect(written { $0.digits(7, width: 3) } == "007")
        #expect(written { $0.digits(1234, width: 2) } == "34")
        #expect(written { $0.hexadecimal(all: 0x0A) } == "000000000000000a")
    }

    @Test(arguments: [(0, "0.00"), (5, "0.05"), (99, "0.99"), (100, "1.00"), (123_456, "1234.56")])
    func decimalsHaveTwoPlaces(hundredths: Int, text: String) {
        #expect(
            written { $0.decimal(hundredths: hundredths) }
                == "{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"\(text)\"}}")
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"), (1_709_251_199, "2024-02-29T23:59:59Z"),
        (1_709_251_200, "2024-03-01T00:00:00Z"), (1_735_689_599, "2024-12-31T23:59:59Z"),
        (1_760_437_800, "2025-10-14T10:30:00Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
    ])
    func datetimesFollowTheCalendar(seconds: Int, text: String) {
        #expect(
            written { $0.datetime(seconds: seconds) }
                == "{\"__extn\":{\"fn\":\"datetime\",\"arg\":\"\(text)\"}}")
    }

    @Test func idsAreReadable() {
        #expect(GeneratedID.payment(12, 3).text == "gen-payment-12-3")
        #expect(GeneratedID.portfolio(12, everyday: true).text == "gen-portfolio-12-everyday")
        #expect(GeneratedID.portfolio(12, everyday: false).text == "gen-portfolio-12")
    }
}
