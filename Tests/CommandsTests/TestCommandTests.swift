import Foundation
import FoundationXML
import JSON
import Testing

@Suite("writ test")
struct TestCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.makeFolder("s")
    }

    private let policies = """
        @id("readers")
        permit (principal, action == Action::"read", resource)
        when { context.at < 10 || context.late };

        """

    private func test(
        _ name: String = "n", at: Int = 1, late: Bool = false, decision: String = "allow",
        reason: String = "[]", errors: Int = 0
    ) -> String {
        #"{"name": "\#(name)", "request": {"principal": "U::\"a\"", "action": "Action::\"read\"", "#
            + #""resource": "R::\"r\"", "context": {"at": \#(at), "late": \#(late)}}, "#
            + #""entities": [], "decision": "\#(decision)", "reason": \#(reason), "#
            + #""num_errors": \#(errors)}"#
    }

    /// Tests that see all there is, but not the boundary.
    private var good: [String] {
        [
            test("early", reason: #"["readers"]"#), test("late", at: 20, late: true),
            test("never", at: 20, decision: "deny"),
        ]
    }

    private func run(
        _ tests: [String], policies: String? = nil, _ arguments: [String] = [],
        directory: String = "s"
    ) throws -> WritProgram.Outcome {
        try workplace.write("s/policies.cedar", policies ?? self.policies)
        try workplace.write("s/tests.json", "[\(tests.joined(separator: ","))]")
        return try WritProgram.run(["test", directory] + arguments, in: workplace)
    }

    // MARK: Refusals

    @Test("What cannot be read ends with 1")
    func unreadable() throws {
        #expect(try WritProgram.run(["test"], in: workplace).status == 1)
        let nothing = try WritProgram.run(["test", "s"], in: workplace)
        #expect(nothing.status == 1)
        #expect(nothing.errors.contains("there is no scenario in `s`"), "\(nothing.errors)")
        let absent = try WritProgram.run(["test", "absent"], in: workplace)
        #expect(absent.status == 1)
        #expect(absent.errors.contains("cannot read `absent`: No such file"), "\(absent.errors)")
        #expect(try run(good, policies: "permit (").status == 1)
        try workplace.write("s/schema.cedarschema", "entity")
        #expect(try run(good).status == 1)
        try workplace.remove("s/schema.cedarschema")
        #expect(try run(["{"]).status == 1)
        #expect(try run(good, ["--junit", "no/such/folder.xml"]).status == 1)
        try workplace.remove("s/tests.json")
        #expect(try WritProgram.run(["test", "s"], in: workplace).status == 1)
        for percent in ["-1", "101", "x"] {
            #expect(try run(good, ["--coverage-minimum=\(percent)"]).status == 2)
        }
    }

    @Test("A failing test shows what was expected and found, and where the policies are")
    func failing() throws {
        let outcome = try run([test("bad", decision: "deny", reason: #"["others"]"#)])
        #expect(outcome.status == 1)
        #expect(
            outcome.output.contains(
                """
                ✗ bad
                    test      s/tests.json:1
                    expected  deny by `others`
                    got       allow by `readers`
                    policy    `readers`, permit, s/policies.cedar:2:1
                ✗ tests       0 of 1 pass
                """), "\(outcome.output)")
        #expect(!outcome.output.contains("\u{1B}"))
        let errors = try run(
            [test("bad", errors: 1)],
            policies: #"@id("broken") forbid (principal, action, resource) when { 1 + true };"#)
        #expect(errors.status == 1)
        #expect(errors.output.contains("expected  allow, 1 error\n"))
        #expect(errors.output.contains("error     `broken`: an operand has the wrong type"))
    }

    @Test("A test that cannot be read fails, and the others still run")
    func brokenTest() throws {
        let outcome = try run(good + ["5", test(decision: "maybe")])
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("tests       3 of 5 pass"), "\(outcome.output)")
        #expect(outcome.output.contains("the decision must be `allow` or `deny`"))
    }

    @Test("With a schema, requests must conform, and mutants need valid policies")
    func schema() throws {
        let schema = """
            entity U; entity R;
            action read appliesTo { principal: U, resource: R, context: { at: Long, late: Bool } };
            """
        try workplace.write("s/schema.cedarschema", schema)
        #expect(try run(good).status == 0)
        try workplace.write("s/schema.cedarschema", schema.replacing("late: Bool", with: ""))
        #expect(try run(good).status == 1)
        try workplace.write("s/schema.cedarschema", schema)
        let invalid = policies + "forbid (principal is Usr, action, resource);"
        #expect(try run(good, policies: invalid).status == 0)
        let outcome = try run(good, policies: invalid, ["--mutate"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the schema declares no entity type `Usr`"))
    }

    // MARK: Coverage and mutation

    @Test("Less coverage than asked for fails, as much does not")
    func coverage() throws {
        // Of the policy 1 of 2 outcomes, of its conditions 2 of 6: 33 %.
        #expect(try run([good[0]]).status == 0)
        #expect(try run([good[0]], ["--coverage-minimum", "33"]).status == 0)
        let outcome = try run([good[0]], ["--coverage-minimum", "34"])
        #expect(outcome.status == 1)
        #expect(
            outcome.output.contains(
                """
                error: `readers`: this condition is never reached
                 --> s/policies.cedar:3:27
                  |
                3 | when { context.at < 10 || context.late };
                  |                           ^^^^^^^^^^^^
                """), "\(outcome.output)")
        #expect(
            outcome.output.contains(
                "✗ coverage    policies 50 % (1 of 2 outcomes), conditions 33 % (2 of 6), "
                    + "less than 34 %\n"), "\(outcome.output)")
        #expect(try run(good, ["--coverage-minimum", "100"]).status == 0)
    }

    @Test("A surviving mutant fails and is shown with what stands there instead")
    func survivor() throws {
        let outcome = try run(good, ["--mutate"])
        #expect(outcome.status == 1)
        #expect(
            outcome.output.contains(
                """
                error: no test notices policy `readers` with `context.at <= 10` for `context.at < 10`
                 --> s/policies.cedar:3:8
                """), "\(outcome.output)")
        let tests =
            good + [
                test("at ten", at: 10, decision: "deny"), test("at nine", at: 9),
                #"{"name": "w", "request": {"principal": "U::\"a\"", "action": "Action::\"w\"", "#
                    + #""resource": "R::\"r\"", "context": {"at": 1}}, "entities": [{"uid": "#
                    + #"{"type": "Action", "id": "w"}, "attrs": {}, "parents": "#
                    + #"[{"type": "Action", "id": "read"}]}], "decision": "deny", "#
                    + #""reason": [], "num_errors": 0}"#,
            ]
        let all = try run(tests, ["--mutate", "--coverage-minimum", "100"])
        #expect(all.status == 0, "\(all.output)")
        #expect(
            all.output.contains(
                "✓ mutation    14 of 14 mutants noticed, 0 survived (0 more are invalid, 0 equivalent)"
            ), "\(all.output)")
    }

    @Test("Where tests fail no mutants are tried")
    func noMutants() throws {
        let outcome = try run([test(decision: "deny")], ["--mutate"])
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("✗ mutation    not tried, because tests fail"))
    }

    // MARK: Folders and formats

    @Test("Without policies in it, all scenarios below a folder are tested")
    func folders() throws {
        #expect(try run(good, directory: ".").output.contains("./s\n"))
        try workplace.makeFolder("t/deep")
        try workplace.makeFolder(".hidden")
        for folder in ["t/deep", ".hidden"] {
            try workplace.write("\(folder)/policies.cedar", policies)
            try workplace.write("\(folder)/tests.json", "[\(test(decision: "deny"))]")
        }
        let outcome = try WritProgram.run(["test"], in: workplace)
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("./t/deep\n✗"), "\(outcome.output)")
        #expect(!outcome.output.contains("hidden"))
        try workplace.remove("t")
        #expect(try WritProgram.run(["test"], in: workplace).status == 0)
    }

    @Test("JSON for scripts")
    func json() throws {
        let outcome = try run(
            [good[0], test("bad", at: 20)], policies: policies, ["--json"])
        #expect(outcome.status == 1)
        let shown = outcome.output
        _ = try JSONTape(parsing: Array(shown.utf8))
        #expect(shown.hasPrefix(#"{"passed":false,"scenarios":[{"path":"s","passed":false,"#))
        #expect(
            shown.contains(
                #"{"name":"bad","line":1,"passed":false,"#
                    + #""expected":{"decision":"allow","reason":[],"num_errors":0},"#
                    + #""actual":{"decision":"deny","reason":[],"errors":[]}}"#), "\(shown)")
        #expect(shown.contains(#""conditions":{"seen":5,"all":6,"percent":83}"#), "\(shown)")
        #expect(
            shown.contains(
                #"{"policy":"readers","kind":"operand","gap":"never-true","line":3,"column":27,"#
                    + #""source":"context.late"}"#), "\(shown)")
        let mutated = try run(good, ["--mutate", "--json"])
        #expect(mutated.status == 1)
        #expect(
            mutated.output.contains(
                #""kind":"move-boundary","line":3,"column":8,"source":"context.at < 10","#
                    + #""replacement":"context.at <= 10"}"#), "\(mutated.output)")
    }

    @Test("JUnit is well-formed XML with every test and mutant, whatever their names")
    func junit() throws {
        let name = #"<a> & \"b\" ' ]]> \u0001 é \n 😀 \uFFFF"#
        let tests = [
            test(name), test(name, decision: "deny"), "5", test(decision: "maybe"),
        ]
        #expect(
            try run(tests, ["--junit", "out.xml", "--coverage-minimum", "100"]).status == 1)
        let failed = try JUnitSummary(workplace.text("out.xml"))
        #expect(failed.suites == ["s": [5, 2, 2, 0]])
        #expect(failed.found == failed.suites)
        #expect(failed.names.contains("<a> & \"b\" ' ]]> \u{FFFD} é \n 😀 \u{FFFD}"))

        try workplace.write(
            "s/schema.cedarschema",
            """
            entity U; entity R;
            action read appliesTo { principal: U, resource: R, context: { at: Long, late: Bool } };
            """)
        #expect(try run(good, ["--mutate", "--junit", "out.xml"]).status == 1)
        let mutated = try JUnitSummary(workplace.text("out.xml"))
        // Only one action and nothing in it: two mutants of the scope cannot be noticed.
        #expect(mutated.suites == ["s": [3, 0, 0, 0], "s, mutants": [14, 3, 0, 2]])
        #expect(mutated.found == mutated.suites)
    }
}

/// What a JUnit file says of its suites, and what it holds; a parser that is not ours reads it.
private final class JUnitSummary: NSObject, XMLParserDelegate {
    /// Tests, failures, errors and skipped tests by suite, as its attributes say.
    private(set) var suites: [String: [Int]] = [:]
    /// The same, counted.
    private(set) var found: [String: [Int]] = [:]
    private(set) var names: [String] = []
    private var open: [String] = []
    private var suite = ""

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        try #require(parser.parse(), "\(String(describing: parser.parserError)): \(text)")
        #expect(open.isEmpty)
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        let parents = [
            "testsuites": "", "testsuite": "testsuites", "testcase": "testsuite",
            "failure": "testcase", "error": "testcase", "skipped": "testcase",
        ]
        #expect(parents[element] == open.last ?? "", "`\(element)` in `\(open)`")
        open.append(element)
        switch element {
        case "testsuite":
            suite = attributes["name"] ?? ""
            suites[suite] = ["tests", "failures", "errors", "skipped"].map {
                Int(attributes[$0] ?? "") ?? -1
            }
            found[suite] = [0, 0, 0, 0]
        case "testcase":
            names.append(attributes["name"] ?? "")
            found[suite]?[0] += 1
        case "failure": found[suite]?[1] += 1
        case "error": found[suite]?[2] += 1
        case "skipped": found[suite]?[3] += 1
        default: break
        }
    }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        #expect(open.popLast() == element)
    }
}
