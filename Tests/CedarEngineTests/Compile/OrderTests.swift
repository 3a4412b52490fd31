@testable import CedarEngine
import CedarSyntax
import Testing

@Suite struct OrderTests {
    @Test func theCheapestComesFirst() throws {
        let programs = try operations(
            of: """
                permit(principal, action, resource)
                when { principal in Group::"staff" && principal == User::"bob" && principal is User };
                permit(principal in Group::"staff", action, resource == Photo::"beach");
                permit(principal, action, resource)
                when { context has flag || principal == resource };
                """)
        #expect(
            programs[0] == [
                .variable, .isType, .and, .variable, .equal, .and, .variable, .isIn, .end,
            ])
        #expect(programs[1] == [.variable, .equal, .and, .variable, .isIn, .end])
        #expect(programs[2] == [.variable, .variable, .equal, .or, .variableHas, .end])
    }

    /// A test that may fault neither goes before another nor lets one go before it.
    @Test func errorsStayWhereTheyAre() throws {
        for (condition, faults) in [
            (#"context.nothing == 1 && principal == User::"bob""#, [Fault.missingAttribute]),
            (#"principal == User::"bob" && context.nothing == 1"#, []),
            (#"principal in Group::"none" && context.nothing == 1 && 1 == 2"#, []),
            (#"principal in Group::"staff" && context.nothing == 1 && false"#, [.missingAttribute]),
            (#"context.count && principal == User::"bob""#, [.typeError]),
            (#"context has inner.n.x && principal == User::"bob""#, [.typeError]),
            (#"principal in context && principal == User::"bob""#, [.typeError]),
            (#"context in principal && principal == User::"bob""#, [.typeError]),
            (#"principal in [1, 2] && principal == User::"bob""#, [.typeError]),
            (#"context is User && principal == User::"bob""#, [.typeError]),
        ] {
            let decision = try decide(
                try ruleset("permit(principal, action, resource) when { \(condition) };"),
                Scene.request, try Scene.table())
            #expect(decision.faults == faults, "\(condition)")
            #expect(decision.verdict == .deny(.policies))
        }
    }

    /// Whatever a condition costs, it comes after the scope.
    @Test func theScopeComesFirst() throws {
        let decision = try decide(
            try ruleset(
                #"permit(principal in Group::"none", action, resource) when { 1 + true == 2 };"#),
            Scene.request, try Scene.table())
        #expect(decision.errors.isEmpty)
        let programs = try operations(
            of:
                #"permit(principal in Group::"none", action, resource) when { context == context };"#
        )
        #expect(programs[0].prefix(3) == [.variable, .isIn, .and])
    }
}
