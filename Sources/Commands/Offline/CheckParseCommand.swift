import ArgumentParser
import CedarSyntax

/// `writ check-parse`: says whether policies, an expression, a schema or entities can be read.
struct CheckParseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-parse",
        abstract: "Check that policies, an expression, a schema or entities parse.",
        discussion: """
            Exit codes: 0 everything parses, 1 something does not.

            Examples:
              writ check-parse --policies policies.cedar
              writ check-parse --schema schema.cedarschema --entities entities.json
              cat policies.cedar | writ check-parse
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(help: ArgumentHelp("An expression.", valueName: "expression"))
    var expression: String?

    @Option(name: [.short, .long], help: ArgumentHelp("A schema.", valueName: "file"))
    var schema: String?

    @Option(
        help: ArgumentHelp(
            "Entities, a JSON file; read with the schema's types if there is one.",
            valueName: "file"))
    var entities: String?

    func run() async throws {
        var failures: [Failure] = []
        func check(_ work: () throws(Failure) -> Void) {
            do throws(Failure) { try work() } catch { failures.append(error) }
        }
        let hasInput = [policies.policies, expression, schema, entities].contains { $0 != nil }
        if policies.policies != nil || !hasInput {
            check { () throws(Failure) in _ = try policies.policySet() }
        }
        if let expression {
            let input = InputFile(name: "the expression", bytes: Array(expression.utf8))
            check { () throws(Failure) in _ = try input.expression() }
        }
        check { () throws(Failure) in
            let schema = try schema.map { path throws(Failure) in try InputFile(path).schema() }
            if let entities { _ = try InputFile(entities).entities(schema: schema) }
        }
        guard failures.isEmpty else {
            throw Failure(failures.map(\.description).joined(separator: "\n"))
        }
    }
}
