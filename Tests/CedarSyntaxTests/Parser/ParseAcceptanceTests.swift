import CedarSyntax
import Testing

/// Odd texts that must be accepted; the reference accepts all of them (cedar-policy 4.12.0).
@Suite struct ParseAcceptanceTests {
    @Test(arguments: [
        "principal has \"__cedar\"", "principal[\"__cedar\"]", "{\"__cedar\": 1}", "{\"in\": 1}",
        "{principal: 1}", "{when: 1}", "principal.when", "principal has principal",
        "context::\"a\"", "permit::\"a\"", "A::principal::\"x\"", "ip::\"a\"", "Set::\"x\"",
        "ip()", "ip(\"a\",)", "ip (\"a\")", "ip(if true then \"a\" else \"b\")", "decimal(1, 2, 3)",
        "principal.isIpv4(1, 2, 3)", "principal.contains (1)", "principal.contains(1,)",
        "principal.contains", "(principal has a).b", "\"a\"[\"b\"]", "[][\"\"]", "true.a", "-true",
        "-\"a\"", "!1", "!1 == 2", "1 == !2", "1 < (2 < 3)", "1<-1", "1*-1", "- - 1", "--(1)",
        "-(-1)", "if(true)then(1)else(2)", "if true then 1 else 2 && 3", "if 1then 2else 3",
        "principal is A in principal.b", "principal is A in (A::\"b\")", "[1,]", "{a: 1,}",
        "\"\\u{10FFFF}\"", "\"\\u{0}\"", "\"\u{0}\u{1}\u{7F}\"", "\"\u{2028}\"", "\"/* // */\"",
        "\u{A0}true", "true\u{2028}&&\u{3000}true", "principal // c\n.a", "1 // c\r",
    ])
    func oddExpressionIsAccepted(source: String) {
        #expect(throws: Never.self) { try PolicySet.parse(policy(when: source)) }
    }

    @Test(arguments: [
        "@id permit(principal, action, resource);",
        "@if(\"x\") permit(principal, action, resource);",
        "@a(\"\")@b permit(principal, action, resource);",
        "permit(principal, action, resource,);", "permit (principal,action,resource) ;",
        "permit(principal == (((User::\"a\"))), action, resource);",
        "permit(principal == A::\"\\u{1F600}\", action, resource);",
        "permit(principal, action in [(Action::\"a\"),], resource);",
        "permit(principal, action == A::B::Action::\"\", resource);",
        "permit(principal == ?principal, action, resource == (?resource));",
        "permit(principal is A :: B in ?principal, action, resource) when {1}when{2};",
    ])
    func oddPolicyIsAccepted(source: String) {
        #expect(throws: Never.self) { try PolicySet.parse(source) }
    }
}
