import ArgumentParser

/// `writ-bench decide`: the time of decisions in this process.
struct DecideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Measure decisions in process.",
        subcommands: [
            PaperCommand.self, PoliciesCommand.self, EntitiesCommand.self, HierarchyCommand.self,
            WritesCommand.self,
        ],
        defaultSubcommand: PaperCommand.self)
}
