import ArgumentParser
import CedarEngine
import CedarSchema
import CedarSyntax

/// `writ authorize`: decides one request from files, without a server.
struct AuthorizeCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "authorize",
        abstract: "Decide one request from policy and entity files.",
        discussion: """
            Policies that error are skipped, as the Cedar specification says; --strict
            denies when a forbid errors, as the service does.

            Exit codes: 0 allow, 2 deny, 1 failure. Wrong usage ends with 2, as a deny.

            Examples:
              writ authorize --policies p.cedar --entities e.json --request-json r.json -v
              writ authorize -p p.cedar --entities e.json -l 'User::"alice"' \\
                -a 'Action::"view"' -r 'Photo::"1"' --schema s.cedarschema --json
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(help: ArgumentHelp("The entities, a JSON file.", valueName: "file"))
    var entities: String

    @OptionGroup var schema: SchemaOptions

    @OptionGroup var validation: RequestValidationOption

    @OptionGroup var request: RequestOptions

    @Flag(name: [.short, .long], help: "Print the policies that determined the decision.")
    var verbose = false

    @Flag(help: "Deny when a forbid policy errors.")
    var strict = false

    @Flag(name: [.short, .long], help: "Print how long deciding took.")
    var timing = false

    @Flag(help: "Print the decision as JSON.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    func run() async throws {
        let (report, microseconds) = try decide()
        if json {
            printLine(report.json(microseconds: timing ? microseconds : nil))
        } else {
            // The original begins its output with an empty line.
            printLine("")
            if timing { printLine("Authorization Time (micro seconds) : \(microseconds)") }
            report.print(verbose: verbose)
        }
        guard report.verdict == .allow else { throw ExitCode.denied }
    }

    private func decide() throws(Failure) -> (report: DecisionReport, microseconds: Int64) {
        var failures = CollectedFailures()
        let input = failures.attempt { () throws(Failure) in try policies.policySet() }
        let schema = failures.attempt { () throws(Failure) in try self.schema.parsed() } ?? nil
        let table = failures.attempt { () throws(Failure) -> EntityTable in
            let file = try InputFile(entities)
            return try file.table(file.entities(schema: schema))
        }
        let request = failures.attempt { () throws(Failure) in
            try validation.request(self.request, schema)
        }
        guard let input, let table, let request, failures.joined == nil else {
            throw failures.joined ?? Failure("the request cannot be decided")
        }
        let ruleset: Ruleset
        do throws(CompileError) {
            ruleset = try Ruleset(
                input.policies, version: FlatHash.bytes(input.file.bytes))
        } catch {
            throw Failure("`\(input.file.name)`: \(error.message)")
        }
        let started = ContinuousClock.now
        let report = try OfflineDecision(ruleset, table).decide(
            request, strict ? .strict : .cedar)
        let seconds = (ContinuousClock.now - started).seconds
        return (report, Int64(seconds * 1e6))
    }
}
