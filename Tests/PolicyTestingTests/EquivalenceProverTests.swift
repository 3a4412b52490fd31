import CedarEngine
import CedarSchema
import CedarSyntax
import Testing

@testable import PolicyTesting

@Suite("EquivalenceProver")
struct EquivalenceProverTests {
    private let prover: EquivalenceProver

    init() throws {
        prover = EquivalenceProver(try World.schema())
    }

    private func areEquivalent(_ first: String, _ second: String) throws -> Bool {
        try prover.areEquivalent(World.policy(first), World.policy(second))
    }

    private func head(_ principal: String = "", _ action: String = "") -> String {
        "permit (principal\(principal), action\(action), resource)"
    }

    @Test(
        "What some request tells apart is not equivalent",
        arguments: [
            (#"permit (principal, action, resource);"#, #"forbid (principal, action, resource);"#),
            // Robots read, too.
            (
                "permit (principal is User, action, resource);",
                "permit (principal, action, resource);"
            ),
            // Groups are in groups, users in groups.
            (
                #"permit (principal == User::"ann", action, resource);"#,
                #"permit (principal in Group::"all", action, resource);"#
            ),
            (
                #"permit (principal, action in Action::"change", resource);"#,
                #"permit (principal, action == Action::"edit", resource);"#
            ),
            (
                #"permit (principal == User::"ann", action, resource);"#,
                #"permit (principal == User::"bob", action, resource);"#
            ),
            (
                "permit (principal, action, resource) when { resource.open };",
                "permit (principal, action, resource) unless { resource.open };"
            ),
            // The first may be in error where the second is not.
            (
                "permit (principal, action, resource) when { resource.open && false };",
                "permit (principal, action, resource) when { false };"
            ),
            (
                "permit (principal, action, resource) when { context.at > 1 || context.at > 2 };",
                "permit (principal, action, resource) when { context.at > 2 || context.at > 1 };"
            ),
        ])
    func different(_ first: String, _ second: String) throws {
        #expect(try !areEquivalent(first, second))
        #expect(try !areEquivalent(second, first))
    }

    @Test(
        "What the schema decides makes no difference",
        arguments: [
            // Only users edit.
            (
                #"permit (principal is User, action == Action::"edit", resource is Document);"#,
                #"permit (principal, action == Action::"edit", resource);"#
            ),
            // Only users are in groups.
            (
                #"permit (principal is User in Group::"all", action, resource);"#,
                #"permit (principal in Group::"all", action, resource);"#
            ),
            // Nothing is in a user.
            (
                #"permit (principal == User::"ann", action, resource);"#,
                #"permit (principal in User::"ann", action, resource);"#
            ),
            (
                #"permit (principal, action in [Action::"edit", Action::"delete"], resource);"#,
                #"permit (principal, action in Action::"change", resource);"#
            ),
            (
                #"permit (principal, action, resource) when { action == Action::"read" };"#,
                #"permit (principal, action, resource) unless { action in Action::"change" };"#
            ),
            (
                "permit (principal, action, resource) when { resource.open && !!true };",
                "permit (principal, action, resource) when { resource is Document } when { resource.open };"
            ),
            // Neither is ever satisfied.
            (
                "permit (principal is Robot, action == Action::\"edit\", resource);",
                "forbid (principal is Robot, action == Action::\"edit\", resource);"
            ),
            (
                """
                permit (principal, action, resource)
                when { if principal is User then resource.open else context.at > 1 };
                """,
                """
                permit (principal, action, resource)
                when { if !(principal is User) then context.at > 1 else resource.open };
                """
            ),
        ])
    func equal(_ first: String, _ second: String) throws {
        #expect(try areEquivalent(first, second))
        #expect(try areEquivalent(second, first))
    }

    @Test("No request of a small world tells apart what is proven equal")
    func soundness() throws {
        let validator = Validator(try World.schema())
        let tests = try World.allTests()
        let texts = [
            #"permit (principal is User in Group::"all", action == Action::"edit", resource is Document);"#,
            #"permit (principal in User::"ann", action in [Action::"edit", Action::"read"], resource);"#,
            """
            permit (principal == User::"ann", action == Action::"edit", resource)
            unless { action in [Action::"read", Action::"delete"] || context has ticket };
            """,
            """
            forbid (principal, action in Action::"change", resource)
            when { principal is User in Group::"staff" && (resource.open || principal == User::"bob") }
            unless { context has ticket && action != Action::"edit" };
            """,
            """
            permit (principal, action, resource)
            when { if principal is Robot then resource.open else resource.owner == principal }
            unless { action in [Action::"delete"] || context.at <= 9 };
            """,
        ]
        var proven = 0
        for text in texts {
            let policy = try World.policy(text)
            #expect(!validator.validate(policy).contains { $0.severity == .error })
            for mutation in Mutator.mutations(of: policy, index: 0) {
                let mutant = mutation.applied(to: policy)
                guard !validator.validate(mutant).contains(where: { $0.severity == .error }),
                    prover.areEquivalent(policy, mutant)
                else { continue }
                proven += 1
                for test in tests {
                    #expect(
                        try result(of: policy, on: test) == result(of: mutant, on: test),
                        "\(mutation.kind) \(mutation.replacement)")
                }
            }
        }
        #expect(proven >= 8)
    }

    /// Whether the policy is satisfied; nil when it is in error.
    private func result(of policy: Policy, on test: TestCase) throws -> [Int]? {
        let ruleset = try Ruleset(
            PolicySet(members: [PolicySet.Member(id: "p", policy: policy)]), version: 0)
        var workspace = Workspace()
        let observation = test.decide(ruleset, &workspace)
        return observation.errors.isEmpty ? observation.reasons : nil
    }
}
