import ArgumentParser
import BenchSupport
import CedarEngine
import CedarSchema
import EntityStore

/// `writ-bench decide policies`: what a decision costs among many policies.
struct PoliciesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policies",
        abstract: "Decisions among 10 to 100,000 policies.",
        discussion: """
            Each policy is for one user and one document; each request matches one. `hot`
            decides 10 requests spread over the set in turn, `spread` 1,000 of them, so that
            what they need is not in the nearest cache. Entities are in LMDB, full
            diagnostics.

            Example:
              writ-bench decide policies --maximum 100000 --svg policies.svg
            """)

    @Option(help: "The largest number of policies.")
    var maximum = 100_000

    @Option(help: "Runs; figures are the median over them.")
    var runs = 21

    @OptionGroup var output: OutputOptions

    func run() throws {
        var report = Report(
            "decisions among many policies, nanoseconds; loading them; memory",
            columns: [
                "policies", "hot mean", "hot p50", "hot p99", "spread mean", "spread p50",
                "spread p99", "parse ms", "validate ms", "compile ms", "compiled B/policy",
                "resident B/policy", "allocations", "wrong",
            ])
        var (hot, spread): ([(x: Double, y: Double)], [(x: Double, y: Double)]) = ([], [])
        let schema = try Schema.parse(PolicyWorkload.schema)
        var count = 10
        var wrong = 0
        while count <= maximum {
            output.progress("\(count) policies")
            let workload = PolicyWorkload(count: count)
            let (times, ruleset) = try CompileTimes.measure(
                workload.text, schema: schema, repetitions: count >= 100_000 ? 2 : 3)
            let few = try measure(workload, ruleset, 10)
            let many = try measure(workload, ruleset, 1000)
            wrong += few.wrong + many.wrong
            hot.append((Double(count), few.figures.figures.mean))
            spread.append((Double(count), many.figures.figures.mean))
            let resident =
                count < 10_000
                ? Report.Cell.absent
                : .number(Double(times.residentBytes) / Double(count), decimals: 0)
            report.add(
                [.count(count)] + few.cells + many.cells + [
                    .number(times.parse * 1e3, decimals: 2),
                    .number((times.validate ?? 0) * 1e3, decimals: 2),
                    .number(times.compile * 1e3, decimals: 2),
                    .number(Double(times.compiledBytes) / Double(count), decimals: 0), resident,
                    .number(
                        few.figures.allocationsPerDecision + many.figures.allocationsPerDecision,
                        decimals: 3),
                    .count(few.wrong + many.wrong),
                ])
            count *= 10
        }
        if let first = spread.first, let last = spread.last, let hotFirst = hot.first,
            let hotLast = hot.last
        {
            report.notes.append(
                "\(Int(last.x)) policies cost \((hotLast.y / hotFirst.y).fixed(2)) (hot) and "
                    + "\((last.y / first.y).fixed(2)) (spread) of what \(Int(first.x)) cost")
        }
        try output.publish(
            report,
            Chart(
                "A decision among many policies", horizontal: "policies",
                vertical: "nanoseconds a decision, mean",
                series: [Chart.Series("10 in turn", hot), Chart.Series("1,000 in turn", spread)]))
        if wrong > 0 { throw ExitCode(1) }
    }

    private struct Result {
        let figures: MeasuredFigures
        let wrong: Int

        var cells: [Report.Cell] {
            [
                .number(figures.figures.mean, decimals: 0),
                .number(figures.figures.p50, decimals: 0),
                .number(figures.figures.p99, decimals: 0),
            ]
        }
    }

    private func measure(
        _ workload: PolicyWorkload, _ ruleset: Ruleset, _ wanted: Int
    ) throws -> Result {
        let numbers = workload.numbers(wanted)
        let directory = try TemporaryDirectory()
        let store = try EntityStore.open(
            at: "\(directory.path)/store", StoreOptions(createIfMissing: true))
        try store.put(workload.entities(numbers))
        // As many decisions a run for few requests as for many.
        let items = workload.requests(numbers)
        let repeated = (0..<max(1, 1000 / items.count)).flatMap { _ in items }
        let measurement = Measurement(
            try DeciderPath(ruleset, store, QuestionBlock(repeated)))
        let wrong = measurement.decisions().count { !$0 }
        guard
            let figures = MeasuredFigures.measure([measurement], Effort(runs: runs, passes: 5))
        else { throw ValidationError("--runs must be at least 1") }
        return Result(figures: figures, wrong: wrong)
    }
}
