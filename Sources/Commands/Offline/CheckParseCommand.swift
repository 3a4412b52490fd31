import ArgumentParser
import CedarSyntax

/// `writ check-parse`: says whether policies and entities can be read.
struct CheckParseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-parse",
        abstract: "Check that policies or entities parse.",
        discussion: """
            Exit codes: 0 everything parses, 1 something does not.

            Examples:
              writ check-parse --policies policies.cedar
              cat policies.cedar | writ check-parse
            """)

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The policies, a Cedar file; standard input when nothing is given.",
            valueName: "file"))
    var policies: String?

    @Option(help: ArgumentHelp("Entities, a JSON file.", valueName: "file"))
    var entities: String?

    func run() async throws {
        if let entities { _ = try InputFile(entities).entities() }
        if policies != nil || entities == nil {
            _ = try InputFile(policies ?? "-").policies()
        }
    }
}
