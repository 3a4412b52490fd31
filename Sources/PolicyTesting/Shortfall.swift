package import CedarSyntax

/// One way in which a decision is not what its test expects.
package enum Shortfall: Hashable, Sendable {
    case decision(expectsAllow: Bool)
    /// Policies that the test names did not determine the decision; sorted.
    case missingReasons([Text])
    case errorCount(expected: Int, found: Int)

    /// What was expected and what was found.
    package var message: String {
        switch self {
        case .decision(let expectsAllow):
            expectsAllow ? "expected allow, got deny" : "expected deny, got allow"
        case .missingReasons(let ids):
            "missing reason(s): " + ids.map { "`\($0)`" }.joined(separator: ", ")
        case .errorCount(let expected, let found):
            "expected \(expected) error(s), but got \(found)"
        }
    }
}

extension TestCase {
    /// Compares a decision with what the test expects, as `cedar run-tests` does: more reasons than
    /// the test names are no offence, another number of errors is.
    ///
    /// - Parameter ids: the ids of the policies by their index.
    /// - Returns: nothing when the test passes.
    package func shortfalls(of observation: Observation, ids: [Text]) -> [Shortfall] {
        guard observation.isAllowed == expectsAllow else {
            return [.decision(expectsAllow: expectsAllow)]
        }
        var found: [Shortfall] = []
        let missing = reasons.subtracting(observation.reasons.map { ids[$0] })
        if !missing.isEmpty { found.append(.missingReasons(missing.sorted())) }
        if observation.errors.count != errorCount {
            found.append(.errorCount(expected: errorCount, found: observation.errors.count))
        }
        return found
    }
}
