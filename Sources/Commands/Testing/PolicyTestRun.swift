import CedarEngine
import CedarSchema
import CedarSyntax
import JSON

/// The tests of one file on their way.
struct PolicyTestRun {
    private let ruleset: Ruleset
    private let schema: Schema?
    private let file: InputFile
    /// Why the policies do not validate; then no test passes, as in the original.
    private let invalidity: Failure?
    private var toldInvalidity = false
    /// Entity files by their path: most tests share one.
    private var tables: [String: EntityTable] = [:]

    init(ruleset: Ruleset, schema: Schema?, file: InputFile, invalidity: Failure?) {
        self.ruleset = ruleset
        self.schema = schema
        self.file = file
        self.invalidity = invalidity
    }

    /// Decides the request of one test and compares.
    mutating func check(_ node: JSONNode, _ json: ValueJSON) -> PolicyTestOutcome {
        let name = PolicyTest.name(of: node, json)
        do throws(Failure) {
            let problems = try problems(of: node, json)
            guard problems.isEmpty else {
                return PolicyTestOutcome(
                    name: name, result: .fail(problems.joined(separator: "; ")))
            }
            return PolicyTestOutcome(name: name, result: .pass)
        } catch {
            return PolicyTestOutcome(name: name, result: .error(error.description))
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
        let table = try table(of: test)
        if let invalidity {
            guard !toldInvalidity else {
                throw Failure("policy set validation failed, as above")
            }
            toldInvalidity = true
            throw invalidity
        }
        let report = try OfflineDecision(ruleset, table).decide(test.request, .cedar)
        let isAllowed = report.verdict == .allow
        guard isAllowed == test.expectsAllow else {
            return ["expected \(Self.word(test.expectsAllow)), got \(Self.word(isAllowed))"]
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

    private static func word(_ isAllowed: Bool) -> String { isAllowed ? "allow" : "deny" }

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
