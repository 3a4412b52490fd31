import ArgumentParser
import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

/// `writ authorize`: decides one request from files, without a server.
struct AuthorizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authorize",
        abstract: "Decide one request from policy and entity files.",
        discussion: """
            Policies that error are skipped, as the Cedar specification says; --strict denies when
            a forbid errors, as the service does.

            Exit codes: 0 allow, 2 deny, 1 error.

            Example:
              writ authorize --policies p.cedar --entities e.json --request-json r.json -v
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(help: ArgumentHelp("The entities, a JSON file.", valueName: "file"))
    var entities: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A schema: gives entities and context their types, and both they and the request must "
                + "conform to it. Policies are validated by `writ validate`.",
            valueName: "file"))
    var schema: String?

    @Option(
        help: ArgumentHelp(
            "Whether the request must conform to the schema.", valueName: "true|false"))
    var requestValidation = true

    @OptionGroup var request: RequestOptions

    @Flag(name: [.short, .long], help: "Print the policies that determined the decision.")
    var verbose = false

    @Flag(help: "Deny when a forbid policy errors.")
    var strict = false

    @Flag(name: [.short, .long], help: "Print how long deciding took.")
    var timing = false

    @Flag(help: "Print the decision as JSON.")
    var json = false

    func run() async throws {
        let report = try decide()
        if json {
            printLine(report.json)
        } else {
            report.print(verbose: verbose)
        }
        guard report.verdict == .allow else { throw ExitCode.denied }
    }

    private func decide() throws(Failure) -> DecisionReport {
        let (policyFile, policySet) = try policies.policySet()
        let entityFile = try InputFile(entities)
        let schema = try schema.map { path throws(Failure) in try InputFile(path).schema() }
        let entities = try entityFile.entities(schema: schema)
        let request = try request.request(schema: schema, isChecked: requestValidation)
        let ruleset: Ruleset
        do throws(CompileError) {
            ruleset = try Ruleset(policySet, version: FlatHash.bytes(policyFile.bytes))
        } catch {
            throw Failure("`\(policyFile.name)`: \(error.message)")
        }
        let table = try entityFile.table(entities)
        let started = ContinuousClock.now
        let report = try OfflineDecision(ruleset, table).decide(
            request, strict ? .strict : .cedar)
        if timing {
            let microseconds = (ContinuousClock.now - started).seconds * 1e6
            printError("Authorization Time (micro seconds) : \(oneDecimal(microseconds))")
        }
        return report
    }
}
