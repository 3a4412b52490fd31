package import CedarEngine
package import CedarSchema
import CedarSyntax

/// What became of a mutation.
package enum MutationFate: Hashable, Sendable {
    /// A test failed; its index.
    case killed(test: Int)
    /// The mutant does not fit the schema: `writ validate` would find it.
    case invalid
    /// No request that the schema allows can tell it from the policy.
    case equivalent
    /// No test noticed.
    case survived
}

extension PoliciesUnderTest {
    /// Tries every mutation of every policy against the tests.
    ///
    /// A policy's evaluation depends on no other policy. So a mutant is first evaluated alone, and
    /// where its result is that of the policy, the decision is the same. Where it is not, those
    /// policies that had a result decide together with the mutant.
    ///
    /// - Parameters:
    ///   - tests: pass on the policies as they are.
    ///   - schema: what mutants must fit to count; the policies themselves must, and the tests'
    ///     requests and entities.
    ///   - progress: told the number of mutations tried and of all.
    /// - Returns: the mutations with their fates, policy by policy.
    package func mutate(
        _ tests: [TestCase], schema: Schema?, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(CompileError) -> [(mutation: Mutation, fate: MutationFate)] {
        let mutations = members.enumerated().flatMap { index, member in
            Mutator.mutations(of: member.policy, index: index)
        }
        let validator = schema.map { Validator($0) }
        let prover = schema.map { EquivalenceProver($0) }
        let baseline = try Baseline(self, tests)
        var workspace = Workspace()
        var fates: [(mutation: Mutation, fate: MutationFate)] = []
        fates.reserveCapacity(mutations.count)
        for mutation in mutations {
            let policy = members[mutation.policy].policy
            let mutant = mutation.applied(to: policy)
            let fate: MutationFate
            if let validator,
                validator.validate(mutant).contains(where: { $0.severity == .error })
            {
                fate = .invalid
            } else if let test = try baseline.firstFailure(
                of: mutant, at: mutation.policy, tests, &workspace)
            {
                fate = .killed(test: test)
            } else if let prover, prover.areEquivalent(policy, mutant) {
                fate = .equivalent
            } else {
                fate = .survived
            }
            fates.append((mutation, fate))
            progress(fates.count, mutations.count)
        }
        return fates
    }
}

/// What each policy alone gives on each test.
private struct Baseline {
    enum Status: Sendable {
        case satisfied, unsatisfied, failed
    }

    private let policies: PoliciesUnderTest
    /// By test, then by policy.
    private let statuses: [[Status]]

    init(_ policies: PoliciesUnderTest, _ tests: [TestCase]) throws(CompileError) {
        self.policies = policies
        let ruleset = try Ruleset(
            PolicySet(
                members: policies.members.map {
                    PolicySet.Member(id: $0.id, policy: $0.policy.permitting)
                }), version: 0)
        var workspace = Workspace()
        statuses = tests.map { test in
            let observation = test.decide(ruleset, &workspace)
            var row = [Status](repeating: .unsatisfied, count: policies.members.count)
            for policy in observation.reasons { row[policy] = .satisfied }
            for error in observation.errors { row[error.policy] = .failed }
            return row
        }
    }

    /// The first test that fails when a policy is another; nil when all pass.
    func firstFailure(
        of mutant: Policy, at index: Int, _ tests: [TestCase], _ workspace: inout Workspace
    ) throws(CompileError) -> Int? {
        let original = policies.members[index]
        let alone = try Ruleset(
            PolicySet(
                members: [PolicySet.Member(id: original.id, policy: mutant.permitting)]),
            version: 0)
        let hasOtherEffect = mutant.effect != original.policy.effect
        for (number, test) in tests.enumerated() {
            let observation = test.decide(alone, &workspace)
            let before = statuses[number][index]
            let after: Status =
                !observation.errors.isEmpty
                ? .failed : observation.reasons.isEmpty ? .unsatisfied : .satisfied
            guard before != after || (hasOtherEffect && after == .satisfied) else { continue }
            if try isFailure(number, test, mutant, at: index, &workspace) { return number }
        }
        return nil
    }

    private func isFailure(
        _ number: Int, _ test: TestCase, _ mutant: Policy, at index: Int,
        _ workspace: inout Workspace
    ) throws(CompileError) -> Bool {
        var involved: [PolicySet.Member] = []
        for (other, status) in statuses[number].enumerated() {
            if other == index {
                involved.append(
                    PolicySet.Member(id: policies.members[other].id, policy: mutant))
            } else if status != .unsatisfied {
                involved.append(policies.members[other])
            }
        }
        let ruleset = try Ruleset(PolicySet(members: involved), version: 0)
        let observation = test.decide(ruleset, &workspace)
        return !test.shortfalls(of: observation, ids: involved.map(\.id)).isEmpty
    }
}

extension Policy {
    /// The same conditions under `permit`: satisfied ones are then always among the reasons.
    fileprivate var permitting: Policy { with(effect: .permit) }
}
