import ArgumentParser
import CedarSchema
import CedarSyntax
import JSON

/// `writ validate`: says whether policies fit a schema.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check policies against a schema.",
        discussion: """
            Finds names that the schema does not declare, policies that apply to nothing, wrong types
            and attributes that may be missing. A link's values are checked as well; its place is that
            of its template. Warnings do not make policies invalid, unless with
            --deny-warnings.

            Exit codes: 0 valid, 3 invalid, 1 error.

            Examples:
              writ validate --policies policies.cedar --schema schema.cedarschema
              writ validate --policies policies.cedar --schema schema.json --deny-warnings --json
              writ validate --policies policies.cedar --template-linked links.json \
                --schema schema.cedarschema
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("The schema, in Cedar's syntax or in JSON.", valueName: "file"))
    var schema: String

    @Flag(help: "Take warnings for errors.")
    var denyWarnings = false

    @Option(help: "How much to demand of types: strict or permissive.")
    var validationMode = ValidationMode.strict

    @Option(
        help: ArgumentHelp(
            "How far from the request policies may read entities; any distance when not given.",
            valueName: "number"))
    var level: UInt16?

    @Flag(help: "Print the findings as JSON.")
    var json = false

    func run() async throws {
        let report = try validate()
        if json {
            printLine(report.json)
        } else {
            report.print()
        }
        guard report.isValid else { throw ExitCode.invalid }
    }

    private func validate() throws(Failure) -> ValidationReport {
        let schema = try InputFile(schema).schema()
        let (file, set) = try policies.policySet()
        return ValidationReport(
            file: file, policyCount: set.members.count,
            findings: Validator(schema, mode: validationMode, maximumLevel: level.map { Int($0) })
                .validate(set),
            deniesWarnings: denyWarnings)
    }
}

extension ValidationMode: ExpressibleByArgument {}

extension ExitCode {
    /// `writ validate`: the policies do not fit the schema.
    static let invalid = ExitCode(3)
}
