import ArgumentParser
import AuthZEN
import CedarEngine
import CedarSyntax
import DecisionPoint
import EntityStore
import Glibc
import HTTPService
import Hummingbird
import Logging

/// Decisions over a local socket beside the framework's plain answer, in turns.
struct EvaluationBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluation",
        abstract: "Measure AuthZEN evaluations on a local socket beside a plain answer.")

    @Option(help: "Connections at once.") var connections = 32
    @Option(help: "Seconds of each turn.") var seconds = 3
    @Option(help: "Turns of each.") var turns = 4

    func run() async throws {
        var template = Array("/tmp/http-bench-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw ValidationError("no folder") }
        let folder = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let store = try EntityStore.open(
            at: folder + "/store", StoreOptions(createIfMissing: true, mapBytes: 1 << 30))
        try store.put(
            (0..<100_000).map { number in
                Entity(
                    uid: EntityUID(type: "User", id: Text("u\(number)")),
                    attributes: [("role", .string(number % 2 == 0 ? "editor" : "viewer"))],
                    parents: [], tags: [])
            })
        let publisher = RulesetPublisher(
            try Ruleset(
                PolicySet.parse(
                    Array(
                        """
                        permit (principal is User, action == Action::"read", resource is Doc)
                        when { principal.role == "editor" };
                        """.utf8)), version: 1))
        var log = Logger(label: "http-bench")
        log.logLevel = .critical
        let service = try await HTTPService.start(
            [
                HTTPListener(
                    name: "local", address: .unix(path: folder + "/decisions"),
                    authentication: .open)
            ],
            HTTPService.Decisions(publisher: publisher, store: store, cacheBytes: 64 << 20),
            log: log)
        let plain = Application(
            responder: PlainResponder(),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: folder + "/plain"), backlog: 1024), logger: log)
        let running = Task { try await plain.runService(gracefulShutdownSignals: []) }
        try await Task.sleep(for: .seconds(1))
        let body =
            #"{"subject":{"type":"User","id":"u42"},"action":{"name":"read"},"resource":{"type":"Doc","id":"d1"}}"#
        let request =
            "POST /access/v1/evaluation HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
        var sums = (decisions: 0.0, plain: 0.0)
        for turn in 0..<turns {
            let decided = try await load(folder + "/decisions", request)
            let answered = try await load(folder + "/plain", request)
            print(
                "turn \(turn): decisions \(Int(decided))/s, plain \(Int(answered))/s, ratio "
                    + "\(Double(Int(decided / answered * 1000)) / 1000)")
            sums.decisions += decided
            sums.plain += answered
        }
        print(
            "mean: decisions \(Int(sums.decisions) / turns)/s, plain \(Int(sums.plain) / turns)/s, "
                + "ratio \(Double(Int(sums.decisions / sums.plain * 1000)) / 1000)")
        running.cancel()
        await service.stop(drainFor: .seconds(1))
    }

    private func load(_ path: String, _ request: String) async throws -> Double {
        let (connections, seconds) = (connections, seconds)
        return try await withCheckedThrowingContinuation { continuation in
            let box = LoadBox(path, request, connections, seconds) { continuation.resume(with: $0) }
            box.start()
        }
    }
}

/// The framework's own cost: the body is read, nothing is decided.
private struct PlainResponder: HTTPResponder {
    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        _ = try await request.body.collect(upTo: 1 << 20)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"decision":true}"#)))
    }
}
