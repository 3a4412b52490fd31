import CedarEngine
import CedarSyntax
import PolicyTesting

/// The reports as JUnit XML, which build servers show.
///
/// A scenario is a suite; its coverage, when a minimum was asked for, is a test of it; its mutants are
/// a suite of their own, where those that do not count are skipped.
///
/// Source: the JUnit schema of the Apache Ant project as Jenkins reads it.
struct JUnitReport {
    private var writer = XMLWriter()

    init(_ reports: [ScenarioReport]) {
        writer.open("testsuites")
        for report in reports {
            write(report)
            if !report.mutations.isEmpty { writeMutations(of: report) }
        }
        writer.close()
    }

    /// The document, in UTF-8.
    var bytes: [UInt8] { writer.bytes }

    private mutating func write(_ report: ScenarioReport) {
        let isCoverageTest = report.coverageMinimum != nil
        let unreadable = report.tests.count {
            if case .decided = $0.outcome { return false }
            return true
        }
        let failed = report.failedCount - unreadable + (report.isCovered ? 0 : 1)
        let name = report.scenario.path
        writer.open(
            "testsuite",
            [
                ("name", name), ("tests", "\(report.tests.count + (isCoverageTest ? 1 : 0))"),
                ("failures", "\(failed)"), ("errors", "\(unreadable)"), ("skipped", "0"),
            ])
        for test in report.tests { write(test, of: report, suite: name) }
        if let minimum = report.coverageMinimum {
            writer.open(
                "testcase", [("classname", name), ("name", "coverage of \(minimum) %")])
            if !report.isCovered {
                writer.element(
                    "failure", [("message", "less than \(minimum) % is covered")],
                    text: report.gaps.map {
                        "\(report.place($0.span)): `\(report.policies.ids[$0.policy])`: "
                            + $0.message
                    }.joined(separator: "\n"))
            }
            writer.close()
        }
        writer.close()
    }

    private mutating func write(
        _ test: ReportedTest, of report: ScenarioReport, suite: String
    ) {
        writer.open("testcase", [("classname", suite), ("name", test.entry.name)])
        switch test.outcome {
        case .untested: writer.element("error", [("message", "not tested")])
        case .unreadable(let message):
            writer.element("error", [("message", "the test cannot be read")], text: message)
        case .decided(_, let result) where !result.hasPassed:
            let errors = result.observation.errors.map {
                "error in `\(report.policies.ids[$0.policy])`: \($0.fault.message)"
            }
            let reasons = result.observation.reasons.map {
                "determined by `\(report.policies.ids[$0])`, "
                    + report.place(report.span(ofPolicy: $0))
            }
            writer.element(
                "failure",
                [("message", result.shortfalls.map(\.message).joined(separator: "; "))],
                text: (["\(report.scenario.testFile.name):\(test.entry.line)"] + reasons + errors)
                    .joined(separator: "\n"))
        case .decided: break
        }
        writer.close()
    }

    private mutating func writeMutations(of report: ScenarioReport) {
        let suite = "\(report.scenario.path), mutants"
        let skipped = report.mutations.count { $0.fate == .invalid || $0.fate == .equivalent }
        writer.open(
            "testsuite",
            [
                ("name", suite), ("tests", "\(report.mutations.count)"),
                ("failures", "\(report.survivors.count)"), ("errors", "0"),
                ("skipped", "\(skipped)"),
            ])
        for (mutation, fate) in report.mutations {
            let change = mutation.replacement.isEmpty ? "" : " → \(mutation.replacement)"
            writer.open(
                "testcase",
                [
                    ("classname", "\(suite).\(report.policies.ids[mutation.policy])"),
                    (
                        "name",
                        "\(report.place(mutation.span)) \(mutation.kind.rawValue): "
                            + report.text(mutation.span) + change
                    ),
                ])
            switch fate {
            case .killed: break
            case .invalid: writer.element("skipped", [("message", "invalid under the schema")])
            case .equivalent:
                writer.element("skipped", [("message", "equivalent under the schema")])
            case .survived:
                writer.element("failure", [("message", report.message(of: mutation))])
            }
            writer.close()
        }
        writer.close()
    }
}
