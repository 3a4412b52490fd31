import ArgumentParser
import BenchSupport
import Glibc

/// `writ-bench ext-authz`: Envoy's protocol under load.
struct ExtAuthzCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ext-authz",
        abstract: "Load the ext_authz service, and the same server with nothing behind it.",
        discussion: """
            One HTTP/2 connection on a Unix socket, as a gateway's thread keeps it, with a
            number of calls always in flight. Servers are loaded in turn, several times:
            figures are medians. The decisions are those of a policy with a role and a
            device condition over 100,000 entities, for a client with a certificate;
            requests are for one of 40,000 resources.

            Examples:
              writ-bench ext-authz --server-core 0 --client-core 1
              writ-bench ext-authz --socket /run/other.sock --depth 32
              writ-bench ext-authz --in-process
              writ-bench ext-authz --in-process --cold
            """)

    @Option(help: "Calls in flight; may be repeated. 1 and 32 unless given.")
    var depth: [Int] = []

    @Option(help: "Seconds of each measurement.")
    var seconds = 1.0

    @Option(help: "Times each measurement is made.")
    var rounds = 5

    @Option(help: "The core of the servers; any unless given.")
    var serverCore: Int?

    @Option(help: "The core of the load; any unless given.")
    var clientCore: Int?

    @Flag(help: "Count the allocations of decisions instead; there must be none.")
    var allocations = false

    @Flag(help: "Measure reading, deciding and answering in this process, without HTTP/2.")
    var inProcess = false

    @Flag(help: "With --in-process: what a check costs after other work has filled the caches.")
    var cold = false

    @Option(
        help: ArgumentHelp(
            "With --in-process: only pass so often through 4096 checks, for a profiler.",
            valueName: "passes"))
    var passes: Int?

    @Option(help: "Where those passes end: reading, deciding or answering.")
    var stage = CheckStage.answering

    @Option(help: ArgumentHelp("The open-banking scenario.", valueName: "folder"))
    var scenario = "Policies/open-banking"

    @Option(help: ArgumentHelp("Another server to load as well.", valueName: "path"))
    var socket: String?

    @Option(help: ArgumentHelp("Write the table as JSON.", valueName: "file"))
    var json: String?

    func validate() throws {
        guard seconds > 0, seconds <= 600, (1...1000).contains(rounds),
            depth.allSatisfy({ (1...1000).contains($0) }), (0...1_000_000).contains(passes ?? 0)
        else { throw ValidationError("--seconds, --rounds, --depth or --passes is out of bounds") }
        if cold, !inProcess { throw ValidationError("--cold goes with --in-process") }
    }

    func run() throws {
        _ = signal(SIGPIPE, SIG_IGN)
        if allocations {
            let directory = try TemporaryDirectory()
            let world = try DecidingWorld(scenario: scenario, store: "\(directory.path)/store")
            let messages = try makeMessages()
            let blocks = try CheckAllocations.count(world, messages)
            print("\(blocks) allocations in \(messages.count) checks")
            if blocks > 0 { throw ExitCode(1) }
            return
        }
        if inProcess { return try measureInProcess() }
        if let clientCore { try Machine.pin(to: clientCore) }
        let directory = try TemporaryDirectory()
        let bare = "\(directory.path)/bare.sock"
        let server = try ServerProcess(
            [ServeBench.beside("writ-bench"), "ext-authz-server", "--socket", bare],
            socket: bare, core: serverCore, log: "\(directory.path)/bare.log")
        let deciding = "\(directory.path)/deciding.sock"
        let decider = try ServerProcess(
            [
                ServeBench.beside("writ-bench"), "ext-authz-server", "--socket", deciding,
                "--scenario", scenario, "--store", "\(directory.path)/store",
            ], socket: deciding, core: serverCore, log: "\(directory.path)/deciding.log")
        var targets: [Target] = [
            Target(name: "bare OK", path: bare, process: server),
            Target(name: "deciding", path: deciding, process: decider),
        ]
        if let socket { targets.append(Target(name: "other", path: socket, process: nil)) }
        var report = Report(
            "ext_authz on a Unix socket",
            columns: [
                "in flight", "server", "calls/s", "of bare OK", "server CPU ns", "p50 µs",
                "p99 µs", "wrong",
            ])
        var wrong = 0
        for depth in depth.isEmpty ? [1, 32] : depth {
            var bareRate = 0.0
            for (target, sample) in zip(targets, try measure(targets, depth)) {
                if target.name == "bare OK" { bareRate = sample.rate }
                wrong += sample.wrong
                report.add([
                    .count(depth), .text(target.name), .number(sample.rate, decimals: 0),
                    .number(sample.rate / max(bareRate, 1), decimals: 2),
                    sample.processor.map { .number($0, decimals: 0) } ?? .absent,
                    .number(sample.p50, decimals: 1), .number(sample.p99, decimals: 1),
                    .count(sample.wrong),
                ])
            }
        }
        print(report.table)
        if let json { try TextFile.write(report.json + [UInt8(ascii: "\n")], to: json) }
        if wrong > 0 { throw ExitCode(1) }
    }

    private func measureInProcess() throws {
        if let serverCore { try Machine.pin(to: serverCore) }
        let directory = try TemporaryDirectory()
        let world = try DecidingWorld(scenario: scenario, store: "\(directory.path)/store")
        var stages = try CheckStages(world, try makeMessages())
        if let passes {
            for _ in 0..<passes { try stages.pass(through: stage) }
            return
        }
        let report =
            cold
            ? try stages.coldReport(checks: rounds * 100) : try stages.report(rounds: rounds * 10)
        print(report.table)
        if let json { try TextFile.write(report.json + [UInt8(ascii: "\n")], to: json) }
    }

    private struct Target {
        let name: String
        let path: String
        let process: ServerProcess?
    }

    private struct Sample {
        var rate = 0.0
        var processor: Double?
        var p50 = 0.0
        var p99 = 0.0
        var wrong = 0
    }

    private func makeMessages() throws -> [[UInt8]] {
        let certificate = try DecidingWorld.certificate(scenario: scenario)
        // Resources in no order, so that they are not beside each other in memory.
        return (0..<4096).map {
            CheckMessage.encoded(
                path: "/orders/\($0 * 7919 % DecidingWorld.orderCount)?view=full",
                certificate: certificate)
        }
    }

    /// Loads all servers in turn; medians over the rounds.
    private func measure(_ targets: [Target], _ depth: Int) throws -> [Sample] {
        var runs = [[Sample]](repeating: [], count: targets.count)
        let messages = try makeMessages()
        let connections = try targets.map {
            try GatewayConnection(path: $0.path, messages: messages)
        }
        for round in 0...rounds {
            for (index, target) in targets.enumerated() {
                let connection = connections[index]
                let (answers, wrong) = (connection.answers, connection.wrong)
                let before = try target.process?.processorNanoseconds()
                var latencies = LatencyHistogram()
                var sample = Sample()
                // The first round warms up.
                sample.rate = try connection.run(
                    depth: depth, seconds: round == 0 ? 0.3 : seconds, into: &latencies)
                if let before, let after = try target.process?.processorNanoseconds() {
                    sample.processor =
                        Double(after - before) / Double(max(1, connection.answers - answers))
                }
                sample.p50 = latencies.quantile(0.5) / 1e3
                sample.p99 = latencies.quantile(0.99) / 1e3
                sample.wrong = connection.wrong - wrong
                if round > 0 { runs[index].append(sample) }
            }
        }
        return runs.map { runs in
            Sample(
                rate: runs.map(\.rate).median ?? 0,
                processor: runs.compactMap(\.processor).median,
                p50: runs.map(\.p50).median ?? 0, p99: runs.map(\.p99).median ?? 0,
                wrong: runs.reduce(0) { $0 + $1.wrong })
        }
    }
}

extension CheckStage: ExpressibleByArgument {}
