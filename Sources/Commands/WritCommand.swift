public import ArgumentParser

/// The command line of Writ.
public struct WritCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "writ",
        abstract: "A zero-trust policy decision point: Cedar policies, answered in microseconds.",
        discussion: """
            Try it:
              writ demo
              writ authorize --policies policies.cedar --entities entities.json \\
                --principal 'User::"alice"' --action 'Action::"view"' --resource 'Photo::"1"'
              writ serve --config writ.yaml
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Policies:",
                subcommands: [
                    AuthorizeCommand.self, ValidateCommand.self, CheckParseCommand.self,
                    LinkCommand.self, TestCommand.self, RunTestsCommand.self,
                    TranslatePolicyCommand.self,
                ]),
            CommandGroup(
                name: "Service:",
                subcommands: [ServeCommand.self, QueryCommand.self, StoreCommand.self]),
            CommandGroup(
                name: "Trust:", subcommands: [DemoCommand.self, ConformanceCommand.self]),
        ])

    public init() {}
}
