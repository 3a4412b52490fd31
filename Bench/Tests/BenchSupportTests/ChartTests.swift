import BenchSupport
import Testing

@Suite struct ChartTests {
    @Test func namesAreEscaped() {
        let chart = Chart(
            "a < b & \"c\"", horizontal: "n", vertical: "ns",
            series: [Chart.Series("<x>", [(10, 1), (1000, 5)])])
        #expect(chart.svg.contains("a &lt; b &amp; &quot;c&quot;"))
        #expect(chart.svg.contains("&lt;x&gt;"))
        #expect(!chart.svg.contains("<x>"))
    }

    @Test func pointsLieInTheDrawing() {
        let chart = Chart(
            "t", horizontal: "n", vertical: "ns",
            series: [Chart.Series("s", [(10, 0), (100, 123), (100_000, 456_789)])])
        let numbers = chart.svg.split(separator: "points=\"").dropFirst().first?
            .prefix { $0 != "\"" }.split { $0 == " " || $0 == "," }.compactMap { Double($0) }
        #expect(numbers?.count == 6)
        #expect(numbers?.allSatisfy { $0 >= 0 && $0 <= 720 } == true)
        // The first point is at the left end, on zero.
        #expect(numbers?.prefix(2).map { $0 } == [70, 348])
    }

    @Test func namedThingsAreNotJoined() {
        let chart = Chart(
            "t", horizontal: "n", vertical: "v", series: [Chart.Series("s", [(0, 1), (1, 2)])],
            categories: ["one", "two"])
        #expect(!chart.svg.contains("polyline"))
        #expect(chart.svg.split(separator: "<circle").count == 3)
        #expect(chart.svg.contains(">one</text>"))
    }

    @Test func nothingIsDrawnWithoutPoints() {
        let svg = Chart("t", horizontal: "n", vertical: "v", series: []).svg
        #expect(svg.hasSuffix("</svg>\n") && !svg.contains("polyline"))
    }
}
