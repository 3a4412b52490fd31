import ArgumentParser
import CedarSchema
import CedarSyntax
import JSON

/// `writ validate`: says whether policies fit a schema.
struct ValidateCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check policies against a schema.",
        discussion: """
            Finds names that the schema does not declare, policies that apply to nothing,
            wrong types and attributes that may be missing. A link's values are checked as
            well; its place is that of its template. Warnings do not make policies invalid,
            unless with --deny-warnings.

            Exit codes: 0 valid, 3 invalid, 1 failure, 2 wrong usage.

            Examples:
              writ validate --policies policies.cedar --schema schema.cedarschema
              writ validate -p policies.cedar -s schema.json --deny-warnings --json
              writ validate -p policies.cedar -k links.json -s schema.cedarschema
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(
        name: [.customShort("s", allowingJoined: true), .long],
        help: ArgumentHelp("The schema.", valueName: "file"))
    var schema: String

    @Option(help: "How the schema is written; seen from its text when not given.")
    var schemaFormat: SchemaFormat?

    @Flag(help: "Take warnings for errors.")
    var denyWarnings = false

    @Option(help: "How much to demand of types: strict or permissive.")
    var validationMode = Mode.strict

    @Option(
        help: ArgumentHelp(
            "How far from the request policies may read entities; any distance when not given.",
            valueName: "number"))
    var level: UInt32?

    @Flag(help: "Print the findings as JSON.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    enum Mode: String, CaseIterable, ExpressibleByArgument {
        case strict, permissive
        /// Known to the original, which refuses it unless built otherwise.
        case partial
    }

    func run() async throws {
        let report = try validate()
        if json {
            printLine(report.json)
        } else {
            report.print(reporting.format)
        }
        guard report.isValid else { throw ExitCode.invalid }
    }

    private func validate() throws(Failure) -> ValidationReport {
        let mode: ValidationMode
        switch validationMode {
        case .strict: mode = .strict
        case .permissive: mode = .permissive
        case .partial:
            throw Failure("policies cannot be validated against a part of a schema")
        }
        let (file, set) = try policies.policySet()
        let schema = try InputFile(schema).schema(schemaFormat)
        return ValidationReport(
            file: file, policyCount: set.members.count,
            findings: Validator(schema, mode: mode, maximumLevel: level.map { Int($0) })
                .validate(set),
            deniesWarnings: denyWarnings)
    }
}

extension ExitCode {
    /// `writ validate`: the policies do not fit the schema.
    static let invalid = ExitCode(3)
}
