import ArgumentParser
import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

/// `writ run-tests`: decides the requests of a test file and compares.
struct RunTestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-tests",
        abstract: "Check policies against expected decisions.",
        discussion: """
            The tests are the JSON of the reference's `cedar run-tests`: an array of objects with
            `name`, `request`, `entities` (inline, or the path of a file in the tests' folder),
            `decision`, `reason` (policies that must be among the determining ones) and
            `num_errors`.

            Exit codes: 0 all tests pass, 1 otherwise.

            Example:
              writ run-tests --policies policies.cedar --tests tests.json
            """)

    @OptionGroup var policies: PolicyOptions

    @Option(help: ArgumentHelp("The tests, a JSON file.", valueName: "file"))
    var tests: String

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "A schema that requests and entities must conform to.", valueName: "file"))
    var schema: String?

    func run() async throws {
        let failed = try failures()
        guard failed == 0 else { throw ExitCode.failure }
    }

    private func failures() throws(Failure) -> Int {
        let (policyFile, policySet) = try policies.policySet()
        let ruleset: Ruleset
        do throws(CompileError) {
            ruleset = try Ruleset(policySet, version: FlatHash.bytes(policyFile.bytes))
        } catch {
            throw Failure("`\(policyFile.name)`: \(error.message)")
        }
        let schema = try schema.map { path throws(Failure) in try InputFile(path).schema() }
        let file = try InputFile(tests)
        let json = try file.json()
        guard json.tape.kind(json.tape.root) == .array else {
            throw file.failure(json.error(json.tape.root, "tests must be an array"))
        }
        var run = TestRun(ruleset: ruleset, schema: schema, file: file)
        printLine("running \(json.tape.count(json.tape.root)) test(s)")
        for node in json.tape.elements(json.tape.root) { run.check(node, json) }
        printLine("results: \(run.passed) passed, \(run.failed) failed")
        return run.failed
    }
}

/// The tests of one file on their way.
private struct TestRun {
    let ruleset: Ruleset
    let schema: Schema?
    let file: InputFile
    private(set) var passed = 0
    private(set) var failed = 0
    /// Entity files by their path: most tests share one.
    private var tables: [String: EntityTable] = [:]

    init(ruleset: Ruleset, schema: Schema?, file: InputFile) {
        self.ruleset = ruleset
        self.schema = schema
        self.file = file
    }

    mutating func check(_ node: JSONNode, _ json: ValueJSON) {
        let terminal = Terminal.output
        let label = "  test \(PolicyTest.name(of: node, json)) ... "
        do throws(Failure) {
            let problems = try problems(of: node, json)
            if problems.isEmpty {
                passed += 1
                printLine(label + terminal.styled("ok", .green))
            } else {
                failed += 1
                printLine(
                    label + terminal.styled("fail", .red) + ": "
                        + problems.joined(separator: "; "))
            }
        } catch {
            failed += 1
            printLine(label + terminal.styled("error", .red) + ":\n  \(error.description)")
        }
    }

    private mutating func problems(
        of node: JSONNode, _ json: ValueJSON
    ) throws(Failure) -> [String] {
        let test: PolicyTest
        do throws(DataError) {
            test = try PolicyTest(node, json, schema: schema)
        } catch {
            throw file.failure(error)
        }
        let report = try OfflineDecision(ruleset, table(of: test)).decide(test.request, .cedar)
        let isAllowed = report.verdict == .allow
        guard isAllowed == test.expectsAllow else {
            let words = [true: "allow", false: "deny"]
            return ["expected \(words[test.expectsAllow] ?? ""), got \(words[isAllowed] ?? "")"]
        }
        var problems: [String] = []
        let missing = test.reasons.subtracting(report.reasons.map(\.id)).sorted()
        if !missing.isEmpty {
            problems.append(
                "missing reason(s): " + missing.map { "`\($0)`" }.joined(separator: ", "))
        }
        if report.errors.count != test.errorCount {
            let errors = report.errors.map { "`\($0.policy.id)`: \($0.fault.message)" }
            problems.append(
                "expected \(test.errorCount) error(s), but got \(errors.count)"
                    + (errors.isEmpty ? "" : ": " + errors.joined(separator: ", ")))
        }
        return problems
    }

    private mutating func table(of test: PolicyTest) throws(Failure) -> EntityTable {
        switch test.entities {
        case .inline(let entities):
            return try file.table(entities, isWholeFile: false)
        case .file(let path):
            if let table = tables[path] { return table }
            let input = try InputFile(file.neighbour(path))
            let table = try input.table(input.entities(schema: schema))
            tables[path] = table
            return table
        }
    }
}

extension InputFile {
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
