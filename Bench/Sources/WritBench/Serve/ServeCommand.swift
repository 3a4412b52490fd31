import ArgumentParser
import BenchSupport
import Glibc

/// `writ-bench serve`: the service under load.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Load the local socket, and an echo server of the same loop.",
        discussion: """
            Starts `writ serve`, an echo server of the same loop and, with `--floor`, a
            program that sends every frame back, and loads them in turn. Every decision is
            compared.

            Closed loop (the default): a number of requests is always in flight. Open loop
            (`--rate`): requests are sent at their times whatever is answered, and latency
            counts from the time a request was meant to be sent.

            Examples:
              writ-bench serve --server-core 0 --client-core 0 --floor ./echo
              writ-bench serve --rate 50000 --connections 4 --seconds 10
            """)

    @Option(help: "Requests a second in an open loop, a closed loop unless given; may be repeated.")
    var rate: [Double] = []

    @Option(help: "Connections; may be repeated. 1 and 4 unless given.")
    var connections: [Int] = []

    @Option(help: "Requests in flight on each connection; may be repeated. 1 and 16 unless given.")
    var depth: [Int] = []

    @Option(help: "Seconds of each measurement.")
    var seconds = 1.0

    @Option(help: "Times each measurement is made; figures are medians.")
    var rounds = 5

    @Option(help: "The server's worker threads.")
    var threads = 1

    @Option(
        help: ArgumentHelp(
            "How long requests are, `small` or `large`; may be repeated. Both unless given.",
            valueName: "size"))
    var frames: [ServeWorkload.Size] = []

    @Option(help: "How much the service's decisions find out: `full` or `none`.")
    var diagnostics = "full"

    @Option(help: "Entities in the store.")
    var entities = 10_000

    @OptionGroup var cores: CoreOptions

    @OptionGroup var program: ProgramOptions

    @Option(help: ArgumentHelp("A program that echoes frames on a socket.", valueName: "path"))
    var floor: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard seconds > 0, seconds <= 600, (1...1000).contains(rounds), (1...64).contains(threads)
        else { throw ValidationError("--seconds, --rounds or --threads is out of bounds") }
        guard rate.allSatisfy({ $0 > 0 }), depth.allSatisfy({ (1...1024).contains($0) }),
            connections.allSatisfy({ (1...1024).contains($0) })
        else { throw ValidationError("--rate, --depth or --connections is out of bounds") }
        guard ["full", "none"].contains(diagnostics) else {
            throw ValidationError("--diagnostics must be `full` or `none`")
        }
    }

    func run() throws {
        try cores.becomeClient()
        var result = Result(
            report: Report(
                rate.isEmpty ? "closed loop on the local socket" : "open loop on the local socket",
                columns: [
                    "frame", "connections", "load", "server", "requests/s", "of floor", "of echo",
                    "server CPU ns", "p50 µs", "p99 µs", "p99.9 µs", "max µs", "wrong",
                ]))
        for size in frames.isEmpty ? ServeWorkload.Size.allCases : frames {
            try run(size, &result)
        }
        result.report.notes.append(
            "\(cores.words); medians of \(rounds) rounds")
        try output.publish(
            result.report,
            Chart(
                rate.isEmpty ? "Requests a second on the local socket" : "Latency under open load",
                horizontal: "frame, connections × \(rate.isEmpty ? "depth" : "requests a second")",
                vertical: rate.isEmpty ? "requests a second" : "p99 in µs",
                series: result.lines.sorted { $0.key < $1.key }.map {
                    Chart.Series($0.key, $0.value)
                },
                categories: result.categories))
        if result.wrong > 0 { throw ExitCode(1) }
    }

    /// What the measurements came to.
    private struct Result {
        var report: Report
        var lines: [String: [(x: Double, y: Double)]] = [:]
        var categories: [String] = []
        var wrong = 0
    }

    /// Measures everything with requests of one size.
    private func run(_ size: ServeWorkload.Size, _ result: inout Result) throws {
        let bench = try ServeBench(
            ServeBench.Plan(
                writ: program.path, floor: floor, size: size, entities: entities, threads: threads,
                diagnostics: diagnostics, core: cores.serverCore))
        let inProcess = try bench.decideInProcess()
        var overhead: [String] = []
        for count in connections.isEmpty ? [1, 4] : connections {
            for load in loads {
                let samples = try measure(bench, count, load)
                for sample in samples {
                    result.wrong += sample.wrong
                    result.lines[sample.kind.rawValue, default: []].append(
                        (
                            Double(result.categories.count),
                            rate.isEmpty ? sample.rate : sample.p99
                        ))
                    result.report.add(
                        [
                            .text(size.rawValue), .count(count), .text(load.name),
                            .text(sample.kind.rawValue),
                        ] + sample.cells(among: samples))
                }
                if let writ = samples.first(where: { $0.kind == .writ }),
                    let echo = samples.first(where: { $0.kind == .echo })
                {
                    let beyond = writ.processor - echo.processor
                    overhead.append(
                        "\(beyond.fixed(0)) (\((beyond / max(inProcess, 1)).fixed(2))×)")
                }
                result.categories.append("\(size.rawValue) \(count) × \(load.name)")
            }
        }
        result.report.notes.append(
            "\(size.rawValue): frames of \(bench.frames.meanBytes.fixed(0)) bytes; server CPU beyond "
                + "the echo server's: \(overhead.joined(separator: ", ")) ns; the same decisions in "
                + "process: \(inProcess.fixed(0)) ns")
    }

    /// What is sent.
    private enum Load {
        case closed(depth: Int)
        case open(rate: Double)

        var name: String {
            switch self {
            case .closed(let depth): "\(depth)"
            case .open(let rate): "\(rate.fixed(0))/s"
            }
        }
    }

    private var loads: [Load] {
        if !rate.isEmpty { return rate.map { .open(rate: $0) } }
        return (depth.isEmpty ? [1, 16] : depth).map { .closed(depth: $0) }
    }

    /// Medians over the rounds.
    private struct Sample {
        var kind: ServerKind
        var rate = 0.0
        var processor = 0.0
        var p50 = 0.0
        var p99 = 0.0
        var p999 = 0.0
        var max = 0.0
        var wrong = 0

        func cells(among samples: [Sample]) -> [Report.Cell] {
            func ratio(_ kind: ServerKind) -> Report.Cell {
                guard let other = samples.first(where: { $0.kind == kind }), other.rate > 0 else {
                    return .absent
                }
                return .number(rate / other.rate, decimals: 2)
            }
            return [
                .number(rate, decimals: 0), ratio(.floor), ratio(.echo),
                .number(processor, decimals: 0), .number(p50, decimals: 1),
                .number(p99, decimals: 1), .number(p999, decimals: 1), .number(max, decimals: 0),
                .count(wrong),
            ]
        }
    }

    /// Loads all servers in turn, several times.
    private func measure(
        _ bench: ServeBench, _ connections: Int, _ load: Load
    ) throws -> [Sample] {
        var figures = [[(LoadFigures, Double)]](repeating: [], count: bench.servers.count)
        for _ in 0..<rounds {
            for (index, server) in bench.servers.enumerated() {
                let before = try server.process.processorNanoseconds()
                let (result, answers) = try apply(load, to: server, bench.frames, connections)
                let used = try server.process.processorNanoseconds() - before
                figures[index].append((result, Double(used) / Double(max(1, answers))))
            }
        }
        return zip(bench.servers, figures).map { server, runs in
            func median(_ value: (LoadFigures) -> Double) -> Double {
                runs.map { value($0.0) }.median ?? 0
            }
            var sample = Sample(kind: server.kind)
            sample.rate = median(\.perSecond)
            sample.processor = runs.map(\.1).median ?? 0
            sample.p50 = median { $0.latencies.quantile(0.5) / 1e3 }
            sample.p99 = median { $0.latencies.quantile(0.99) / 1e3 }
            sample.p999 = median { $0.latencies.quantile(0.999) / 1e3 }
            sample.max = median { $0.latencies.quantile(1) / 1e3 }
            sample.wrong = runs.reduce(0) { $0 + $1.0.wrong }
            return sample
        }
    }

    /// Loads one server once; returns the figures and all answers, also those while warming up.
    private func apply(
        _ load: Load, to server: (kind: ServerKind, process: ServerProcess),
        _ frames: LoadFrames, _ connections: Int
    ) throws -> (LoadFigures, Int) {
        func client(isBlocking: Bool) throws -> LoadClient {
            try LoadClient(
                path: server.process.socket, kind: server.kind, frames: frames,
                connections: connections, isBlocking: isBlocking)
        }
        let warm = 0.2
        switch load {
        case .closed(let depth):
            let client = try client(isBlocking: true)
            let figures = try client.runClosed(
                depth: depth, warmSeconds: warm, seconds: seconds)
            return (figures, client.answers)
        case .open(let rate):
            let client = try client(isBlocking: false)
            let figures = try client.runOpen(rate: rate, warmSeconds: warm, seconds: seconds)
            return (figures, client.answers)
        }
    }
}

extension ServeWorkload.Size: ExpressibleByArgument {}
