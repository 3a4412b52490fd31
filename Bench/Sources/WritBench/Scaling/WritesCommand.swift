import ArgumentParser
import BenchSupport
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Synchronization

/// `writ-bench decide writes`: what decisions cost while entities are written.
struct WritesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writes",
        abstract: "Decisions beside writes of single entities.",
        discussion: """
            A thread writes single entities, round and round, each with the number of the
            round; so in every revision an entity is as new as the next one or one round
            ahead. The policy allows only this, so a decision that saw two revisions would
            be a deny: every deny is counted as wrong. Phases with and without writes
            alternate. Writes are handed to a group writer, which commits and syncs those
            together that wait at the same time; `writes/s` are those that were on disk when
            the phase ended.

            Example:
              writ-bench decide writes --rate 10000 --folder /var/tmp
            """)

    @Option(help: "Writes a second.")
    var rate = 10_000.0

    @Option(help: "The bound on the cache of records, in MiB.")
    var cache = 64

    @Option(help: "Entities in the store.")
    var entities = 10_000

    @Option(help: "Seconds of each of the phases.")
    var seconds = 2.0

    @Option(help: "Phases with writes, each after one without.")
    var rounds = 3

    @Option(help: ArgumentHelp("Where the store is made.", valueName: "folder"))
    var folder: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard rate > 0, entities >= 2, cache >= 0, seconds > 0, rounds > 0
        else {
            throw ValidationError("--rate, --seconds and --rounds must be positive")
        }
    }

    private static let policies = """
        permit (principal, action, resource)
        when { principal.round == resource.round || principal.round == resource.round + 1 };
        """

    static func counter(_ index: Int, round: Int) -> Entity {
        Entity(
            uid: EntityUID("Counter", "c\(index)"),
            attributes: [
                ("round", .long(Int64(round))), ("note", .string(Text("counter \(index)"))),
            ])
    }

    func run() throws {
        let directory = try TemporaryDirectory(in: folder)
        let store = try EntityStore.open(
            at: "\(directory.path)/store", StoreOptions(createIfMissing: true))
        try store.put(
            [Entity(uid: .action("read"))] + (0..<entities).map { Self.counter($0, round: 0) })
        let writer = try CounterWriter(store, entities: entities)
        var random = SeededRandom(seed: 11)
        let block = try QuestionBlock(
            (0..<50_000).map { _ in
                let index = random.below(entities - 1)
                return .init(
                    principal: EntityUID("Counter", "c\(index)"), action: .action("read"),
                    resource: EntityUID("Counter", "c\(index + 1)"))
            })
        var path = try DeciderPath(
            Ruleset(PolicySet.parse(Self.policies), version: 1), store, block,
            cacheBytes: cache << 20)
        var report = Report(
            "decisions beside writes of single entities, nanoseconds",
            columns: [
                "round", "writes/s", "commits/s", "mean", "p50", "p99", "max", "decisions", "wrong",
            ])
        var (without, with): ([RunFigures], [RunFigures]) = ([], [])
        var wrong = 0
        for round in 0..<rounds {
            let quiet = Self.decide(&path, seconds: seconds)
            without.append(quiet.figures)
            report.add(quiet.cells(round, writesPerSecond: 0, commitsPerSecond: 0))
            let revision = try store.revision
            let busy = try writer.run(rate: rate) { Self.decide(&path, seconds: seconds) }
            let commits = Double(try store.revision - revision) / seconds
            with.append(busy.result.figures)
            report.add(
                busy.result.cells(
                    round, writesPerSecond: busy.rate, commitsPerSecond: commits))
            wrong += quiet.wrong + busy.result.wrong
        }
        if let quiet = RunFigures.median(of: without), let busy = RunFigures.median(of: with) {
            report.notes.append(
                "beside writes p50 is \((busy.p50 / quiet.p50).fixed(2)) and p99 "
                    + "\((busy.p99 / quiet.p99).fixed(2)) of what they are without (medians)")
        }
        report.notes.append("a decision that does not see one revision is wrong: \(wrong)")
        try output.publish(report, chart(without, with))
        if wrong > 0 { throw ExitCode(1) }
    }

    private func chart(_ without: [RunFigures], _ with: [RunFigures]) -> Chart {
        func points(_ runs: [RunFigures], _ value: (RunFigures) -> Double) -> [(
            x: Double, y: Double
        )] {
            runs.enumerated().map { (Double($0), value($1)) }
        }
        return Chart(
            "Decisions beside \(Int(rate)) writes a second", horizontal: "round",
            vertical: "nanoseconds a decision",
            series: [
                Chart.Series("p50, no writes", points(without) { $0.p50 }),
                Chart.Series("p50, writes", points(with) { $0.p50 }),
                Chart.Series("p99, no writes", points(without) { $0.p99 }),
                Chart.Series("p99, writes", points(with) { $0.p99 }),
            ],
            categories: (0..<rounds).map { "\($0 + 1)" })
    }

    private struct Phase {
        var figures: RunFigures
        var decisions: Int
        var wrong: Int

        func cells(
            _ round: Int, writesPerSecond: Double, commitsPerSecond: Double
        ) -> [Report.Cell] {
            [
                .count(round + 1), .number(writesPerSecond, decimals: 0),
                .number(commitsPerSecond, decimals: 0), .number(figures.mean, decimals: 0),
                .number(figures.p50, decimals: 0),
                .number(figures.p99, decimals: 0), .number(figures.max, decimals: 0),
                .count(decisions), .count(wrong),
            ]
        }
    }

    private static func decide(_ path: inout DeciderPath, seconds: Double) -> Phase {
        var histogram = LatencyHistogram()
        for index in 0..<path.count { _ = path.decide(index) }
        let end =
            Stopwatch.ticks() &+ UInt64(seconds * 1e9 / Stopwatch.nanosecondsPerTick)
        let overhead = Stopwatch.overheadTicks
        let started = Stopwatch.threadNanoseconds()
        var (decisions, wrong, index) = (0, 0, 0)
        var now = Stopwatch.ticks()
        while now < end {
            let start = now
            let isAllowed = path.decide(index)
            now = Stopwatch.ticks()
            let elapsed = now &- start
            histogram.record(
                nanoseconds: Stopwatch.nanoseconds(elapsed > overhead ? elapsed - overhead : 0))
            if !isAllowed { wrong += 1 }
            decisions += 1
            index = index + 1 == path.count ? 0 : index + 1
        }
        let used = Double(Stopwatch.threadNanoseconds() &- started)
        return Phase(
            figures: RunFigures(
                mean: used / Double(max(1, decisions)), p50: histogram.quantile(0.5),
                p99: histogram.quantile(0.99), max: histogram.quantile(1)),
            decisions: decisions, wrong: wrong)
    }
}

