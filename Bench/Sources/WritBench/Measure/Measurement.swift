import BenchSupport
import CAllocationCount

/// How much is measured.
struct Effort {
    /// Runs; figures are the median over them.
    var runs: Int
    /// Passes over all requests that a run times as a whole.
    var passes: Int
}

/// A path being measured, over several runs.
final class Measurement<Path: DecisionPath & ~Copyable> {
    fileprivate var path: Path
    private(set) var allocations = 0
    private(set) var allocationDecisions = 0

    init(_ path: consuming Path) { self.path = path }

    var count: Int { path.count }

    /// The decision of every request.
    func decisions() -> [Bool] { Self.decisions(&path) }

    private static func decisions(_ path: inout Path) -> [Bool] {
        (0..<path.count).map { path.decide($0) }
    }

    /// Decides every request a few times, so that caches and workspaces are warm: what is asked for
    /// again is made ready step by step.
    func warm() { for _ in 0..<4 { _ = Self.pass(&path) } }

    /// Decides every request so many times; returns the thread's processor time in
    /// nanoseconds.
    func time(passes: Int) -> UInt64 {
        let before = allocation_count()
        let start = Stopwatch.threadNanoseconds()
        var allowed = 0
        for _ in 0..<passes { allowed &+= Self.pass(&path) }
        let elapsed = Stopwatch.threadNanoseconds() &- start
        allocations += Int(allocation_count() - before)
        allocationDecisions += passes * path.count
        precondition(allowed >= 0, "decisions are made")
        return elapsed
    }

    /// Decides every request once and times each by itself.
    func timeEach(into timings: inout Timings) { Self.timeEach(&path, &timings) }

    @inline(never)
    private static func pass(_ path: inout Path) -> Int {
        var allowed = 0
        for index in 0..<path.count where path.decide(index) { allowed &+= 1 }
        return allowed
    }

    @inline(never)
    private static func timeEach(_ path: inout Path, _ timings: inout Timings) {
        for index in 0..<path.count {
            let start = Stopwatch.ticks()
            let isAllowed = path.decide(index)
            timings.record(Stopwatch.ticks() &- start)
            if isAllowed { continue }
        }
    }
}

/// Times of two paths that took turns, each with requests that were not asked for before.
struct PairedFigures {
    private(set) var means: [Double] = []
    private(set) var allocations = 0
    private(set) var decisions = 0
    private var timings: Timings

    init(capacity: Int) { timings = Timings(capacity: capacity) }

    /// Decides a part of the requests: the first half timed as a whole, the second one by one.
    mutating func measure<Path: DecisionPath & ~Copyable>(
        _ path: inout Path, _ range: Range<Int>
    ) {
        let middle = range.lowerBound + range.count / 2
        let before = allocation_count()
        let start = Stopwatch.threadNanoseconds()
        var allowed = 0
        for index in range.lowerBound..<middle where path.decide(index) { allowed &+= 1 }
        let elapsed = Stopwatch.threadNanoseconds() &- start
        allocations += Int(allocation_count() - before)
        decisions += middle - range.lowerBound
        means.append(Double(elapsed) / Double(max(1, middle - range.lowerBound)))
        for index in middle..<range.upperBound {
            let start = Stopwatch.ticks()
            if path.decide(index) { allowed &+= 1 }
            timings.record(Stopwatch.ticks() &- start)
        }
        precondition(allowed >= 0, "decisions are made")
    }

    /// The median of the means, and quantiles over all.
    var figures: MeasuredFigures {
        mutating get {
            let quantiles = timings.quantiles([0.5, 0.99, 1])
            let sorted = means.sorted()
            let mean = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
            return MeasuredFigures(
                figures: RunFigures(
                    mean: mean, p50: quantiles[0], p99: quantiles[1], max: quantiles[2]),
                best: sorted.first ?? 0,
                allocationsPerDecision: Double(allocations) / Double(max(1, decisions)))
        }
    }
}

/// Measures over several graphs as if they were one: all take part in every run.
struct MeasuredFigures {
    var figures: RunFigures
    /// The least mean of all runs.
    var best: Double
    var allocationsPerDecision: Double

    static func measure<Path: DecisionPath & ~Copyable>(
        _ measurements: [Measurement<Path>], _ effort: Effort
    ) -> MeasuredFigures? {
        let count = measurements.reduce(0) { $0 + $1.count }
        var timings = Timings(capacity: count)
        var runs: [RunFigures] = []
        _ = (Stopwatch.nanosecondsPerTick, Stopwatch.overheadTicks)
        for _ in 0..<effort.runs {
            var nanoseconds: UInt64 = 0
            timings.removeAll()
            for measurement in measurements {
                measurement.warm()
                nanoseconds += measurement.time(passes: effort.passes)
                measurement.timeEach(into: &timings)
            }
            let quantiles = timings.quantiles([0.5, 0.99, 1])
            runs.append(
                RunFigures(
                    mean: Double(nanoseconds) / Double(count * effort.passes),
                    p50: quantiles[0], p99: quantiles[1], max: quantiles[2]))
        }
        guard let median = RunFigures.median(of: runs) else { return nil }
        let decisions = measurements.reduce(0) { $0 + $1.allocationDecisions }
        let allocations = measurements.reduce(0) { $0 + $1.allocations }
        return MeasuredFigures(
            figures: median, best: runs.map(\.mean).min() ?? median.mean,
            allocationsPerDecision: Double(allocations) / Double(max(1, decisions)))
    }
}
