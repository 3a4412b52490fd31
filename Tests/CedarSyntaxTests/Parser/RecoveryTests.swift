import CedarSyntax
import Testing

/// After an error parsing goes on with the next policy.
@Suite struct RecoveryTests {
    private func places(_ source: String) -> [String] {
        do {
            _ = try PolicySet.parse(source)
            return []
        } catch {
            return error.places(in: source)
        }
    }

    @Test func everyPolicyReportsItsFirstError() {
        let source = """
            permit(principle, action, resource);
            permit(principal, action, resource) when { 1 = 2 && 3 = 4 };
            permit(principal, action, resource);
            allow(principal, action, resource);
            @id("x") forbid(principal, action, resource) when { foo() };
            """
        #expect(
            places(source) == [
                "1:8 expected `principal`, found `principle`",
                "2:46 `=` is not an operator",
                "4:1 expected `permit` or `forbid`, found `allow`",
                "5:53 `foo` is not a function",
            ])
    }

    @Test func missingSemicolonCostsOneMessage() {
        let source = """
            permit(principal, action, resource)
            permit(principal, action, resource) when { true }
            @id("c")
            forbid(principal, action, resource)
            """
        #expect(
            places(source) == [
                "1:36 policy does not end with `;`", "2:50 policy does not end with `;`",
                "4:36 policy does not end with `;`",
            ])
    }

    @Test func openBracketDoesNotHideTheNextPolicy() {
        let source = """
            permit(principal, action, resource) when { (true
            permit(principal, action, resource);
            forbid(principal, actions, resource);
            """
        #expect(
            places(source) == [
                "2:1 expected an operator or `)`, found `permit`",
                "3:19 expected `action`, found `actions`",
            ])
    }

    @Test func openStringEndsTheReport() {
        let source = """
            permit(principal, action, resource) when { "a };
            permit(principal, actions, resource);
            """
        #expect(places(source) == ["1:44 string literal is not closed"])
    }

    @Test func semicolonInStringOrCommentIsNoEnd() {
        let source = """
            permit(principal, actions, resource) when { "; permit" == 1 // ; permit
            };
            permit(principal, action);
            """
        #expect(
            places(source) == [
                "1:19 expected `action`, found `actions`",
                "3:25 expected `,` and then `resource`, found `)`",
            ])
    }

    @Test func reportStopsAtTheLimit() {
        let source = String(repeating: "permit();\n", count: 30)
        #expect(places(source).count == 20)
        let limits = SyntaxLimits(maximumDiagnostics: 3)
        #expect {
            try PolicySet.parse(source, limits: limits)
        } throws: {
            ($0 as? Diagnostics)?.all.count == 3
        }
    }
}
