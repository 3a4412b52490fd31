import ArgumentParser
import CedarSyntax
import EntityStore
import Glibc
import Scenario
import Server

/// `writ demo`: the whole product in half a minute, in a temporary directory.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Import 100,000 entities, serve them, and check 184 decisions.",
        discussion: """
            Plays the open-banking scenario in a temporary directory: imports its
            entities and a generated bank around them, starts the server on a socket,
            and asks every test through the socket with the certificate, the token and
            the device behind it. Then a device falls silent, reports again, and has its
            certificate revoked; last, it measures.

            Exit codes: 0 every answer is as expected, 1 otherwise.

            Example:
              writ demo --entities 1000000
            """)

    @Option(help: "How many entities to generate beside the scenario's own.")
    var entities = 100_000

    @Option(help: "The seed of the generated entities and requests.")
    var seed: UInt64 = 2026

    @Option(help: "How many requests to measure with.")
    var requests = 200_000

    func validate() throws {
        guard (100...100_000_000).contains(entities) else {
            throw ValidationError("--entities must be from 100 to 100000000")
        }
        guard (1000...10_000_000).contains(requests) else {
            throw ValidationError("--requests must be from 1000 to 10000000")
        }
    }

    func run() async throws {
        let terminal = Terminal.output
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let scenario = try ScenarioFolder.openBanking()
        let tests = try scenario.tests()

        printLine(terminal.styled("Writ demo: open banking", .bold))
        printLine("")
        let store = try importEntities(scenario, directory)
        let reasons = try PolicyReasons(scenario.policies)

        printLine("server    on \(directory.socket), at the time of the scenario; certificates")
        printLine("          and tokens are verified, devices found in the store")
        printLine("")
        let outcome: DemoQuestions.Outcome
        do {
            let service = try ScenarioService(
                scenario, store: store, socket: directory.socket)
            defer { service.stop() }
            outcome = try DemoQuestions(tests: tests).ask(service, reasons)
        }
        let shown = try revoke(scenario, tests, store, directory, reasons)
        let load = try load(scenario, store, directory)

        printLine("")
        let agreement = "\(outcome.agreeing) of \(tests.count) decisions as expected"
        let isGood =
            outcome.agreeing == tests.count && shown.agreeing == shown.steps
            && load.unanswered == 0
        printLine(
            isGood
                ? terminal.styled("✓ \(agreement)", .green)
                : terminal.styled("✗ \(agreement)", .red))
        printLine(
            "  one at a time, round trip   p50 \(outcome.p50) µs   p99 \(outcome.p99) µs")
        printLine(
            "  pipelined by 64             \(load.perSecond) decisions a second "
                + "(\(load.allowed) of \(load.answered) allowed)")
        guard isGood else { throw ExitCode.failure }
    }

    /// Shows what happens to a device between one question and the next.
    private func revoke(
        _ scenario: ScenarioFolder, _ tests: [PolicyTest], _ store: EntityStore,
        _ directory: TemporaryDirectory, _ reasons: PolicyReasons
    ) throws(Failure) -> (steps: Int, agreeing: Int) {
        let name = "support sees a balance while working on a case"
        guard let test = tests.first(where: { $0.name == name }) else {
            throw Failure("the scenario has no test “\(name)”")
        }
        printLine("")
        printLine("The same question, \(name), while things happen to the device:")
        printLine("")
        let service = try ScenarioService(
            scenario, store: store, socket: directory.socket)
        defer { service.stop() }
        return try DemoRevocation(store: store, test: test).show(service, reasons)
    }

    /// Measures with callers that are trusted to supply the facts, as nobody proves who they are.
    private func load(
        _ scenario: ScenarioFolder, _ store: EntityStore, _ directory: TemporaryDirectory
    ) throws(Failure) -> DemoLoad.Outcome {
        let service = try Service(
            ServiceConfiguration(
                policies: [scenario.policies], store: directory.store, watchesFiles: false,
                socket: LocalSocketConfiguration(path: directory.socket)),
            store: store, log: .quiet)
        defer { service.stop(drainFor: .seconds(1)) }
        return try DemoLoad(
            socket: directory.socket,
            generator: OpenBankingGenerator(seed: seed, entityCount: entities),
            requests: requests
        ).run()
    }

    private func importEntities(
        _ scenario: ScenarioFolder, _ directory: TemporaryDirectory
    ) throws(Failure) -> EntityStore {
        let started = ContinuousClock.now
        let store = try failing { () throws(StoreError) in
            try EntityStore.open(at: directory.store, StoreOptions(createIfMissing: true))
        }
        let bar = ProgressBar("importing")
        defer { bar.finish() }
        let path = directory.path + "/generated.jsonl"
        try generate(to: path)
        let reports = try failing { () throws(StoreError) in
            [
                try store.importEntities(from: .file(scenario.entities)),
                try store.importEntities(from: .file(path)) { progress in
                    bar.update(progress.fraction, "\(progress.entities) entities")
                },
            ]
        }
        bar.finish()
        let count = reports.reduce(0) { $0 + $1.entities }
        let seconds = (ContinuousClock.now - started).seconds
        printLine(
            "store     \(grouped(count)) entities imported in \(oneDecimal(seconds)) s, "
                + "revision \(reports[1].revision)")
        return store
    }

    private func generate(to path: String) throws(Failure) {
        var generator = OpenBankingGenerator(seed: seed, entityCount: entities)
        var buffer: [UInt8] = []
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure("cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var more = true
        while more {
            more = generator.next(into: &buffer)
            guard buffer.count >= 1 << 20 || !more else { continue }
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = unsafe rest.withUnsafeBytes {
                    unsafe write(descriptor, $0.baseAddress, $0.count)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    throw Failure(
                        "cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
                }
                rest = rest.dropFirst(count)
            }
            buffer.removeAll(keepingCapacity: true)
        }
    }
}
