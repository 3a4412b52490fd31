import ArgumentParser
import BenchSupport

/// Which graphs are decided.
struct PaperOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder with the graphs; `WRIT_BENCH_DATA` unless given, else they are made here.",
            valueName: "folder"))
    var data: String?

    var folder: String? {
        data ?? environment("WRIT_BENCH_DATA")
    }
}

/// `writ-bench decide paper`: the benchmarks of the Cedar paper.
struct PaperCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "paper",
        abstract: "The paper's benchmarks: gdrive, github and tinytodo.",
        discussion: """
            Three levels: `engine` is the bare engine on entities in memory, `store` the
            same on entities in LMDB with a snapshot a decision, `decider` what the service
            does: it judges the request's bytes as well. Every decision is compared with the
            recorded one.

            Exit codes: 0 measured, 1 a decision differs or an allocation was made
            (`--gate`).

            Examples:
              writ-bench decide paper --data data --json paper.json
              writ-bench decide paper --only github-50 --level decider --runs 51
            """)

    @OptionGroup var paper: PaperOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp(
            "Only this suite, as in `github-50`; may be repeated.", valueName: "suite"))
    var only: [String] = []

    @Option(help: "Only this level: engine, store or decider; may be repeated.")
    var level: [Level] = []

    @Option(help: "Runs; figures are the median over them.")
    var runs = 21

    @Option(help: "Passes over all requests that a run times as a whole.")
    var passes = 5

    @Flag(help: "Fail when a warm decision allocates.")
    var gate = false

    func validate() throws {
        guard (1...10_000).contains(runs), (1...10_000).contains(passes) else {
            throw ValidationError("--runs and --passes must be from 1 to 10000")
        }
    }

    func run() throws {
        var report = Report(
            "decisions in process: benchmarks of the Cedar paper, nanoseconds a decision",
            columns: [
                "suite", "level", "mean", "best", "p50", "p99", "max", "allocations", "decisions",
                "differing",
            ])
        var hasFailed = false
        var lines: [String: [(x: Double, y: Double)]] = [:]
        var categories: [String] = []
        for application in PaperSuite.Application.allCases {
            for size in PaperSuite.sizes {
                let name = "\(application.rawValue)-\(size)"
                guard only.isEmpty || only.contains(name) else { continue }
                let bench = try PaperBench(
                    PaperSuite.load(application, size, from: paper.folder))
                defer { categories.append(name) }
                for level in level.isEmpty ? Level.allCases : level {
                    let result = try bench.measure(level, Effort(runs: runs, passes: passes))
                    let differing = bench.differences(result.decisions)
                    hasFailed = hasFailed || (differing ?? 0) > 0
                    let allocations = result.measured.allocationsPerDecision
                    hasFailed = hasFailed || (gate && allocations > 0)
                    let figures = result.measured.figures
                    lines[level.rawValue, default: []]
                        .append((Double(categories.count), figures.mean))
                    report.add([
                        .text(name), .text(level.rawValue), .number(figures.mean, decimals: 0),
                        .number(result.measured.best, decimals: 0),
                        .number(figures.p50, decimals: 0), .number(figures.p99, decimals: 0),
                        .number(figures.max, decimals: 0), .number(allocations, decimals: 3),
                        .count(result.decisions.count), differing.map { .count($0) } ?? .absent,
                    ])
                }
            }
        }
        guard !report.rows.isEmpty else {
            throw ValidationError("there is no suite of the name given: as in `github-50`")
        }
        report.notes = [
            paper.folder == nil
                ? "graphs made here; nothing to compare the decisions with"
                : "every decision was compared with the recorded one",
            "median of \(runs) runs; mean: processor time of \(passes) passes; quantiles: time "
                + "of decisions one by one",
        ]
        try output.publish(
            report,
            Chart(
                "The Cedar paper's benchmarks", horizontal: "benchmark and size",
                vertical: "nanoseconds a decision, mean",
                series: Level.allCases.map { Chart.Series($0.rawValue, lines[$0.rawValue] ?? []) },
                categories: categories))
        if hasFailed { throw ExitCode(1) }
    }
}

extension Level: ExpressibleByArgument {}
