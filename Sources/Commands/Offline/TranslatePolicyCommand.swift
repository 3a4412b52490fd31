import ArgumentParser
import CedarSyntax
import JSON

/// `writ translate-policy`: policies from Cedar's syntax to JSON and back.
struct TranslatePolicyCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "translate-policy",
        abstract: "Translate policies from Cedar's syntax to JSON or back.",
        discussion: """
            Comments and layout are lost. Linked policies have no Cedar syntax: a set that
            has some is refused.

            Exit codes: 0 translated, 1 failure, 2 wrong usage.

            Examples:
              writ translate-policy --direction cedar-to-json --policies p.cedar
              writ translate-policy --direction json-to-cedar < p.json
            """)

    @Option(help: "From what to what: cedar-to-json or json-to-cedar.")
    var direction: TranslationDirection

    @Option(
        name: [.customShort("p", allowingJoined: true), .long],
        help: ArgumentHelp(
            "The policies; standard input when no file is given.", valueName: "file"))
    var policies: String?

    @Flag(help: "Print Cedar's syntax as the member `policies` of a JSON object.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    static var printsFailuresAsOutput: Bool { false }

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
                let text = try set.cedarText()
                output = json ? Self.json(text) : text
            }
        } catch let error as OutputOverflow {
            throw Failure("`\(file.name)`: \(error.message)")
        }
        printLine(output)
    }

    private static func json(_ text: String) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("policies")
        writer.string(text)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
