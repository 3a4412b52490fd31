import ArgumentParser
import BenchSupport
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Glibc

/// `writ-bench decide entities`: what a decision costs among many entities.
struct EntitiesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entities",
        abstract: "Decisions among 1,000 to 10,000,000 entities in LMDB.",
        discussion: """
            Users and documents in equal number; a request names one of each, drawn
            uniformly or by Zipf's law (0.99). What is measured was not asked for before,
            after `--warm` others of the same kind. `gets` are the two searches in LMDB
            alone, for requests of the same kind; they take turns with the decisions, and
            `ratio` is the median over the turns. `hits` is the share of lookups that the
            cache answered. `private` is the memory of the process that is no file's, beyond
            what it had before it opened the store.

            Example:
              writ-bench decide entities --maximum 10000000 --folder /var/tmp

            The smallest and the largest alone, with stores that the next run finds again:
              writ-bench decide entities --maximum 10000000 --step 10000 --folder /var/tmp --keep
            """)

    @Option(help: "The largest number of entities.")
    var maximum = 1_000_000

    @Option(help: "What each number of entities is multiplied by for the next, from 1,000 on.")
    var step = 10

    @Option(help: "Requests of each kind.")
    var requests = 100_000

    @Option(help: "The bound on the cache of records, in MiB.")
    var cache = 256

    @Option(help: "Requests that make the cache warm; no more than eight for each entity.")
    var warm = 3_000_000

    @Option(help: "Turns of decisions and gets.")
    var turns = 11

    @Option(help: ArgumentHelp("Where the stores are made.", valueName: "folder"))
    var folder: String?

    @Flag(help: "Keep the stores in the folder, and use those that are there.")
    var keep = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if keep, folder == nil { throw ValidationError("--keep needs a --folder") }
        guard step >= 2 else { throw ValidationError("--step is at least 2") }
        guard maximum >= 1000, turns >= 1, requests >= turns * 2, cache >= 0, warm >= 0 else {
            throw ValidationError(
                "--maximum is at least 1000, --turns 1, --requests twice that, and none less than 0"
            )
        }
    }

    func run() throws {
        var report = Report(
            "decisions among many entities in LMDB, nanoseconds",
            columns: [
                "entities", "access", "gets mean", "mean", "ratio", "p50", "p99", "hits",
                "private MB", "first ms", "store MB", "import s", "allocations", "wrong",
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
            count *= step
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
        var path = "\(directory.path)/store"
        if keep, let folder { path = "\(folder)/entities-\(count)" }
        let clock = ContinuousClock()
        let start = clock.now
        let isThere = unsafe access(path, F_OK) == 0
        if !keep || !isThere {
            try importEntities(workload, directory.path, path)
        }
        let importSeconds = (clock.now - start).nanoseconds / 1e9
        let ruleset = try Ruleset(PolicySet.parse(EntityWorkload.policies), version: 1)
        return try [false, true].map { isZipf in
            try measure(workload, ruleset, path, isZipf: isZipf, importSeconds)
        }
    }

    private func measure(
        _ workload: EntityWorkload, _ ruleset: Ruleset, _ path: String, isZipf: Bool,
        _ importSeconds: Double
    ) throws -> Row {
        let items = workload.requests(requests, zipf: isZipf, seed: 1)
        let (block, expected) = (try QuestionBlock(items), items.map { workload.isAllowed($0) })
        let getBlock = try QuestionBlock(workload.requests(requests, zipf: isZipf, seed: 2))
        let before = try Machine.privateBytes()
        let clock = ContinuousClock()
        let opening = clock.now
        let store = try EntityStore.open(at: path)
        // One decision, made as the service makes its first.
        var decider = try SwitchingPath(ruleset, store, block, cacheBytes: cache << 20)
        _ = decider.decide(0)
        let firstMilliseconds = (clock.now - opening).nanoseconds / 1e6
        var gets = try GetsPath(store, getBlock)
        // Others are as popular as those that are measured.
        var asked = 0
        while asked < min(warm, workload.count * 8) {
            decider.go(
                to: try QuestionBlock(
                    workload.requests(requests, zipf: isZipf, seed: UInt64(1000 + asked))))
            for index in 0..<decider.count { _ = decider.decide(index) }
            asked += requests
        }
        decider.go(to: block)
        let cached = decider.cacheStatistics
        _ = (Stopwatch.nanosecondsPerTick, Stopwatch.overheadTicks)
        var decisionFigures = PairedFigures(capacity: requests)
        var getFigures = PairedFigures(capacity: requests)
        for turn in 0..<turns {
            let range = (turn * requests / turns)..<((turn + 1) * requests / turns)
            decisionFigures.measure(&decider, range)
            getFigures.measure(&gets, range)
        }
        let privateBytes = try Machine.privateBytes() - before
        let after = decider.cacheStatistics
        let (hits, misses) = (after.hits - cached.hits, after.misses - cached.misses)
        let ratios = zip(decisionFigures.means, getFigures.means).map { $0 / $1 }.sorted()
        var wrong = 0
        for (index, isAllowed) in expected.enumerated() where decider.decide(index) != isAllowed {
            wrong += 1
        }
        let figures = decisionFigures.figures
        let storeBytes = try store.statistics().usedBytes
        let access = isZipf ? "Zipf 0.99" : "uniform"
        let share = Double(hits) / Double(max(1, hits + misses))
        let (means, searches) = (figures.figures, getFigures.figures.figures)
        var cells: [Report.Cell] = [.count(workload.count), .text(access)]
        cells.append(.number(searches.mean, decimals: 0))
        cells.append(.number(means.mean, decimals: 0))
        cells.append(.number(ratios[ratios.count / 2], decimals: 2))
        cells.append(.number(means.p50, decimals: 0))
        cells.append(.number(means.p99, decimals: 0))
        cells.append(.number(share, decimals: 3))
        cells.append(.number(Double(privateBytes) / 1e6, decimals: 1))
        cells.append(.number(firstMilliseconds, decimals: 1))
        cells.append(.number(Double(storeBytes) / 1e6, decimals: 0))
        cells.append(.number(importSeconds, decimals: 1))
        cells.append(.number(figures.allocationsPerDecision, decimals: 3))
        cells.append(.count(wrong))
        return Row(access: access, figures: figures, wrong: wrong, cells: cells)
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
