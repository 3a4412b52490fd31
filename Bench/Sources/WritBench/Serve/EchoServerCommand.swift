import ArgumentParser
import BenchSupport
import Glibc
import Server
import Wire

/// `writ-bench echo-server`: the product's socket loop with nothing behind it.
struct EchoServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo-server",
        abstract: "Serve the local socket's loop without deciding, until killed.",
        shouldDisplay: false)

    @Option(help: "The socket.")
    var socket: String

    @Option(help: "Worker threads.")
    var threads = 1

    func run() throws {
        let server = try LocalSocketServer.start(
            LocalSocketConfiguration(path: socket, workerCount: threads)
        ) { _ in UndecidedHandler() }
        withExtendedLifetime(server) { while true { _ = pause() } }
    }
}

/// Answers at once: a deny that nobody decided.
private struct UndecidedHandler: ~Copyable, DecisionHandler {
    mutating func beginBatch(now: UInt64) {}
    mutating func endBatch() {}

    mutating func decide(_ item: ItemView, request: RequestInfo, into answer: inout AnswerWriter) {
        answer.conclude(.deny, cause: .decided)
        answer.setSnapshot(policyVersion: 1, revision: 1)
        answer.setDecisionID(request.requestID)
    }
}
