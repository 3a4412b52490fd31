import ArgumentParser
import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

/// `writ run-tests`: decides the requests of a test file and compares.
struct RunTestsCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "run-tests",
        abstract: "Check policies against expected decisions.",
        discussion: """
            The tests are the JSON of `cedar run-tests`: an array of objects with `name`,
            `request`, `entities` (inline, or the path of a file in the tests' folder),
            `decision`, `reason` (policies that must be among the determining ones) and
            `num_errors`. With a schema, requests and entities must conform to it, and no
            test passes unless the policies are valid without warnings.

            Exit codes: 0 all tests pass, 1 otherwise, 2 wrong usage.

            Examples:
              writ run-tests --policies policies.cedar --tests tests.json
              writ run-tests -p p.cedar --tests tests.json -s schema.cedarschema --json
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(help: ArgumentHelp("The tests, a JSON file.", valueName: "file"))
    var tests: String

    @OptionGroup var schema: SchemaOptions

    @Flag(help: "Print the outcomes as JSON.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    func run() async throws {
        let outcomes = try outcomes()
        if json { printLine(outcomes.json) }
        guard outcomes.failedCount == 0 else { throw ExitCode.failure }
    }

    private func outcomes() throws(Failure) -> [PolicyTestOutcome] {
        let (policyFile, policySet) = try policies.policySet()
        let ruleset: Ruleset
        do throws(CompileError) {
            ruleset = try Ruleset(policySet, version: FlatHash.bytes(policyFile.bytes))
        } catch {
            throw Failure("`\(policyFile.name)`: \(error.message)")
        }
        let file = try InputFile(tests)
        let tests = try file.json()
        guard tests.tape.kind(tests.tape.root) == .array else {
            throw file.failure(tests.error(tests.tape.root, "tests must be an array"))
        }
        let schema = try schema.parsed()
        var run = PolicyTestRun(
            ruleset: ruleset, schema: schema, file: file,
            invalidity: schema.flatMap { policyFile.invalidity(of: policySet, $0) })
        if !json { printLine("running \(tests.tape.count(tests.tape.root)) test(s)") }
        var outcomes: [PolicyTestOutcome] = []
        for node in tests.tape.elements(tests.tape.root) {
            let outcome = run.check(node, tests)
            if !json { printLine(outcome.line) }
            outcomes.append(outcome)
        }
        if !json { printLine(outcomes.summary) }
        return outcomes
    }
}

extension InputFile {
    /// Why policies of this file cannot be tested: they have errors or warnings; nil when they have
    /// none.
    fileprivate func invalidity(of policies: PolicySet, _ schema: Schema) -> Failure? {
        let findings = Validator(schema).validate(policies)
        guard !findings.isEmpty else { return nil }
        return Failure(
            all: [
                Failure("policy set validation failed"),
                Failure(findings.map(\.labelled), in: self),
            ])
    }

    /// Lays entities of this file out.
    ///
    /// - Parameter isWholeFile: whether the file is the list of these entities, so that a failure can
    ///   show the one it is about.
    func table(
        _ entities: [Entity], isWholeFile: Bool = true
    ) throws(Failure) -> EntityTable {
        do throws(EntityTable.Failure) {
            return try EntityTable(entities)
        } catch {
            guard isWholeFile, let index = error.index(in: entities) else {
                throw Failure("`\(name)`: \(error.message)")
            }
            // The offsets are only needed here, so nothing else has to carry them.
            let tape = try json().tape
            let node = tape.elements(tape.root).dropFirst(index).first { _ in true } ?? tape.root
            throw failure(DataError(offset: tape.offset(node), message: error.message))
        }
    }

    /// The path of a file in this file's folder or below it.
    ///
    /// - Throws: when the path leads out of the folder.
    func neighbour(_ path: String) throws(Failure) -> String {
        let folder = name.lastIndex(of: "/").map { String(name[..<$0]) } ?? "."
        let (inside, whole) = (absolute(folder), absolute(folder + "/" + path))
        guard whole.hasPrefix(inside + "/") else {
            throw Failure("the entities file `\(path)` is not in the tests' folder")
        }
        return whole
    }
}
