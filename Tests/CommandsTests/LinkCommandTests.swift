import Testing

@Suite("writ link")
struct LinkCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write(
            "t.cedar",
            """
            @id("viewer") permit(principal == ?principal, action, resource in ?resource);
            @id("none") forbid(principal == U::"none", action, resource);
            """)
        try workplace.write("e.json", "[]")
    }

    private static let values = #"{"?principal":"U::\"a\"","?resource":"F::\"x\""}"#

    private func link(
        id: String = "l", template: String = "viewer", values: String = Self.values,
        file: String? = "links.json"
    ) throws -> WritProgram.Outcome {
        try WritProgram.run(
            ["link", "-p", "t.cedar", "--template-id", template, "-n", id, "-a", values]
                + (file.map { ["-k", $0] } ?? []), in: workplace)
    }

    private func authorize(principal: String, links: String) throws -> WritProgram.Outcome {
        try WritProgram.run(
            [
                "authorize", "-p", "t.cedar", "-k", links, "--entities", "e.json", "-v", "-l",
                principal, "-a", #"Action::"v""#, "-r", #"F::"x""#,
            ], in: workplace)
    }

    @Test("A link that cannot be made ends with 1 or 2, and the file stays as it was")
    func refused() throws {
        #expect(try link().status == 0)
        let before = workplace.text("links.json")
        let failures: [(outcome: WritProgram.Outcome, message: String)] = [
            (try link(), "the id `l` is in use already"),
            (try link(id: "none"), "the id `none` is in use already"),
            (try link(id: "m", template: "x"), "there is no template with the id `x`"),
            (try link(id: "m", template: "none"), "`none` is a static policy"),
            (try link(id: "m", values: "{}"), "no value for `?principal`"),
            (try link(id: "m", values: #"{"?principal":"U"}"#), "--arguments:1:15"),
        ]
        let wrongUsage: [(outcome: WritProgram.Outcome, message: String)] = [
            (try link(id: "m", values: #"{"?action":"U::\"a\""}"#), "`?action` is no slot"),
            (try link(id: "m", values: #"{"?principal":1}"#), "must be a string"),
            (try link(id: "m", values: "[]"), "must be an object"),
            (try link(id: "m", values: "{"), "--arguments:1:2"),
        ]
        for (row, status) in failures.map({ ($0, Int32(1)) }) + wrongUsage.map({ ($0, 2) }) {
            #expect(row.outcome.status == status)
            #expect(row.outcome.errors.contains(row.message), "\(row.outcome.errors)")
            #expect(workplace.text("links.json") == before)
        }
    }

    @Test("Bad files of links are refused with their place")
    func badFiles() throws {
        for (text, message) in [
            ("{}", "links must be an array"),
            (#"[{"template_id":"viewer","link_id":"l"}]"#, "the link has no `args`"),
            (#"[{"template_id":"viewer","args":{}}]"#, "the link has no `link_id`"),
            (
                #"[{"template_id":"viewer","link_id":"l","args":{}}]"#,
                "no value for `?principal`"
            ),
        ] {
            try workplace.write("bad.json", text)
            let outcome = try authorize(principal: #"U::"a""#, links: "bad.json")
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains("bad.json:1:"), "\(outcome.errors)")
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
        }
        #expect(try authorize(principal: #"U::"a""#, links: "missing.json").status == 1)
    }

    @Test("Links made one after another are in the file and decide")
    func decides() throws {
        let first = try link()
        #expect(first.status == 0)
        #expect(
            first.output == """
                Template-linked policy added: @id("viewer")
                permit (principal == U::"a", action, resource in F::"x");

                """)
        #expect(
            try link(id: "m", values: #"{"?principal":"U::\"b\"","?resource":"F::\"x\""}"#).status
                == 0)
        #expect(
            workplace.text("links.json")
                == #"[{"template_id":"viewer","link_id":"l","args":"#
                + #"{"?principal":"U::\"a\"","?resource":"F::\"x\""}},"#
                + #"{"template_id":"viewer","link_id":"m","args":"#
                + #"{"?principal":"U::\"b\"","?resource":"F::\"x\""}}]"#)
        for (principal, status, id) in [("a", 0, "l"), ("b", 0, "m"), ("c", 2, "no policies")] {
            let outcome = try authorize(principal: "U::\"\(principal)\"", links: "links.json")
            #expect(outcome.status == Int32(status))
            #expect(outcome.output.contains(id), "\(outcome.output)")
        }
        try workplace.write("empty.json", "")
        #expect(try authorize(principal: #"U::"a""#, links: "empty.json").status == 2)
        #expect(try link(id: "n", file: nil).status == 0)
    }

    @Test("run-tests reads links and JSON too")
    func testsOfLinks() throws {
        #expect(try link().status == 0)
        try workplace.write(
            "tests.json",
            #"""
            [{"name": "linked", "decision": "allow", "reason": ["l"], "num_errors": 0,
              "entities": [], "request": {"principal": "U::\"a\"", "action": "Action::\"v\"",
              "resource": "F::\"x\"", "context": {}}}]
            """#)
        let run = ["run-tests", "-p", "t.cedar", "--tests", "tests.json"]
        #expect(try WritProgram.run(run, in: workplace).status == 1)
        let linked = try WritProgram.run(run + ["-k", "links.json"], in: workplace)
        #expect(linked.status == 0, "\(linked.output) \(linked.errors)")
    }

    @Test("Policies in JSON are read by authorize and check-parse")
    func jsonPolicies() throws {
        let translated = try WritProgram.run(
            ["translate-policy", "--direction", "cedar-to-json", "-p", "t.cedar"], in: workplace)
        try workplace.write("t.json", translated.output)
        #expect(try link().status == 0)
        let outcome = try WritProgram.run(
            [
                "authorize", "-p", "t.json", "--policy-format", "json", "-k", "links.json",
                "--entities", "e.json", "-l", #"U::"a""#, "-a", #"Action::"v""#, "-r", #"F::"x""#,
            ], in: workplace)
        #expect(outcome.status == 0)
        let checks = ["--policy-format", "json", "-p"]
        #expect(
            try WritProgram.run(["check-parse"] + checks + ["t.json"], in: workplace).status == 0)
        let bad = try WritProgram.run(["check-parse"] + checks + ["t.cedar"], in: workplace)
        #expect(bad.status == 1)
        #expect(bad.errors.contains("t.cedar:1:1"), "\(bad.errors)")
    }
}
