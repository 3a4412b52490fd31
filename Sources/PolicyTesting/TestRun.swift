package import CedarEngine
package import CedarSyntax

/// The outcome of one test.
package struct TestResult: Sendable {
    package let observation: Observation
    /// What is not as expected; empty when the test passes.
    package let shortfalls: [Shortfall]

    package var hasPassed: Bool { shortfalls.isEmpty }
}

/// The policies under test: those that decide, without templates.
package struct PoliciesUnderTest: Sendable {
    /// Static policies and links; their order is that of all indices in results.
    package let members: [PolicySet.Member]
    /// The ids of the policies.
    package let ids: [Text]
    /// The number of templates without a link: no test can say anything of them.
    package let unlinkedTemplateCount: Int

    package init(_ set: PolicySet) {
        members = set.applicablePolicies
        ids = members.map(\.id)
        let linked = Set(set.links.map(\.templateID))
        unlinkedTemplateCount = set.members.count { $0.isTemplate && !linked.contains($0.id) }
    }

    /// Decides all tests and compares.
    ///
    /// - Returns: the results in the order of the tests.
    package func run(_ tests: [TestCase]) throws(CompileError) -> [TestResult] {
        let ruleset = try Ruleset(PolicySet(members: members), version: 0)
        var workspace = Workspace()
        var results: [TestResult] = []
        for test in tests {
            let observation = test.decide(ruleset, &workspace)
            results.append(
                TestResult(
                    observation: observation,
                    shortfalls: test.shortfalls(of: observation, ids: ids)))
        }
        return results
    }
}
