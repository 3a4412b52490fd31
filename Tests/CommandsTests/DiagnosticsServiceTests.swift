import Testing
import WritClient

@Suite("writ serve: diagnostics")
struct DiagnosticsServiceTests {
    /// Two policies permit friends, two forbid the blocked, and two cannot be evaluated.
    private static let policies = """
        @id("friends") permit (principal in Group::"friends", action, resource);
        @id("alice") permit (principal == User::"alice", action, resource);
        @id("blocked") forbid (principal, action, resource)
        when { principal has blocked && principal.blocked };
        @id("mallory") forbid (principal == User::"mallory", action, resource);
        @id("broken-permit") permit (principal, action, resource) when { principal.nothing };
        @id("broken-forbid")
        forbid (principal == User::"bob", action == Action::"edit", resource)
        when { principal.nothing };

        """

    private func server(_ diagnostics: String?) throws -> RunningServer {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("policies/photos.cedar", Self.policies)
        let line = diagnostics.map { "  diagnostics: \($0)\n" } ?? ""
        return try RunningServer(
            workplace, configuration: RunningServer.configuration + line)
    }

    private func answers(_ server: RunningServer) throws -> [Answer] {
        var answers: [Answer] = []
        for user in ["alice", "bob", "mallory", "nobody"] {
            for action in ["view", "edit"] {
                answers.append(
                    try server.ask(
                        "User::\"\(user)\"", "Action::\"\(action)\"", "Photo::\"beach\""))
            }
        }
        return answers
    }

    @Test("Without diagnostics decisions are the same, with one of the reasons at most")
    func sameDecisions() throws {
        let (full, none) = (try server(nil), try server("none"))
        let (all, certain) = (try answers(full), try answers(none))
        #expect(all.contains { $0.isAllowed } && all.contains { !$0.isAllowed })
        #expect(all.contains { $0.reasons.count == 2 }, "or the test shows nothing")
        #expect(all.contains { !$0.errors.isEmpty }, "or the test shows nothing")
        for (all, certain) in zip(all, certain) {
            #expect(certain.decision == all.decision)
            #expect(certain.cause == all.cause)
            #expect(certain.policyVersion == all.policyVersion)
            #expect(certain.revision == all.revision)
            #expect(certain.reasons.count == min(1, all.reasons.count))
            #expect(Set(certain.reasons).isSubset(of: all.reasons))
            #expect(Set(certain.errors.map(\.policyID)).isSubset(of: all.errors.map(\.policyID)))
        }
        #expect(full.stop() == 0)
        #expect(none.stop() == 0)
    }

    @Test("`diagnostics: full` is the default")
    func full() throws {
        let server = try server("full")
        let alice = try server.ask("User::\"alice\"", "Action::\"view\"", "Photo::\"beach\"")
        #expect(alice.isAllowed)
        #expect(alice.reasons == ["friends", "alice"])
        #expect(alice.errors.map(\.policyID) == ["broken-permit"])
        #expect(server.stop() == 0)
    }
}
