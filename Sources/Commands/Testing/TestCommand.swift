import ArgumentParser
import CedarEngine
import CedarSchema
import CedarSyntax
import PolicyTesting

/// `writ test`: tests policies and says what the tests do not cover.
struct TestCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Test policies, with coverage and mutation.",
        discussion: """
            A scenario is a folder with policies.cedar, tests.json and, better,
            schema.cedarschema. Without one in the directory all folders below it are
            searched. Tests have the format of `writ run-tests` and pass on the same
            decisions.

            Coverage says of each policy whether a test satisfied it and whether one did
            not although its scope matched; and of each condition, operand of && or || and
            part of `if`, whether a test saw it true and saw it false.

            --mutate makes each policy wrong in many small ways and runs the tests: effects
            flipped, scopes widened, conditions dropped and negated, boundaries moved by
            one. A mutant that no test notices is shown. Mutants that are invalid under the
            schema, and those that provably decide alike for every request it allows, do
            not count.

            Exit codes: 0 all tests pass, coverage is enough and no mutant survives, 1
            otherwise, 2 wrong usage.

            Examples:
              writ test Policies/open-banking --coverage-minimum 100 --mutate
              writ test --json | jq '.scenarios[].coverage'
              writ test --junit report.xml
            """)

    @Argument(
        help: ArgumentHelp("A scenario, or a folder with scenarios below it.", valueName: "dir"))
    var directory = "."

    @Flag(help: "Change the policies in small ways and see whether the tests notice.")
    var mutate = false

    @Option(
        help: ArgumentHelp(
            "Fail when less of the policies or of the conditions is covered, 0 to 100.",
            valueName: "percent"))
    var coverageMinimum: Int?

    @Flag(help: "Print the report as JSON.")
    var json = false

    @Option(help: ArgumentHelp("Write the report as JUnit XML also.", valueName: "file"))
    var junit: String?

    @Flag(name: [.short, .long], help: "Show every test, gap and mutant.")
    var verbose = false

    func validate() throws {
        guard (0...100).contains(coverageMinimum ?? 0) else {
            throw ValidationError("--coverage-minimum must be from 0 to 100")
        }
    }

    func run() async throws {
        let reports = try reports()
        if json { printLine(ScenarioReport.json(reports)) }
        if let junit { try writeFile(JUnitReport(reports).bytes, to: junit) }
        guard reports.allSatisfy(\.isGood) else { throw ExitCode.failure }
    }

    /// Tests each scenario and shows it at once.
    private func reports() throws(Failure) -> [ScenarioReport] {
        var reports: [ScenarioReport] = []
        for folder in try TestedScenario.folders(at: directory) {
            let report = try report(of: TestedScenario(folder))
            if !json { TerminalReport(report, isVerbose: verbose).print() }
            reports.append(report)
        }
        return reports
    }

    private func report(of scenario: TestedScenario) throws(Failure) -> ScenarioReport {
        let policies = PoliciesUnderTest(scenario.policySet)
        var cases: [TestCase] = []
        for entry in scenario.tests {
            if case .success(let test) = entry.test { cases.append(test) }
        }
        var report: ScenarioReport
        do throws(CompileError) {
            report = ScenarioReport(
                scenario: scenario, policies: policies, results: try policies.run(cases),
                coverage: try policies.coverage(cases), coverageMinimum: coverageMinimum)
        } catch {
            throw Failure("`\(scenario.policyFile.name)`: \(error.message)")
        }
        guard mutate else { return report }
        guard report.failedCount == 0 else {
            report.mutation = .skipped
            return report
        }
        report.mutation = .done(try mutations(of: policies, scenario, cases))
        return report
    }

    private func mutations(
        of policies: PoliciesUnderTest, _ scenario: TestedScenario, _ cases: [TestCase]
    ) throws(Failure) -> [ScenarioReport.TriedMutation] {
        try requireValid(scenario)
        let bar = ProgressBar("mutants")
        defer { bar.finish() }
        do throws(CompileError) {
            return try policies.mutate(cases, schema: scenario.schema) { done, all in
                bar.update(Double(done) / Double(all), "\(done) of \(all)")
            }
        } catch {
            throw Failure("a mutant of `\(scenario.policyFile.name)`: \(error.message)")
        }
    }

    /// Mutants are judged by the schema, so the policies must fit it first.
    private func requireValid(_ scenario: TestedScenario) throws(Failure) {
        guard let schema = scenario.schema else { return }
        let errors = Validator(schema).validate(scenario.policySet).map(\.diagnostic)
            .filter { $0.severity == .error }
        guard errors.isEmpty else { throw Failure(errors, in: scenario.policyFile) }
    }
}
