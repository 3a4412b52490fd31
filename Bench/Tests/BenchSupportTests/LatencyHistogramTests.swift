import BenchSupport
import Testing

@Suite struct LatencyHistogramTests {
    @Test func quantilesHaveThreeDigits() {
        var histogram = LatencyHistogram()
        for value in 1...100_000 { histogram.record(UInt64(value) * 1000) }
        #expect(histogram.count == 100_000)
        for (quantile, expected) in [(0.5, 5e7), (0.99, 9.9e7), (0.999, 9.99e7), (1.0, 1e8)] {
            #expect(abs(histogram.quantile(quantile) - expected) <= expected * 0.001)
        }
        #expect(abs(histogram.mean - 5e7) <= 5e7 * 0.001)
    }

    @Test func whatIsTooLongCountsAsAnHour() {
        var histogram = LatencyHistogram()
        histogram.record(UInt64.max)
        histogram.record(nanoseconds: .infinity)
        histogram.record(nanoseconds: -5)
        #expect(histogram.count == 3)
        #expect(abs(histogram.quantile(1) - 3.6e12) <= 3.6e9)
        #expect(histogram.quantile(0.1) == 0)
    }

    @Test func addingKeepsAll() {
        var (one, other) = (LatencyHistogram(), LatencyHistogram())
        one.record(UInt64(10))
        other.record(UInt64(1_000_000))
        one.add(other)
        #expect(one.count == 2)
        #expect(one.quantile(0.5) == 10)
    }

    @Test func anEmptyOneIsZero() { #expect(LatencyHistogram().quantile(0.99) == 0) }
}
