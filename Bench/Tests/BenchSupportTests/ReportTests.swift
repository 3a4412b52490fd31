import BenchSupport
import JSON
import Testing

@Suite struct ReportTests {
    private var report: Report {
        var report = Report("times", columns: ["name", "ns", "count"])
        report.add([.text("a <b>"), .number(1234.567, decimals: 1), .count(1_000_000)])
        report.add([.text("c"), .absent, .count(-1000)])
        report.notes = ["a note"]
        return report
    }

    @Test func numbersStandRight() {
        #expect(
            report.table == """
                times

                name        ns      count
                a <b>  1,234.6  1,000,000
                c            –     -1,000

                a note
                """)
    }

    @Test func jsonCanBeRead() throws {
        let tape = try JSONTape(parsing: report.json)
        let rows = try #require(tape.member(tape.root, "rows"))
        let first = try #require(tape.elements(rows).map { $0 }.first)
        let number = try #require(tape.member(first, "ns"))
        #expect(tape.numberText(number) == "1234.567")
        let last = try #require(tape.elements(rows).map { $0 }.last)
        #expect(tape.member(last, "ns").map { tape.kind($0) } == .null)
    }

    @Test func numbersAreRounded() {
        #expect((0.05).fixed(1) == "0.1")
        #expect((-0.04).fixed(1) == "0.0")
        #expect((999_999.96).fixed(1) == "1,000,000.0")
        #expect((-1234.5).fixed(0) == "-1,235")
        #expect((12.0).fixed(2) == "12.00")
    }
}
