import ArgumentParser

/// `writ-bench`: measures the decision point.
@main
struct WritBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writ-bench",
        abstract: "Measure the decision point.",
        discussion: """
            Every command prints a table; `--json FILE` and `--svg FILE` write it for
            programs and as a chart. Measure release builds only: `swift build -c release`.

            Example:
              WRIT_BENCH_DATA=data writ-bench decide
            """,
        subcommands: [
            DecideCommand.self, ServeCommand.self, CompileCommand.self, StoreCommand.self,
            SwapCommand.self, PostureCommand.self, RevokeCommand.self, RepeatCommand.self,
            EchoServerCommand.self,
            ExtAuthzCommand.self, ExtAuthzServerCommand.self,
        ])
}
