public import ArgumentParser

/// The command line of Writ.
public struct WritCommand: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "writ",
        abstract: "A zero-trust policy decision point: Cedar policies, answered in microseconds.",
        discussion: """
            Every command says more by --help: what it does, examples and its exit codes.
            With --json, results and failures are JSON, failures on standard error.

            Exit codes: 0 done, 1 failure; a deny is 2, and so is wrong usage of the
            commands under Policies, as with `cedar`.

            Examples:
              writ demo
              writ authorize --policies policies.cedar --entities entities.json \\
                --principal 'User::"al"' --action 'Action::"view"' --resource 'Photo::"1"'
              writ serve --config writ.yaml
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: policyGroup,
                subcommands: [
                    AuthorizeCommand.self, EvaluateCommand.self, ValidateCommand.self,
                    CheckParseCommand.self, CompileCommand.self, LinkCommand.self,
                    FormatCommand.self,
                    TestCommand.self, RunTestsCommand.self, TranslatePolicyCommand.self,
                    TranslateSchemaCommand.self, NewCommand.self, LanguageVersionCommand.self,
                ]),
            CommandGroup(
                name: "Service:",
                subcommands: [
                    ServeCommand.self, ConfigurationCommand.self, QueryCommand.self,
                    StoreCommand.self, RoutesCommand.self, IdentityCommand.self,
                    PostureCommand.self, RevokeCommand.self, QuarantineCommand.self,
                ]),
            CommandGroup(
                name: "Trust:", subcommands: [DemoCommand.self, ConformanceCommand.self]),
        ])

    /// The commands that need no service, among them those of `cedar`.
    static let policyGroup = "Policies:"

    public init() {}
}
