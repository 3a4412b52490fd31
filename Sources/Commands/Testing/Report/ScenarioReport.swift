import CedarSyntax
import PolicyTesting

/// What testing one scenario found.
struct ScenarioReport {
    typealias TriedMutation = (mutation: Mutation, fate: MutationFate)

    /// What became of mutation.
    enum MutationOutcome {
        case notAsked
        /// Tests fail: there is nothing to compare mutants with.
        case skipped
        case done([TriedMutation])
    }

    let scenario: TestedScenario
    let policies: PoliciesUnderTest
    let tests: [ReportedTest]
    let coverage: Coverage
    let coverageMinimum: Int?
    var mutation = MutationOutcome.notAsked
    /// Lines and columns of the policies' text.
    let map: SourceMap

    /// - Parameter results: those of the tests that could be read.
    init(
        scenario: TestedScenario, policies: PoliciesUnderTest, results: [TestResult],
        coverage: Coverage, coverageMinimum: Int?
    ) {
        self.scenario = scenario
        self.policies = policies
        self.coverage = coverage
        self.coverageMinimum = coverageMinimum
        map = SourceMap(scenario.policyFile.bytes)
        var next = results.makeIterator()
        tests = scenario.tests.map { entry in
            switch entry.test {
            case .failure(let failure):
                ReportedTest(entry: entry, outcome: .unreadable(failure.description))
            case .success(let test):
                ReportedTest(
                    entry: entry, outcome: next.next().map { .decided(test, $0) } ?? .untested)
            }
        }
    }

    var failedCount: Int { tests.count { !$0.hasPassed } }

    /// Whether policies and conditions are covered as far as was asked.
    var isCovered: Bool {
        guard let coverageMinimum else { return true }
        return coverage.policyShare.reaches(coverageMinimum)
            && coverage.conditionShare.reaches(coverageMinimum)
    }

    /// The mutants that were tried; none unless asked for.
    var mutations: [TriedMutation] {
        if case .done(let tried) = mutation { return tried }
        return []
    }

    var survivors: [Mutation] { mutations.filter { $0.fate == .survived }.map(\.mutation) }

    /// Whether nothing is to be done.
    var isGood: Bool { failedCount == 0 && isCovered && survivors.isEmpty }

    /// The place of a policy: that of its effect.
    func span(ofPolicy index: Int) -> SourceSpan {
        let policy = policies.members[index].policy
        return policy.scopeSpans?.effect ?? policy.span
    }

    /// `file:line:column` of a part of the policies.
    func place(_ span: SourceSpan) -> String {
        let position = map.position(at: Int(span.start))
        return "\(scenario.policyFile.name):\(position.line):\(position.column)"
    }

    /// A part of the policies on one line.
    func text(_ span: SourceSpan) -> String {
        let bytes = scenario.policyFile.bytes
        let slice = bytes[span.range.clamped(to: 0..<bytes.count)]
        return slice.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }
}

/// One test with its outcome.
struct ReportedTest {
    enum Outcome {
        case decided(TestCase, TestResult)
        /// It could not be read, and why.
        case unreadable(String)
        case untested
    }

    let entry: TestedScenario.Entry
    let outcome: Outcome

    var hasPassed: Bool {
        if case .decided(_, let result) = outcome { return result.hasPassed }
        return false
    }
}

/// What tests did not see, with its place and words.
struct ReportedGap {
    let policy: Int
    /// `policy`, or the kind of the condition.
    let kind: String
    let gap: Coverage.Gap
    let span: SourceSpan
    /// How often it was reached.
    let reached: Int

    var message: String {
        let subject =
            switch kind {
            case "policy": "the policy"
            case "when", "unless": "this `\(kind)`"
            default: "this condition"
            }
        let tests = reached == 1 ? "the one test that reaches it" : "\(reached) tests"
        return switch gap {
        case .neverReached where kind == "policy": "the scope matches the request of no test"
        case .neverReached: "\(subject) is never reached"
        case .neverTrue where kind == "policy":
            "the policy is never satisfied, in \(tests) whose requests its scope matches"
        case .neverTrue: "\(subject) is never true, in \(tests)"
        case .neverFalse where kind == "policy":
            "the policy is always satisfied when its scope matches, in \(tests)"
        case .neverFalse: "\(subject) is never false, in \(tests)"
        }
    }
}

extension ScenarioReport {
    /// What tests did not see, policy by policy.
    ///
    /// What follows from another gap is left out: conditions that are not reached because something
    /// before them is not, and policies that are always satisfied because their conditions are.
    var gaps: [ReportedGap] {
        var found: [ReportedGap] = []
        for index in policies.members.indices {
            for gap in coverage.gaps(ofPolicy: index) where gap != .neverFalse {
                found.append(
                    ReportedGap(
                        policy: index, kind: "policy", gap: gap, span: span(ofPolicy: index),
                        reached: coverage.policies[index].reached))
            }
        }
        for (index, point) in coverage.points.enumerated()
        where !coverage.isUnreachedWithAnother(index) {
            for gap in coverage.gaps(ofPoint: index) {
                found.append(
                    ReportedGap(
                        policy: point.policy, kind: point.kind.rawValue, gap: gap,
                        span: point.span, reached: coverage.conditions[index].reached))
            }
        }
        return found.enumerated()
            .sorted { ($0.element.policy, $0.offset) < ($1.element.policy, $1.offset) }
            .map(\.element)
    }

    /// What a mutation does, in words.
    func message(of mutation: Mutation) -> String {
        let id = policies.ids[mutation.policy]
        let what =
            switch mutation.kind {
            case .dropPolicy: "left out"
            case .dropCondition, .dropOperand, .dropElement: "without `\(text(mutation.span))`"
            default: "with `\(mutation.replacement)` for `\(text(mutation.span))`"
            }
        return "no test notices policy `\(id)` \(what)"
    }
}
