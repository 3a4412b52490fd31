import ArgumentParser
import CedarEngine
import CedarSchema
import CedarSyntax

/// `writ compile`: what becomes of policies before they decide, for authors who wonder what one costs.
struct CompileCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Compile policies and tell what each costs.",
        discussion: """
            Says how large the compiled policies are and by what requests find them.
            With --explain also, for each policy: the requests that run it, what the index
            has proved, what was worked out beforehand, its program, its estimated cost
            and how fewer requests could run it. With a schema the policies must be valid,
            and the kinds of requests are told to which a policy may apply.

            A policy without a key of its own runs for every request of its action, or for
            every request: that is what makes many policies slow.

            Exit codes: 0 compiled, 1 failure, 2 wrong usage, 3 invalid for the schema.

            Examples:
              writ compile --policies policies.cedar
              writ compile -p policies.cedar --explain --schema schema.cedarschema
              writ compile -p policies.cedar --policy guests --json
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(
        name: [.customShort("s", allowingJoined: true), .long],
        help: ArgumentHelp("A schema that the policies must fit.", valueName: "file"))
    var schema: String?

    @Option(help: "How the schema is written; seen from its text when not given.")
    var schemaFormat: SchemaFormat?

    @Flag(help: "Explain every policy.")
    var explain = false

    @Option(
        help: ArgumentHelp("Explain this policy; may be given more than once.", valueName: "id"))
    var policy: [String] = []

    @Flag(help: "Print everything as JSON.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    func run() async throws {
        let (file, set) = try policies.policySet()
        let validator = try validator(file, set)
        let members = Dictionary(
            set.applicablePolicies.map { ($0.id, $0.policy) },
            uniquingKeysWith: { first, _ in first })
        for id in policy where members[Text(id)] == nil {
            let isTemplate = set.members.contains { $0.id == Text(id) }
            throw Failure(
                isTemplate
                    ? "`\(id)` is a template: it runs through its links, name one of these"
                    : "there is no policy `\(id)` in `\(file.name)`")
        }
        let wanted = Set(policy.map { Text($0) })
        let explanation: RulesExplanation
        do throws(CompileError) {
            explanation = try Ruleset.explanation(of: set) {
                wanted.isEmpty ? explain : wanted.contains($0)
            }
        } catch {
            throw Failure("`\(file.name)`: \(error.message)")
        }
        let report = CompileReport(
            file: file, explanation: explanation, showsLines: policies.policyFormat == .cedar,
            requestKindCount: validator?.requestKindCount
        ) { id in
            guard let validator, let policy = members[id] else { return nil }
            return validator.requestKinds(of: policy)
        }
        if json { printLine(report.json) } else { report.print() }
    }

    /// What knows the schema, after the policies have proved to fit it; nil without a schema.
    private func validator(_ file: InputFile, _ set: PolicySet) throws -> Validator? {
        guard let schema else { return nil }
        let validator = Validator(try InputFile(schema).schema(schemaFormat))
        let report = ValidationReport(
            file: file, policyCount: set.members.count, findings: validator.validate(set),
            deniesWarnings: false)
        guard report.isValid else {
            if json, reporting.errorFormat == nil {
                printError(report.failure.rendered(.json))
            } else {
                report.print(reporting.format)
            }
            throw ExitCode.invalid
        }
        return validator
    }
}
