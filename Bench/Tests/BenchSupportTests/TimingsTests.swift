import BenchSupport
import Testing

@Suite struct TimingsTests {
    @Test func quantilesAreTheNearestRanks() {
        var timings = Timings(capacity: 100)
        let overhead = Stopwatch.overheadTicks
        for value in (1...100).shuffled() { timings.record(overhead + UInt64(value) * 1000) }
        let quantiles = timings.quantiles([0, 0.5, 0.99, 1])
        let expected = [1, 50, 99, 100].map { Stopwatch.nanoseconds($0 * 1000) }
        #expect(quantiles == expected)
    }

    @Test func whatTheClockCostsIsNeverNegative() {
        var timings = Timings(capacity: 1)
        timings.record(0)
        #expect(timings.quantiles([1]) == [0])
    }

    @Test func withoutTimingsThereIsNothing() {
        #expect(Timings(capacity: 0).quantiles([0.5, 1]) == [0, 0])
    }

    @Test func mediansAreTakenFigureByFigure() {
        let runs = [
            RunFigures(mean: 1, p50: 6, p99: 7, max: 1),
            RunFigures(mean: 3, p50: 5, p99: 9, max: 2),
            RunFigures(mean: 2, p50: 4, p99: 8, max: 9),
        ]
        #expect(RunFigures.median(of: runs) == RunFigures(mean: 2, p50: 5, p99: 8, max: 2))
        #expect(RunFigures.median(of: []) == nil)
        #expect([4.0, 1, 3, 2].median == 2.5)
    }

    @Test func theTickIsKnown() {
        let clock = ContinuousClock()
        let (start, first) = (clock.now, Stopwatch.ticks())
        while clock.now - start < .milliseconds(20) {}
        let measured = Stopwatch.nanoseconds(Stopwatch.ticks() - first)
        #expect(measured > 19e6)
    }
}
