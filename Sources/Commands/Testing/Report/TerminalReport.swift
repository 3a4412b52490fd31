import CedarEngine
import CedarSyntax
import PolicyTesting

/// The report of one scenario for people.
struct TerminalReport {
    private let report: ScenarioReport
    private let isVerbose: Bool
    private let terminal = Terminal.output
    private let renderer: DiagnosticRenderer

    /// Of more gaps and survivors than this the rest is only counted, unless verbose.
    private static let maximumShown = 20

    init(_ report: ScenarioReport, isVerbose: Bool) {
        self.report = report
        self.isVerbose = isVerbose
        renderer = DiagnosticRenderer(
            source: report.scenario.policyFile.bytes, fileName: report.scenario.policyFile.name,
            isColored: Terminal.output.hasColour)
    }

    func print() {
        printLine(terminal.styled(report.scenario.path, .bold))
        printTests()
        printCoverage()
        printMutation()
        let templates = report.policies.unlinkedTemplateCount
        if templates > 0 {
            printLine("  note        \(templates) template(s) without a link cannot be tested")
        }
    }

    private func line(_ isGood: Bool, _ text: String) {
        printLine(
            isGood ? terminal.styled("✓ \(text)", .green) : terminal.styled("✗ \(text)", .red))
    }

    // MARK: Tests

    private func printTests() {
        for test in report.tests {
            if test.hasPassed {
                if isVerbose { line(true, test.entry.name.shown) }
                continue
            }
            line(false, test.entry.name.shown)
            for detail in details(of: test) { printLine("    " + detail) }
        }
        let count = report.tests.count
        line(
            report.failedCount == 0,
            "tests       \(count - report.failedCount) of \(count) pass")
    }

    private func details(of test: ReportedTest) -> [String] {
        let place = "\(report.scenario.testFile.name):\(test.entry.line)"
        guard case .decided(let expected, let result) = test.outcome else {
            if case .unreadable(let message) = test.outcome {
                return message.split(separator: "\n").map(String.init)
            }
            return [place]
        }
        let found = result.observation
        var lines = [
            "test      \(place)",
            "expected  " + decision(expected.expectsAllow, expected.reasons.sorted())
                + errors(expected.errorCount),
            "got       "
                + decision(found.isAllowed, found.reasons.map { report.policies.ids[$0] })
                + errors(found.errors.count),
        ]
        for error in found.errors {
            lines.append("error     `\(report.policies.ids[error.policy])`: \(error.fault.message)")
        }
        for index in involved(expected, result) {
            let policy = report.policies.members[index].policy
            let place = report.place(report.span(ofPolicy: index))
            lines.append(
                "policy    `\(report.policies.ids[index])`, \(policy.effect.rawValue), \(place)")
        }
        return lines.map(\.shown)
    }

    private func decision(_ isAllowed: Bool, _ reasons: [Text]) -> String {
        (isAllowed ? "allow" : "deny")
            + (reasons.isEmpty
                ? "" : " by " + reasons.map { "`\($0)`" }.joined(separator: ", "))
    }

    private func errors(_ count: Int) -> String {
        count == 0 ? "" : ", \(count) error\(count == 1 ? "" : "s")"
    }

    /// The policies that were expected or found to decide, and those in error.
    private func involved(_ test: TestCase, _ result: TestResult) -> [Int] {
        let found = Set(result.observation.reasons + result.observation.errors.map(\.policy))
        return report.policies.ids.indices.filter {
            found.contains($0) || test.reasons.contains(report.policies.ids[$0])
        }
    }

    // MARK: Coverage

    private func printCoverage() {
        let gaps = report.gaps
        show(
            gaps.map {
                Diagnostic(
                    severity: report.isCovered ? .warning : .error, span: $0.span,
                    message: "`\(report.policies.ids[$0.policy])`: \($0.message)")
            })
        let (policies, conditions) = (report.coverage.policyShare, report.coverage.conditionShare)
        var text =
            "coverage    policies \(policies.percent) % (\(policies.seen) of \(policies.all) "
            + "outcomes), conditions \(conditions.percent) % (\(conditions.seen) of "
            + "\(conditions.all))"
        if let minimum = report.coverageMinimum, !report.isCovered {
            text += ", less than \(minimum) %"
        }
        line(report.isCovered, text)
    }

    private func show(_ diagnostics: [Diagnostic]) {
        let shown = isVerbose ? diagnostics.count : min(diagnostics.count, Self.maximumShown)
        for diagnostic in diagnostics.prefix(shown) {
            printLine(renderer.render(diagnostic))
        }
        if shown < diagnostics.count {
            printLine("… and \(diagnostics.count - shown) more, shown with --verbose\n")
        }
    }

    // MARK: Mutation

    private func printMutation() {
        switch report.mutation {
        case .notAsked: return
        case .skipped: line(false, "mutation    not tried, because tests fail")
        case .done(let tried):
            if isVerbose { for mutation in tried { printFate(mutation) } }
            let survivors = report.survivors
            show(
                survivors.map {
                    Diagnostic(severity: .error, span: $0.span, message: report.message(of: $0))
                })
            func count(_ fate: MutationFate) -> Int { tried.count { $0.fate == fate } }
            let (invalid, equivalent) = (count(.invalid), count(.equivalent))
            let killed = tried.count - invalid - equivalent - survivors.count
            line(
                survivors.isEmpty,
                "mutation    \(killed) of \(killed + survivors.count) mutants noticed, "
                    + "\(survivors.count) survived "
                    + "(\(invalid) more are invalid, \(equivalent) equivalent)")
            if report.scenario.schema == nil {
                printLine(
                    "  note        without schema.cedarschema no mutant is found invalid or "
                        + "equivalent")
            }
        }
    }

    private func printFate(_ tried: ScenarioReport.TriedMutation) {
        let mutation = tried.mutation
        let change =
            mutation.replacement.isEmpty
            ? "without `\(report.text(mutation.span))`"
            : "`\(mutation.replacement)` for `\(report.text(mutation.span))`"
        let fate =
            switch tried.fate {
            case .killed(let test): "noticed by \"\(report.tests[test].entry.name)\""
            case .invalid: "invalid under the schema"
            case .equivalent: "equivalent under the schema"
            case .survived: "SURVIVED"
            }
        printLine("  \(report.place(mutation.span)): \(change): \(fate)".shown)
    }
}

extension String {
    /// Safe to show on one line of a terminal.
    fileprivate var shown: String {
        unicodeScalars.map(\.escapedUnlessPlain).joined()
    }
}
