import ArgumentParser
import CedarSyntax

/// `writ translate-policy`: policies from Cedar's syntax to JSON and back.
struct TranslatePolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "translate-policy",
        abstract: "Translate policies from Cedar's syntax to JSON or back.",
        discussion: """
            Comments and layout are lost. Linked policies have no Cedar syntax: a set that has
            some is refused.

            Exit codes: 0 translated, 1 error.

            Examples:
              writ translate-policy --direction cedar-to-json --policies p.cedar
              writ translate-policy --direction json-to-cedar < p.json
            """)

    enum Direction: String, CaseIterable, ExpressibleByArgument {
        case cedarToJSON = "cedar-to-json"
        case jsonToCedar = "json-to-cedar"
    }

    @Option(help: "From what to what: cedar-to-json or json-to-cedar.")
    var direction: Direction

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The policies; standard input when no file is given.", valueName: "file"))
    var policies: String?

    func run() async throws {
        let file = try InputFile(policies ?? "-")
        let output: String
        do {
            switch direction {
            case .cedarToJSON:
                output = String(decoding: try file.policies(.cedar).json(), as: UTF8.self)
            case .jsonToCedar:
                let set = try file.policies(.json)
                guard set.links.isEmpty else {
                    throw Failure(
                        "`\(file.name)`: a policy set with linked policies has no Cedar syntax")
                }
                output = try set.cedarText()
            }
        } catch let error as OutputOverflow {
            throw Failure("`\(file.name)`: \(error.message)")
        }
        printLine(output)
    }
}