/// Writes one entity after the other at a rate, on a thread of its own.
private final class CounterWriter: Sendable {
    private let writer: GroupWriter
    private let entities: Int
    private let given = Atomic<Int>(0)
    private let written = Atomic<Int>(0)
    private let failure = Mutex<String?>(nil)

    init(_ store: EntityStore, entities: Int) throws {
        writer = try GroupWriter(store)
        self.entities = entities
    }

    /// Runs the closure beside the writes; returns what it returned and the rate that was reached.
    func run<Result>(
        rate: Double, _ body: () -> Result
    ) throws -> (result: Result, rate: Double) {
        let stop = StopFlag()
        let before = written.load(ordering: .relaxed)
        let clock = ContinuousClock()
        let start = clock.now
        let thread = try BackgroundThread { self.give(rate: rate, until: stop) }
        let result = body()
        let count = written.load(ordering: .relaxed) - before
        let seconds = (clock.now - start).nanoseconds / 1e9
        stop.raise()
        thread.join()
        // Nothing of it may be left for the phase that follows.
        while written.load(ordering: .acquiring) < given.load(ordering: .relaxed),
            failure.withLock({ $0 }) == nil
        { MonotonicTime.sleep(nanoseconds: 1_000_000) }
        if let failure = failure.withLock({ $0 }) { throw BenchError(failure) }
        return (result, Double(count) / seconds)
    }

    private func give(rate: Double, until stop: StopFlag) {
        var schedule = OpenSchedule(start: MonotonicTime.now(), rate: rate, seconds: 3600)
        while !stop.isRaised {
            let now = MonotonicTime.now()
            guard schedule.take(now: now) != nil else {
                if let wait = schedule.wait(now: now) {
                    MonotonicTime.sleep(nanoseconds: min(wait, 1_000_000))
                }
                continue
            }
            let number = given.add(1, ordering: .relaxed).oldValue
            let entity = WritesCommand.counter(number % entities, round: number / entities + 1)
            writer.submit(.put(entity)) { result in
                if case .failure(let error) = result {
                    self.failure.withLock { $0 = error.description }
                }
                self.written.add(1, ordering: .releasing)
            }
        }
    }
}
