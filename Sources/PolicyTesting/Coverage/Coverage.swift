package import CedarEngine
import CedarSyntax

/// How often tests saw each policy and each condition both ways.
package struct Coverage: Sendable {
    /// How often a policy or condition was reached, and what it was then; those that errored were
    /// neither.
    package struct Count: Hashable, Sendable {
        package internal(set) var reached = 0
        package internal(set) var wasTrue = 0
        package internal(set) var wasFalse = 0
    }

    /// What tests never saw.
    package enum Gap: String, Hashable, Sendable {
        case neverReached = "never-reached"
        case neverTrue = "never-true"
        case neverFalse = "never-false"
    }

    /// Outcomes that tests saw among those there are.
    package struct Share: Hashable, Sendable {
        package internal(set) var seen = 0
        package internal(set) var all = 0

        /// In percent, rounded down, so that 100 means all.
        package var percent: Int { all == 0 ? 100 : seen * 100 / all }

        /// Whether it is at least so many percent.
        package func reaches(_ minimum: Int) -> Bool { seen * 100 >= minimum * all }

        fileprivate mutating func add(_ count: Int) {
            all += 1
            if count > 0 { seen += 1 }
        }
    }

    /// By the index of the policy: true is satisfied, reached is that the scope matched.
    package internal(set) var policies: [Count]
    /// Whether a policy that is reached can be anything but satisfied.
    package let isConditional: [Bool]
    package let points: [CoveragePoint]
    /// By the index of the point.
    package internal(set) var conditions: [Count]

    /// Each policy satisfied and, where it has conditions, also not satisfied although its scope
    /// matched.
    package var policyShare: Share {
        var share = Share()
        for (count, isConditional) in zip(policies, isConditional) {
            share.add(count.wasTrue)
            if isConditional { share.add(count.reached - count.wasTrue) }
        }
        return share
    }

    /// Each condition true and false.
    package var conditionShare: Share {
        var share = Share()
        for count in conditions {
            share.add(count.wasTrue)
            share.add(count.wasFalse)
        }
        return share
    }

    /// What tests did not see of a policy as a whole.
    package func gaps(ofPolicy index: Int) -> [Gap] {
        let count = policies[index]
        if count.reached == 0 { return [.neverReached] }
        var gaps: [Gap] = count.wasTrue == 0 ? [.neverTrue] : []
        if isConditional[index], count.reached == count.wasTrue { gaps.append(.neverFalse) }
        return gaps
    }

    /// Whether a condition was not reached only because that was so of what decides it, the policy or
    /// another condition: there is nothing more to say of it.
    package func isUnreachedWithAnother(_ index: Int) -> Bool {
        guard conditions[index].reached == 0 else { return false }
        return switch points[index].reach {
        case .scope: policies[points[index].policy].reached == 0
        case .with(let other), .after(let other, _): conditions[other].reached == 0
        }
    }

    /// What tests did not see of a condition.
    package func gaps(ofPoint index: Int) -> [Gap] {
        let count = conditions[index]
        if count.reached == 0 { return [.neverReached] }
        return (count.wasTrue == 0 ? [.neverTrue] : [])
            + (count.wasFalse == 0 ? [.neverFalse] : [])
    }
}

extension PoliciesUnderTest {
    /// Measures what tests see of the policies.
    ///
    /// Each condition is compiled as a policy of its own with the scope of the policy where it stands
    /// and so evaluated by the same machine that decides; which of them are reached follows from the
    /// truth of those before.
    package func coverage(_ tests: [TestCase]) throws(CompileError) -> Coverage {
        var collector = CoveragePoints()
        var probes: [PolicySet.Member] = []
        for (index, member) in members.enumerated() {
            let whole = member.policy.with(effect: .permit)
            probes.append(PolicySet.Member(id: member.id, policy: whole.with(conditions: [])))
            probes.append(PolicySet.Member(id: member.id, policy: whole))
            collector.add(member.policy, index: index)
        }
        for point in collector.points {
            let probe = members[point.policy].policy.with(
                effect: .permit,
                conditions: [
                    Policy.Condition(kind: .when, body: point.expression, span: point.span)
                ])
            probes.append(PolicySet.Member(id: members[point.policy].id, policy: probe))
        }
        let ruleset = try Ruleset(PolicySet(members: probes), version: 0)
        var coverage = Coverage(
            policies: Array(repeating: Coverage.Count(), count: members.count),
            isConditional: members.map { !$0.policy.conditions.isEmpty },
            points: collector.points,
            conditions: Array(repeating: Coverage.Count(), count: collector.points.count))
        var workspace = Workspace()
        for test in tests {
            coverage.add(test.decide(ruleset, &workspace), probeCount: probes.count)
        }
        return coverage
    }
}

extension Coverage {
    /// Counts what the probes gave on one test: two for each policy, then one for each point.
    fileprivate mutating func add(_ observation: Observation, probeCount: Int) {
        var truth = [Bool?](repeating: false, count: probeCount)
        for probe in observation.reasons { truth[probe] = true }
        for error in observation.errors { truth[error.policy] = nil }
        for index in policies.indices where truth[2 * index] == true {
            policies[index].add(truth[2 * index + 1])
        }
        let first = 2 * policies.count
        var reached = [Bool](repeating: false, count: points.count)
        for (index, point) in points.enumerated() {
            reached[index] =
                switch point.reach {
                case .scope: truth[2 * point.policy] == true
                case .with(let owner): reached[owner]
                case .after(let earlier, let wanted):
                    reached[earlier] && truth[first + earlier] == wanted
                }
            if reached[index] { conditions[index].add(truth[first + index]) }
        }
    }
}

extension Coverage.Count {
    fileprivate mutating func add(_ truth: Bool?) {
        reached += 1
        if truth == true { wasTrue += 1 }
        if truth == false { wasFalse += 1 }
    }
}
