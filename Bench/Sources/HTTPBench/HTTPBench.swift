import ArgumentParser

/// Measures what the HTTP service adds to its framework, and searches of a large store.
@main
struct HTTPBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http-bench",
        abstract: "Measure decisions over HTTP on a local socket, and searches.",
        subcommands: [EvaluationBench.self, SearchBench.self])
}
