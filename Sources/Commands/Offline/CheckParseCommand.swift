import ArgumentParser
import CedarEngine
import CedarSyntax

/// `writ check-parse`: says whether policies, an expression, a schema or entities can be read.
struct CheckParseCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "check-parse",
        abstract: "Check that policies, an expression, a schema or entities parse.",
        discussion: """
            Exit codes: 0 everything parses, 1 something does not, 2 wrong usage.

            Examples:
              writ check-parse --policies policies.cedar
              writ check-parse --schema schema.cedarschema --entities entities.json
              cat policies.cedar | writ check-parse
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(help: ArgumentHelp("An expression.", valueName: "expression"))
    var expression: String?

    @OptionGroup var schema: SchemaOptions

    @Option(
        help: ArgumentHelp(
            "Entities, a JSON file; read with the schema's types if there is one.",
            valueName: "file"))
    var entities: String?

    @Flag(help: "Print whether everything parses, and what does not, as JSON.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    func run() async throws {
        let failure = failure()
        if json {
            printLine(Self.json(failure))
            if failure != nil { throw ExitCode.failure }
        } else if let failure {
            throw failure
        }
    }

    private func failure() -> Failure? {
        var failures = CollectedFailures()
        let hasInput = [policies.policies, expression, schema.schema, entities]
            .contains { $0 != nil }
        if policies.policies != nil || !hasInput {
            _ = failures.attempt { () throws(Failure) in try policies.policySet() }
        }
        if let expression {
            let input = InputFile(name: "the expression", bytes: Array(expression.utf8))
            _ = failures.attempt { () throws(Failure) in try input.expression() }
        }
        let schema = failures.attempt { () throws(Failure) in try self.schema.parsed() } ?? nil
        if let entities {
            _ = failures.attempt { () throws(Failure) -> EntityTable in
                let file = try InputFile(entities)
                return try file.table(file.entities(schema: schema))
            }
        }
        return failures.joined
    }

    /// `{"parses": …, "errors": […]}`, the errors in the form of `--error-format json`.
    private static func json(_ failure: Failure?) -> String {
        let errors = failure?.rendered(.json).split(separator: "\n").joined(separator: ",") ?? ""
        return "{\"parses\":\(failure == nil),\"errors\":[\(errors)]}"
    }
}
