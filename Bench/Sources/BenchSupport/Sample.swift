/// The figures of one run: mean of undisturbed passes, and quantiles of single timings.
package struct RunFigures: Sendable, Equatable {
    /// Nanoseconds of processor time an operation, from passes that were timed as a whole.
    package var mean: Double
    /// Quantiles of operations timed one by one, in nanoseconds.
    package var p50: Double
    package var p99: Double
    package var max: Double

    package init(mean: Double, p50: Double, p99: Double, max: Double) {
        (self.mean, self.p50, self.p99, self.max) = (mean, p50, p99, max)
    }

    /// The median of each figure over several runs; nil without runs.
    package static func median(of runs: [RunFigures]) -> RunFigures? {
        guard let mean = runs.map(\.mean).median, let p50 = runs.map(\.p50).median,
            let p99 = runs.map(\.p99).median, let max = runs.map(\.max).median
        else { return nil }
        return RunFigures(mean: mean, p50: p50, p99: p99, max: max)
    }
}

extension [Double] {
    /// The middle value, or the mean of the two in the middle; nil when there is none.
    package var median: Double? {
        guard !isEmpty else { return nil }
        let sorted = sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1
            ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// Timings of single operations, kept whole: quantiles are exact.
package struct Timings: Sendable {
    private var ticks: [UInt32] = []

    /// - Parameter capacity: how many there will be, so that recording does not allocate.
    package init(capacity: Int) { ticks.reserveCapacity(capacity) }

    /// Records the ticks of one operation with the reading of the clock in it.
    @inline(__always)
    package mutating func record(_ elapsed: UInt64) {
        ticks.append(UInt32(clamping: elapsed))
    }

    package mutating func removeAll() { ticks.removeAll(keepingCapacity: true) }

    package var count: Int { ticks.count }

    /// Quantiles in nanoseconds, without what reading the clock costs; the least value that has at
    /// least the part `quantile` of all at or below it.
    package func quantiles(_ quantiles: [Double]) -> [Double] {
        guard !ticks.isEmpty else { return quantiles.map { _ in 0 } }
        let sorted = ticks.sorted()
        return quantiles.map { quantile in
            let rank = Int((quantile * Double(sorted.count)).rounded(.up))
            let value = UInt64(sorted[Swift.min(Swift.max(rank, 1), sorted.count) - 1])
            let overhead = Stopwatch.overheadTicks
            return Stopwatch.nanoseconds(value > overhead ? value - overhead : 0)
        }
    }
}
