import ArgumentParser
import BenchSupport
import Glibc

/// `writ-bench swap`: policies replaced under full load.
struct SwapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swap",
        abstract: "Replace the policies of a server under full load, again and again.",
        discussion: """
            Starts `writ serve`, loads it with batches, and has it reload a changed file of
            policies on SIGHUP each time the last one is in force everywhere. Two policies
            of the set permit each question, and their ids name the set: an answer or a
            batch that was made from two sets, or a policy version that does not fit the
            ids, counts as mixed. Before and after, the same load runs without swaps.

            Exit code 1: an answer was wrong or mixed.

            Example:
              writ-bench swap --policies 10000 --swaps 20
            """)

    @Option(help: "Policies in each set.")
    var policies = 10_000

    @Option(help: "Sets that follow the first.")
    var swaps = 20

    @Option(help: "Connections.")
    var connections = 4

    @Option(help: "Batches in flight on each connection.")
    var depth = 4

    @Option(help: "Questions in a batch.")
    var batch = 4

    @Option(help: "Seconds without swaps, before and after.")
    var seconds = 5.0

    @Option(help: "The server's worker threads.")
    var threads = 1

    @OptionGroup var cores: CoreOptions

    @OptionGroup var program: ProgramOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (2...1_000_000).contains(policies), (1...1000).contains(swaps),
            (1...1024).contains(connections), (1...1024).contains(depth),
            (1...4096).contains(batch), (1...64).contains(threads), seconds > 0, seconds <= 600
        else { throw ValidationError("a number is out of bounds") }
    }

    func run() throws {
        try cores.becomeClient()
        let directory = try TemporaryDirectory()
        let workload = SwapWorkload(policies: policies)
        let server = try start(workload, directory.path)
        let items = workload.requests(1024 / batch * batch + (batch > 1024 ? batch : 0))
        let frames = try LoadFrames(
            items, expected: items.map { _ in true }, itemsPerFrame: batch)
        let client = try LoadClient(
            path: server.socket, kind: .writ, frames: frames, connections: connections,
            isBlocking: true)
        let seen = SeenSets(connections: connections)
        let judges = (0..<connections).map {
            SwapJudge(connection: $0, itemsPerFrame: batch, seen: seen)
        }
        for (connection, judge) in zip(client.connections, judges) {
            connection.judgeFrame = { judge.judge($0) }
        }
        let swapper = PolicySwapper(
            server: server.process, folder: directory.path,
            texts: (0..<swaps).map { workload.text(set: $0 + 2) }, seen: seen)

        output.progress("without swaps")
        let before = try client.runClosed(depth: depth, warmSeconds: 0.5, seconds: seconds)
        output.progress("with \(swaps) swaps")
        let thread = try BackgroundThread { swapper.run() }
        let during = try client.runClosed(depth: depth, warmSeconds: 0) { _ in swapper.isOver }
        thread.join()
        output.progress("without swaps")
        let after = try client.runClosed(depth: depth, warmSeconds: 0.5, seconds: seconds)
        if let failure = swapper.failure { throw BenchError("\(failure)\n\(server.logText)") }
        try publish(before, during, after, judges, swapper.delays)
        if judges.contains(where: { $0.mixed + $0.errors > 0 }) || after.wrong > 0 {
            throw ExitCode(1)
        }
    }

    private func start(_ workload: SwapWorkload, _ folder: String) throws -> ServerProcess {
        try workload.makeStore(at: "\(folder)/store", entities: "\(folder)/entities.jsonl")
        try TextFile.write(workload.text(set: 1), to: "\(folder)/policies.cedar")
        try TextFile.write(
            Array(
                """
                policies: policies.cedar
                store: store
                reload: signal
                socket:
                  path: run/writ.sock
                  threads: \(threads)

                """.utf8), to: "\(folder)/writ.yaml")
        return try ServerProcess(
            [program.path, "serve", "--config", "\(folder)/writ.yaml"],
            socket: "\(folder)/run/writ.sock", core: cores.serverCore, log: "\(folder)/writ.log")
    }

    private func publish(
        _ before: LoadFigures, _ during: LoadFigures, _ after: LoadFigures, _ judges: [SwapJudge],
        _ delays: [Double]
    ) throws {
        var report = Report(
            "policies replaced under full load",
            columns: [
                "phase", "seconds", "decisions", "decisions/s", "p50 µs", "p99 µs", "p99.9 µs",
                "max µs",
            ])
        let phases = [("before", before), ("swaps", during), ("after", after)]
        for (name, figures) in phases {
            report.add(
                [
                    .text(name), .number(figures.seconds, decimals: 2),
                    .count(figures.answers * batch),
                    .number(figures.perSecond * Double(batch), decimals: 0),
                ]
                    + [0.5, 0.99, 0.999].map {
                        .number(figures.latencies.quantile($0) / 1e3, decimals: 1)
                    } + [.number(figures.latencies.quantile(1) / 1e3, decimals: 0)])
        }
        let still =
            (before.latencies.quantile(0.999) + after.latencies.quantile(0.999)) / 2
        let ratio = during.latencies.quantile(0.999) / max(still, 1)
        let mixed = judges.reduce(0) { $0 + $1.mixed }
        let errors = judges.reduce(0) { $0 + $1.errors }
        report.notes = [
            "\(swaps) swaps of \(policies) policies; errors: \(errors); answers of mixed sets: "
                + "\(mixed)",
            "p99.9 with swaps: \(ratio.fixed(2)) × that without",
            "from the signal to an answer of the new set on every connection: median "
                + "\((delays.median ?? 0).fixed(0)) ms, longest \((delays.max() ?? 0).fixed(0)) ms",
            "\(connections) connections, \(depth) batches of \(batch) questions in flight on each; "
                + "\(threads) worker threads; \(cores.words)",
        ]
        try output.publish(
            report,
            Chart(
                "Latency while policies are replaced", horizontal: "phase", vertical: "µs",
                series: [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)].map { name, quantile in
                    Chart.Series(
                        name,
                        phases.enumerated().map {
                            (x: Double($0), y: $1.1.latencies.quantile(quantile) / 1e3)
                        })
                },
                categories: phases.map(\.0)))
    }
}
