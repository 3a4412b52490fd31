import ArgumentParser

/// `writ-bench decide`: the time of decisions in this process.
struct DecideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Measure decisions in process.",
        subcommands: [PaperCommand.self],
        defaultSubcommand: PaperCommand.self)
}
