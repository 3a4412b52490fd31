import Testing

@Suite("writ run-tests")
struct RunTestsCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write(
            "p.cedar",
            """
            @id("readers") permit (principal, action == Action::"read", resource);
            @id("broken") permit (principal, action == Action::"fail", resource) when { 1 + true };
            """)
    }

    private func run(_ tests: String, _ arguments: [String] = []) throws -> WritProgram.Outcome {
        try workplace.write("t.json", tests)
        return try WritProgram.run(
            ["run-tests", "--policies", "p.cedar", "--tests", "t.json"] + arguments,
            in: workplace, input: [])
    }

    private func test(
        action: String = "read", entities: String = "[]", decision: String = "allow",
        reason: String = #"["readers"]"#, errors: String = "0"
    ) -> String {
        #"{"name": "n", "request": {"principal": "U::\"a\"", "action": "Action::\"\#(action)\"", "#
            + #""resource": "R::\"r\"", "context": {}}, "entities": \#(entities), "#
            + #""decision": "\#(decision)", "reason": \#(reason), "num_errors": \#(errors)}"#
    }

    @Test("A test that is not met fails and says how")
    func unmet() throws {
        let rows: [(test: String, message: String)] = [
            (test(decision: "deny"), "expected deny, got allow"),
            (test(action: "write"), "expected allow, got deny"),
            (test(reason: #"["others"]"#), "missing reason(s): `others`"),
            (test(errors: "1"), "expected 1 error(s), but got 0"),
            (
                test(action: "fail", decision: "deny", reason: "[]"),
                "expected 0 error(s), but got 1: `broken`"
            ),
        ]
        for row in rows {
            let outcome = try run("[\(row.test)]")
            #expect(outcome.status == 1)
            #expect(outcome.output.contains(row.message), "\(outcome.output)")
            #expect(outcome.output.hasSuffix("results: 0 passed, 1 failed\n"))
        }
    }

    @Test("A test that cannot be read is an error, and the others still run")
    func unreadable() throws {
        try workplace.makeFolder("inner")
        try workplace.write("outside.json", "[]")
        let broken = [
            "5", "{}", test(decision: "maybe"), test(reason: "5"), test(errors: "-1"),
            test(entities: #""none.json""#), test(entities: #"[{"uid": 1}]"#),
            test(entities: #""../../etc/passwd""#),
        ]
        let outcome = try run("[\((broken + [test()]).joined(separator: ","))]")
        #expect(outcome.status == 1)
        #expect(
            outcome.output.hasSuffix("results: 1 passed, \(broken.count) failed\n"),
            "\(outcome.output)")
        #expect(try run("{}").status == 1)
        #expect(try run("[").status == 1)
    }

    @Test("Reasons may be fewer than there are; entities may lie in a file beside the tests")
    func met() throws {
        try workplace.write("e.json", "[]")
        let outcome = try run(
            "["
                + [
                    test(), test(reason: "[]"), test(entities: #""e.json""#),
                    test(action: "fail", decision: "deny", reason: "[]", errors: "1"),
                ].joined(separator: ",") + "]")
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.hasPrefix("running 4 test(s)\n"))
        #expect(outcome.output.hasSuffix("results: 4 passed, 0 failed\n"))
    }

    private func writeSchema() throws {
        try workplace.write(
            "s.cedarschema",
            "entity U; entity R; action read appliesTo { principal: U, resource: R };")
    }

    @Test("With a schema, a request that does not conform is an error")
    func schema() throws {
        try writeSchema()
        try workplace.write("p.cedar", #"@id("readers") permit (principal, action, resource);"#)
        #expect(try run("[\(test())]", ["--schema", "s.cedarschema"]).status == 0)
        let other = test().replacing("U::", with: "R::")
        let outcome = try run("[\(other)]", ["--schema", "s.cedarschema"])
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("... error"), "\(outcome.output)")
    }

    @Test(
        "With a schema, no test passes unless the policies are valid without warnings",
        arguments: [
            "when { 1 + true }", "when { context.none }", "when { false }",
        ])
    func invalidPolicies(condition: String) throws {
        try writeSchema()
        try workplace.write(
            "p.cedar",
            """
            @id("readers") permit (principal, action, resource);
            @id("bad") permit (principal, action, resource) \(condition);
            """)
        let denied = try run("[\(test()),\(test())]", ["--schema", "s.cedarschema"])
        #expect(denied.status == 1)
        #expect(denied.output.contains("policy set validation failed"), "\(denied.output)")
        #expect(denied.output.contains("p.cedar:2:"), "\(denied.output)")
        #expect(denied.output.hasSuffix("results: 0 passed, 2 failed\n"))
    }

    @Test("--json is one object with an outcome a test")
    func json() throws {
        let outcome = try run("[\(test()),\(test(decision: "deny")),5]", ["--json"])
        #expect(outcome.status == 1)
        #expect(
            outcome.output.hasPrefix(
                #"{"passed":1,"failed":2,"tests":[{"name":"n","outcome":"ok"},"#
                    + #"{"name":"n","outcome":"fail","message":"expected deny, got allow"},"#
                    + #"{"name":"(unnamed)","outcome":"error","message":""#),
            "\(outcome.output)")
    }
}
