@testable import CedarEngine
import CedarSyntax
import Testing

@Suite struct SharingTests {
    private static let costly = #"principal in resource.owner.manager || context.inner.n == 3"#

    private func policy(_ condition: String, action: String = "action") -> String {
        "permit(principal, \(action), resource) when { \(condition) };"
    }

    private func recalls(_ policies: String) throws -> [Int] {
        try operations(of: policies).map { $0.count { $0 == .recall } }
    }

    @Test func equalConditionsAreKeptOnce() throws {
        let policies = policy(Self.costly) + policy("context.flag && (\(Self.costly))")
        #expect(try recalls(policies) == [1, 1])
        #expect(try ruleset(policies).view.sharedCount == 1)
    }

    /// An expression that only one policy has, or that is cheap, costs what it did.
    @Test func nothingElseIsKept() throws {
        #expect(try recalls(policy("(\(Self.costly)) && (\(Self.costly))")) == [0])
        #expect(try recalls(policy("context.flag") + policy("context.flag")) == [0, 0])
        let view = policy(Self.costly, action: #"action == Action::"view""#)
        let edit = policy(Self.costly, action: #"action == Action::"edit""#)
        #expect(try recalls(view + edit) == [0, 0])
        #expect(try recalls(view + view + edit) == [1, 1, 1])
        #expect(try recalls(view + policy(Self.costly)) == [1, 1])
    }

    /// Within what is kept as a whole, only what further policies have is kept by itself.
    @Test func partsAreKeptForFurtherPolicies() throws {
        let part = "[context.count, context.inner.n].contains(7)"
        let whole = "\(part) && \(Self.costly.split(separator: " || ")[0])"
        #expect(try recalls(policy(whole) + policy(whole)) == [1, 1])
        #expect(try recalls(policy(whole) + policy(whole) + policy(part)) == [2, 2, 1])
        let decision = try decide(
            try ruleset(policy(whole) + policy(part) + policy(whole)), Scene.request,
            try Scene.table())
        #expect(decision.reasons == [1])
    }

    @Test func faultsAreThoseOfEachPolicy() throws {
        let faulty = "resource.owner.nothing.name == context.inner.n"
        let policies = policy(faulty) + policy("!(\(faulty))") + policy("true")
        #expect(try recalls(policies) == [1, 1, 0])
        let decision = try decide(try ruleset(policies), Scene.request, try Scene.table())
        #expect(decision.faults == [.missingAttribute, .missingAttribute])
        #expect(decision.reasons == [2])
    }

    /// A value that was kept is demanded to be a bool where a bool is needed, and nowhere else.
    @Test func kindsAreCheckedWhereTheValueIsUsed() throws {
        let sum = "[context.count, 1].containsAll([context.count])"
        let value = "(if \(sum) then context.count else 0)"
        let policies = policy("\(value) == 7") + policy(value) + policy("\(value) + 1 == 8")
        let decision = try decide(try ruleset(policies), Scene.request, try Scene.table())
        #expect(decision.reasons == [0, 2])
        #expect(decision.errors.map(\.policy) == [1])
        #expect(decision.faults == [.typeError])
    }

    /// What one decision found out says nothing about the next, under whatever rules.
    @Test func nothingOutlivesADecision() throws {
        let condition = "[context.count, 1].contains(7)"
        let first = try ruleset(policy(condition) + policy(condition))
        let second = try ruleset(policy("!(\(condition))") + policy("!(\(condition))"))
        let table = try Scene.table()
        var workspace = Workspace()
        var other = Scene.request
        other.context = [("count", .long(8))]
        for _ in 0..<3 {
            for (rules, request, isAllowed) in [
                (first, Scene.request, true), (first, other, false), (second, other, true),
                (second, Scene.request, false),
            ] {
                let parts = [
                    try FlatConstant(.entity(request.principal)),
                    try FlatConstant(.entity(request.action)),
                    try FlatConstant(.entity(request.resource)),
                    try FlatConstant(.record(request.context)),
                ]
                let verdict = rules.view.authorize(
                    Request(
                        principal: FlatEntity(parts[0].flat), action: FlatEntity(parts[1].flat),
                        resource: FlatEntity(parts[2].flat), context: FlatRecord(parts[3].flat)),
                    entities: table, errors: .strict, workspace: &workspace)
                withExtendedLifetime(parts) {}
                #expect((verdict == .allow) == isAllowed)
                #expect(workspace.reasons == (isAllowed ? [0, 1] : []))
            }
        }
    }
}
