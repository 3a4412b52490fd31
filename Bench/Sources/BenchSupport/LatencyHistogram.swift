import Histogram

/// Latencies in nanoseconds up to an hour, with three significant digits.
package struct LatencyHistogram: Sendable {
    private static let longest: UInt64 = 3_600_000_000_000
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: LatencyHistogram.longest, numberOfSignificantValueDigits: .three)

    package init() {}

    /// Records a latency; what is longer than an hour counts as an hour.
    @inline(__always)
    package mutating func record(nanoseconds: Double) {
        record(UInt64(max(0, min(nanoseconds, 3.6e12))))
    }

    /// Records a latency in nanoseconds; what is longer than an hour counts as an hour.
    @inline(__always)
    package mutating func record(_ nanoseconds: UInt64) {
        histogram.record(min(nanoseconds, Self.longest))
    }

    package mutating func add(_ other: LatencyHistogram) { histogram.add(other.histogram) }

    package var count: Int { Int(histogram.totalCount) }
    package var mean: Double { histogram.mean }

    /// The latency that has the given part of all at or below it, in nanoseconds; 0 without any.
    package func quantile(_ quantile: Double) -> Double {
        guard histogram.totalCount > 0 else { return 0 }
        return Double(histogram.valueAtPercentile(quantile * 100))
    }
}
