import CedarSyntax
import Testing

/// What surrounds conditions: scopes, annotations, clauses, ids and spans.
@Suite struct PolicyParsingTests {
    private func only(_ source: String) throws -> Policy {
        let set = try PolicySet.parse(source)
        try #require(set.members.count == 1)
        return set.members[0].policy
    }

    private let alice = EntityUID(type: "User", id: "alice")

    @Test func emptyTextIsAnEmptySet() throws {
        for source in ["", " \r\n\t", "// only a comment", "// a\r// b\n"] {
            #expect(try PolicySet.parse(source).members.isEmpty)
        }
    }

    @Test func policiesAreNumberedTemplatesToo() throws {
        let set = try PolicySet.parse(
            """
            permit(principal, action, resource);
            forbid(principal == ?principal, action, resource);
            @id("x") permit(principal, action, resource is A in ?resource);
            """)
        #expect(set.members.map(\.id) == ["policy0", "policy1", "policy2"])
        #expect(set.members.map(\.policy.isTemplate) == [false, true, true])
        #expect(set.members.map(\.policy.effect) == [.permit, .forbid, .permit])
    }

    @Test func principalConstraints() throws {
        let rows: [(String, ScopeConstraint)] = [
            ("principal", .any),
            ("principal == User::\"alice\"", .equal(.entity(alice))),
            ("principal == ((User::\"alice\"))", .equal(.entity(alice))),
            ("principal in User :: \"alice\"", .in(.entity(alice))),
            ("principal in (?principal)", .in(.slot)),
            ("principal is User", .isType("User")),
            ("principal is A :: B", .isType("A::B")),
            ("principal is User in (User::\"alice\")", .isTypeIn("User", .entity(alice))),
            ("principal is User in ?principal", .isTypeIn("User", .slot)),
        ]
        for (scope, constraint) in rows {
            #expect(try only("permit(\(scope), action, resource);").principal == constraint)
        }
    }

    @Test func actionConstraints() throws {
        let view = EntityUID(type: "Action", id: "view")
        let edit = EntityUID(type: "NS::Action", id: "edit")
        let rows: [(String, ActionConstraint)] = [
            ("action", .any),
            ("action == Action::\"view\"", .equal(view)),
            ("action in (NS::Action::\"edit\")", .in(edit)),
            ("action in []", .inSet([])),
            ("action in [Action::\"view\"]", .inSet([view])),
            ("action in ([(Action::\"view\"), NS::Action::\"edit\",])", .inSet([view, edit])),
        ]
        for (scope, constraint) in rows {
            #expect(try only("permit(principal, \(scope), resource);").action == constraint)
        }
    }

    @Test func annotationsKeepOrderAndMissingValues() throws {
        let policy = try only(
            #"@ id ( "a\n" ) @if @__cedar("x") @permit permit(principal, action, resource,);"#)
        #expect(policy.annotations.map(\.key) == ["id", "if", "__cedar", "permit"])
        #expect(policy.annotations.map(\.value) == ["a\n", nil, "x", nil])
        #expect(policy.annotation("if") == "")
        #expect(policy.annotation("none") == nil)
        #expect(policy.annotations[0].span == SourceSpan(0, 14))
    }

    @Test func conditionsKeepOrder() throws {
        let policy = try only(
            "permit(principal, action, resource) unless { 1 } when{2}when { 3 };")
        #expect(policy.conditions.map(\.kind) == [.unless, .when, .when])
        #expect(policy.conditions.map(\.body.dump) == ["1", "2", "3"])
        #expect(policy.conditions[1].span == SourceSpan(49, 56))
    }

    @Test func spanGoesFromAnnotationToSemicolon() throws {
        let policy = try only(" @a\npermit(principal, action, resource) ; // end")
        #expect(policy.span == SourceSpan(1, 41))
    }

    @Test func contextualWordsAreNames() throws {
        let policy = try only(
            "permit(principal is when, action, resource == permit::unless::\"x\") when { "
                + "{principal: context.permit, forbid: principal has unless} has resource };")
        #expect(policy.principal == .isType("when"))
        #expect(policy.resource == .equal(.entity(EntityUID(type: "permit::unless", id: "x"))))
    }

    /// Any Unicode white space separates; comments end with either line break.
    @Test(arguments: [
        "permit(principal,action,resource)\r\nwhen { true // x\r };\r\n",
        "\u{A0}permit\u{2003}(principal,\u{3000}action,\u{2028}resource)\u{85};",
        "permit(principal,action,resource);//",
        "permit(principal,action,resource)when{true}unless{false};\u{B}\u{C}",
    ])
    func blanksSeparate(source: String) throws {
        #expect(try PolicySet.parse(source).members.count == 1)
    }

    /// Names and strings are compared by bytes: composed and decomposed letters differ.
    @Test func stringsAreNotNormalized() throws {
        let set = try PolicySet.parse(
            policy(when: "{\"\u{E9}\": 1, \"e\u{301}\": 2} has \"\u{E9}\""))
        #expect(set.members.count == 1)
    }
}
