import ArgumentParser

/// `writ-storm`: hostile and crowded conditions for a running server, bounded in count and time.
///
/// Every run is made by its seed, and a line of figures says what was done.
@main
struct Storm: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writ-storm",
        abstract: "Put a running decision point under stress and check what it answers.",
        discussion: """
            The server must serve the scenario: its policies, and its entities imported
            once.

              writ store import --store store Policies/open-banking/entities.json
              writ serve --config writ.yaml
              writ-storm frames --socket run/writ.sock --pid PID --count 1000000
              writ-storm idle --socket run/writ.sock --connections 1000
            """,
        subcommands: [FramesCommand.self, IdleCommand.self])
}

/// What every subcommand needs to know.
struct Target: ParsableArguments {
    @Option(help: "The server's socket.")
    var socket: String

    @Option(help: "The folder of the scenario that the server serves.")
    var scenario = "Policies/open-banking"

    @Option(help: "The seed of everything that is drawn.")
    var seed: UInt64 = 2026
}

/// A finding that ends the run with exit code 1.
struct Finding: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
