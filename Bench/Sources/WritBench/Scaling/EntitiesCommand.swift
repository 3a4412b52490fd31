import ArgumentParser
import BenchSupport
import CedarEngine
import CedarSyntax
import EntityStore
import Glibc

/// `writ-bench decide entities`: what a decision costs among many entities.
struct EntitiesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entities",
        abstract: "Decisions among 1,000 to 10,000,000 entities in LMDB.",
        discussion: """
            Users and documents in equal number; a request names one of each, drawn uniformly or by
            Zipf's law (0.99). What is measured was not asked for before. `gets` are the two
            searches in LMDB alone. `private` is the memory of the process that is no file's,
            beyond what it had before it opened the store.

            Example:
              writ-bench decide entities --maximum 10000000 --folder /var/tmp
            """)

    @Option(help: "The largest number of entities.")
    var maximum = 1_000_000

    @Option(help: "Requests of each kind.")
    var requests = 100_000

    @Option(help: ArgumentHelp("Where the stores are made.", valueName: "folder"))
    var folder: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        var report = Report(
            "decisions among many entities in LMDB, nanoseconds",
            columns: [
                "entities", "access", "gets mean", "mean", "p50", "p99", "private MB", "first ms",
                "store MB", "import s", "allocations", "wrong",
            ])
        var lines: [String: [(x: Double, y: Double)]] = [:]
        var wrong = 0
        var count = 1000
        while count <= maximum {
            output.progress("\(count) entities")
            for row in try measure(count) {
                output.progress("  \(row.access): \(row.figures.figures.mean.fixed(0)) ns")
                report.add(row.cells)
                lines[row.access, default: []].append((Double(count), row.figures.figures.mean))
                wrong += row.wrong
            }
            count *= 10
        }
        for (access, points) in lines.sorted(by: { $0.key < $1.key }) {
            guard let first = points.first, let last = points.last else { continue }
            report.notes.append(
                "\(access): \(Int(last.x)) entities cost \((last.y / first.y).fixed(2)) of what "
                    + "\(Int(first.x)) cost")
        }
        try output.publish(
            report,
            Chart(
                "A decision among many entities", horizontal: "entities in LMDB",
                vertical: "nanoseconds a decision, mean",
                series: lines.sorted { $0.key < $1.key }.map { Chart.Series($0.key, $0.value) }))
        if wrong > 0 { throw ExitCode(1) }
    }

    private struct Row {
        let access: String
        let figures: MeasuredFigures
        let wrong: Int
        let cells: [Report.Cell]
    }

    private func measure(_ count: Int) throws -> [Row] {
        let workload = EntityWorkload(count: count)
        let directory = try TemporaryDirectory(in: folder)
        let path = "\(directory.path)/store"
        let clock = ContinuousClock()
        let start = clock.now
        try importEntities(workload, directory.path, path)
        let importSeconds = (clock.now - start).nanoseconds / 1e9
        let ruleset = try Ruleset(PolicySet.parse(EntityWorkload.policies), version: 1)
        return try ["uniform", "Zipf 0.99"].map { access in
            let isZipf = access != "uniform"
            let items = workload.requests(requests, zipf: isZipf, seed: 1)
            let block = try QuestionBlock(items)
            let warmBlock = try QuestionBlock(
                workload.requests(requests, zipf: isZipf, seed: 2))
            let expected = items.map { workload.isAllowed($0) }
            let before = try Machine.privateBytes()
            let opening = clock.now
            let store = try EntityStore.open(at: path)
            // One decision, made as the service makes its first.
            var path = try DeciderPath(ruleset, store, block)
            _ = path.decide(0)
            let firstMilliseconds = (clock.now - opening).nanoseconds / 1e6
            // The measured requests are new to the cache, the entities as popular as before.
            let measurement = Measurement(
                try SwitchingPath(ruleset, store, warm: warmBlock, measured: block))
            let figures = measurement.measureOnce()
            let privateBytes = try Machine.privateBytes() - before
            let wrong = zip(measurement.decisions(), expected).count { $0 != $1 }
            let gets = Measurement(try GetsPath(store, block))
            let getFigures = gets.measureOnce(warming: false)
            let storeBytes = try store.statistics().usedBytes
            return Row(
                access: access, figures: figures, wrong: wrong,
                cells: [
                    .count(count), .text(access), .number(getFigures.figures.mean, decimals: 0),
                    .number(figures.figures.mean, decimals: 0),
                    .number(figures.figures.p50, decimals: 0),
                    .number(figures.figures.p99, decimals: 0),
                    .number(Double(privateBytes) / 1e6, decimals: 1),
                    .number(firstMilliseconds, decimals: 1),
                    .number(Double(storeBytes) / 1e6, decimals: 0),
                    .number(importSeconds, decimals: 1),
                    .number(figures.allocationsPerDecision, decimals: 3), .count(wrong),
                ])
        }
    }

    private func importEntities(
        _ workload: EntityWorkload, _ folder: String, _ path: String
    ) throws {
        let file = "\(folder)/entities.jsonl"
        try workload.write(to: file)
        let store = try EntityStore.open(at: path, StoreOptions(createIfMissing: true))
        _ = try store.importEntities(from: .file(file))
        _ = unsafe unlink(file)
    }
}
