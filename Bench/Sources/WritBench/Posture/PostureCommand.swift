import ArgumentParser
import BenchSupport
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore

/// `writ-bench posture`: decisions while reports about devices are taken in.
struct PostureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posture",
        abstract: "Take in reports about devices, and decide meanwhile.",
        discussion: """
            Makes a store of devices and users, and a file of reports. `writ posture ingest`
            reads the file in a process of its own, while this one decides requests whose
            policy looks at the user's device, one at a time. The same requests are decided
            before and after without it, and the p99 of both are compared. Every report
            changes its device; every decision must allow.

            Exit code 1: a decision was wrong, or a report was not taken.

            Example:
              writ-bench posture --reports 1000000 --decider-core 0 --ingest-core 1 --folder /var/tmp
            """)

    @Option(help: "Reports of each round.")
    var reports = 1_000_000

    @Option(help: "Devices, which take turns in reporting.")
    var devices = 1_000_000

    @Option(help: "Users who ask; each has a device.")
    var users = 100_000

    @Option(help: "Files of reports, each between two phases without.")
    var rounds = 1

    @Option(help: "Seconds of the phases without reports.")
    var seconds = 5.0

    @Option(help: "The bound on the cache of records, in MiB.")
    var cache = 64

    @Option(help: "The core of the decisions; any unless given.")
    var deciderCore: Int?

    @Option(help: "The core of the reports; any unless given.")
    var ingestCore: Int?

    @OptionGroup var program: ProgramOptions

    @Option(help: ArgumentHelp("Where the store is made.", valueName: "folder"))
    var folder: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard reports > 0, devices > 0, users > 0, devices % 7_919 != 0, (1...100).contains(rounds),
            seconds > 0, cache >= 0
        else { throw ValidationError("a number is out of bounds") }
    }

    /// What one phase showed.
    private struct Phase {
        var name: String
        var figures: RunFigures
        var decisions = 0
        var wrong = 0
        var seconds = 0.0
        var reportsPerSecond: Double?
    }

    func run() throws {
        let directory = try TemporaryDirectory(in: folder)
        let workload = PostureWorkload(devices: devices, users: users)
        output.progress("making a store of \(devices) devices")
        try workload.writeEntities(to: "\(directory.path)/entities.jsonl")
        let store = try EntityStore.open(
            at: "\(directory.path)/store", StoreOptions(createIfMissing: true))
        _ = try store.importEntities(from: .file("\(directory.path)/entities.jsonl"))
        var path = try DeciderPath(
            Ruleset(PolicySet.parse(PostureWorkload.policies), version: 1), store,
            QuestionBlock(workload.requests(200_000, seed: 7)), cacheBytes: cache << 20)
        if let deciderCore { try Machine.pin(to: deciderCore) }
        var phases: [Phase] = []
        for round in 0..<rounds {
            if round == 0 { phases.append(quiet(&path, 0)) }
            output.progress("writing \(reports) reports")
            let file = "\(directory.path)/reports.jsonl"
            try workload.writeReports(
                reports, round: round, now: DecisionClock.realTime(), to: file)
            output.progress("taking them in")
            phases.append(try busy(&path, round, file, directory.path))
            phases.append(quiet(&path, round + 1))
        }
        try publish(phases, store)
        if phases.contains(where: { $0.wrong > 0 }) { throw ExitCode(1) }
    }

    private func quiet(_ path: inout DeciderPath, _ number: Int) -> Phase {
        output.progress("without reports")
        for index in 0..<path.count { _ = path.decide(index) }
        let end = MonotonicTime.now() &+ UInt64(seconds * 1e9)
        var phase = Self.decide(&path) { MonotonicTime.now() >= end }
        phase.name = "none \(number)"
        return phase
    }

    private func busy(
        _ path: inout DeciderPath, _ round: Int, _ file: String, _ directory: String
    ) throws -> Phase {
        let process = try IngestProcess(
            [
                program.path, "posture", "ingest", "--store",
                "\(directory)/store", "--format", "generic", "--json", "--lifetime",
                "compliant=604800", "--lifetime", "edrScore=604800", file,
            ], core: ingestCore, log: "\(directory)/ingest.log")
        var phase = Self.decide(&path) { process.isOver }
        try process.requireSuccess(reports: reports)
        phase.name = "reports \(round + 1)"
        phase.reportsPerSecond = Double(reports) / process.seconds
        return phase
    }

    /// Decides one request after the other; whether it is over is asked now and then, outside of what
    /// is timed.
    private static func decide(_ path: inout DeciderPath, until isOver: () -> Bool) -> Phase {
        var histogram = LatencyHistogram()
        let overhead = Stopwatch.overheadTicks
        let used = Stopwatch.threadNanoseconds()
        let started = MonotonicTime.now()
        var phase = Phase(name: "", figures: RunFigures(mean: 0, p50: 0, p99: 0, max: 0))
        var index = 0
        repeat {
            for _ in 0..<1024 {
                let start = Stopwatch.ticks()
                let isAllowed = path.decide(index)
                let elapsed = Stopwatch.ticks() &- start
                histogram.record(
                    nanoseconds: Stopwatch.nanoseconds(elapsed > overhead ? elapsed - overhead : 0))
                if !isAllowed { phase.wrong += 1 }
                index = index + 1 == path.count ? 0 : index + 1
            }
            phase.decisions += 1024
        } while !isOver()
        phase.seconds = Double(MonotonicTime.now() &- started) / 1e9
        phase.figures = RunFigures(
            mean: Double(Stopwatch.threadNanoseconds() &- used) / Double(phase.decisions),
            p50: histogram.quantile(0.5), p99: histogram.quantile(0.99),
            max: histogram.quantile(1))
        return phase
    }

    private func publish(_ phases: [Phase], _ store: EntityStore) throws {
        var report = Report(
            "decisions beside reports about devices, nanoseconds",
            columns: [
                "phase", "seconds", "reports/s", "mean", "p50", "p99", "max", "decisions", "wrong",
            ])
        for phase in phases {
            report.add([
                .text(phase.name), .number(phase.seconds, decimals: 2),
                phase.reportsPerSecond.map { .number($0, decimals: 0) } ?? .absent,
                .number(phase.figures.mean, decimals: 0), .number(phase.figures.p50, decimals: 0),
                .number(phase.figures.p99, decimals: 0), .number(phase.figures.max, decimals: 0),
                .count(phase.decisions), .count(phase.wrong),
            ])
        }
        func median(_ isBusy: Bool) -> RunFigures? {
            RunFigures.median(
                of: phases.filter { ($0.reportsPerSecond != nil) == isBusy }.map(\.figures))
        }
        if let still = median(false), let busy = median(true) {
            report.notes.append(
                "beside reports p50 is \((busy.p50 / still.p50).fixed(2)) and p99 "
                    + "\((busy.p99 / still.p99).fixed(2)) of what they are without (medians)")
        }
        let rate = phases.compactMap(\.reportsPerSecond).median ?? 0
        report.notes.append(
            "\(reports) reports about \(devices) devices, read, merged and on disk at "
                + "\(rate.fixed(0)) a second; the store is at revision \(try store.revision)")
        report.notes.append(
            "decisions on \(CoreOptions.words(deciderCore)), "
                + "reports on \(CoreOptions.words(ingestCore)); cache of \(cache) MiB"
        )
        try output.publish(
            report,
            Chart(
                "Decisions beside reports about devices", horizontal: "phase",
                vertical: "nanoseconds a decision",
                series: [("p50", \RunFigures.p50), ("p99", \RunFigures.p99)].map { name, figure in
                    Chart.Series(
                        name,
                        phases.enumerated().map {
                            (x: Double($0), y: $1.figures[keyPath: figure])
                        })
                },
                categories: phases.map(\.name)))
    }
}
