import ArgumentParser
import CedarSyntax

/// `writ translate-schema`: a schema from Cedar's syntax to JSON and back.
struct TranslateSchemaCommand: CedarCommand {
    static let configuration = CommandConfiguration(
        commandName: "translate-schema",
        abstract: "Translate a schema from Cedar's syntax to JSON or back.",
        discussion: """
            Comments and layout are lost; declarations are sorted. Types need not be
            declared: the schema may be a part of a larger one. What only JSON can say (an
            entity's attributes named by a common type, a name that is both a common type
            and an entity type) is refused.

            Exit codes: 0 translated, 1 error.

            Examples:
              writ translate-schema --direction cedar-to-json --schema s.cedarschema
              writ translate-schema --direction json-to-cedar < s.json
            """)

    @Option(help: "From what to what: cedar-to-json or json-to-cedar.")
    var direction: TranslationDirection

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The schema; standard input when no file is given.", valueName: "file"))
    var schema: String?

    @OptionGroup var reporting: ReportOptions

    static var printsFailuresAsOutput: Bool { false }

    func run() async throws {
        let file = try InputFile(schema ?? "-")
        let output: String
        do {
            switch direction {
            case .cedarToJSON:
                let tree = try SchemaTree.parse(file.bytes)
                output = String(decoding: try tree.json(), as: UTF8.self)
                if !tree.warnings.isEmpty {
                    printError(Failure(tree.warnings, in: file).rendered(reporting.format))
                }
            case .jsonToCedar:
                output = try SchemaTree.parseJSON(file.bytes).cedarText()
            }
        } catch let error as Diagnostics {
            throw file.failure(error)
        } catch let error as SchemaTextError {
            switch error {
            case .noText(let diagnostics): throw file.failure(diagnostics)
            case .overflow(let overflow): throw Failure("`\(file.name)`: \(overflow.message)")
            }
        }
        printLine(output)
    }
}
