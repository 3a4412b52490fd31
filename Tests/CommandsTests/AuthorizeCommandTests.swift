import JSON
import Testing

@Suite("writ authorize")
struct AuthorizeCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write("p.cedar", PhotoWorld.policies)
        try workplace.write("e.json", PhotoWorld.entities)
    }

    private func authorize(
        policies: String = "p.cedar", entities: String = "e.json", _ arguments: [String],
        input: String = ""
    ) throws -> WritProgram.Outcome {
        try WritProgram.run(
            ["authorize", "--policies", policies, "--entities", entities] + arguments,
            in: workplace, input: Array(input.utf8))
    }

    /// Errors go to standard error with exit code 1 and no decision is printed.
    private func expectError(
        _ run: WritProgram.Outcome, status: Int32 = 1, _ parts: String...
    ) {
        #expect(run.status == status)
        #expect(run.output.isEmpty, "\(run.output)")
        for part in parts { #expect(run.errors.contains(part), "\(run.errors)") }
    }

    // MARK: Refusals

    @Test("A policy that does not parse is shown with line, column and the place underlined")
    func badPolicy() throws {
        try workplace.write(
            "bad.cedar", "permit (principal, action, resource)\nwhen { principal.level >> 3 };\n")
        expectError(
            try authorize(policies: "bad.cedar", PhotoWorld.flags("alice")),
            "error: ", "bad.cedar:2:25", "2 | when { principal.level >> 3 };",
            "  |                         ^")
    }

    @Test(
        "Bad entities are shown with their place",
        arguments: [
            ("{", "bad.json:1:2"), ("[{\"uid\": 1}]", "bad.json:1:10"),
            (#"[{"uid": {"type": "U", "id": "a"}, "attrs": {}}]"#, "has no `parents`"),
            (
                #"[{"uid": {"type": "U", "id": "a"}, "attrs": {"a": 1.5}, "parents": []}]"#,
                "integer"
            ),
            (
                #"[{"uid": {"type": "U U", "id": "a"}, "attrs": {}, "parents": []}]"#,
                "no entity type"
            ),
            (
                #"[{"uid": {"type": "U", "id": "a"}, "attrs": {"a": 1, "a": 2}, "parents": []}]"#,
                "already has a member of this name"
            ),
        ])
    func badEntities(_ text: String, _ part: String) throws {
        try workplace.write("bad.json", text)
        expectError(
            try authorize(entities: "bad.json", PhotoWorld.flags("alice")), "bad.json:1:", part,
            "^")
    }

    @Test("A cycle among entities and two different ones of one identity are refused")
    func badHierarchy() throws {
        try workplace.write(
            "cycle.json",
            #"""
            [{"uid": {"type": "U", "id": "a"}, "attrs": {}, "parents": [{"type": "U", "id": "b"}]},
             {"uid": {"type": "U", "id": "b"}, "attrs": {}, "parents": [{"type": "U", "id": "a"}]}]
            """#)
        expectError(
            try authorize(entities: "cycle.json", PhotoWorld.flags("alice")), "cycle.json", "cycle")
        try workplace.write(
            "twice.json",
            #"""
            [{"uid": {"type": "U", "id": "a"}, "attrs": {}, "parents": []},
             {"uid": {"type": "U", "id": "a"}, "attrs": {"x": 1}, "parents": []}]
            """#)
        expectError(
            try authorize(entities: "twice.json", PhotoWorld.flags("alice")), "twice.json",
            #"U::"a""#)
    }

    @Test(
        "A bad context is shown with its place",
        arguments: [
            "[]", "{\"a\": null}", "{\"a\": 1",
            "{\"a\": {\"__extn\": {\"fn\": \"ip\", \"arg\": \"x\"}}}",
        ])
    func badContext(_ text: String) throws {
        try workplace.write("context.json", text)
        expectError(
            try authorize(PhotoWorld.flags("alice") + ["--context", "context.json"]),
            "context.json:1:", "^")
    }

    @Test(
        "What is no entity is refused with the flag's name",
        arguments: ["alice", "User::alice", "User::\"alice", "User::\"a\" ", ""])
    func badUID(_ text: String) throws {
        let run = try authorize([
            "--principal", text, "--action", #"Action::"view""#, "--resource", #"Photo::"beach""#,
        ])
        expectError(run, "--principal is no entity", "help: write it as 'User::\"alice\"'")
    }

    @Test("Missing files are named", arguments: ["policies", "entities", "context", "request"])
    func missingFile(_ which: String) throws {
        let run =
            switch which {
            case "policies": try authorize(policies: "none", PhotoWorld.flags("alice"))
            case "entities": try authorize(entities: "none", PhotoWorld.flags("alice"))
            case "context": try authorize(PhotoWorld.flags("alice") + ["--context", "none"])
            default: try authorize(["--request-json", "none"])
            }
        expectError(run, "cannot read `none`: No such file or directory")
    }

    @Test("A folder is no file")
    func folder() throws {
        expectError(
            try authorize(policies: ".", PhotoWorld.flags("alice")), "cannot read `.`",
            "Is a directory")
    }

    @Test("Both forms of a request, half of one, and no request are refused")
    func requestForms() throws {
        try workplace.write("r.json", "{}")
        expectError(
            try authorize(PhotoWorld.flags("alice") + ["--request-json", "r.json"]), status: 2,
            "--request-json cannot be combined")
        expectError(
            try authorize(["--principal", #"User::"alice""#]),
            "a request needs --principal, --action and --resource, or --request-json")
        expectError(try authorize([]), "a request needs")
        expectError(try authorize(["--request-json", "r.json"]), "the request has no `principal`")
        try workplace.write(
            "r.json",
            """
            {"principal": "User::\\"a\\"", "action": "Action::\\"a\\"", "resource": "A::\\"a\\""}
            """)
        expectError(try authorize(["--request-json", "r.json"]), "the request has no `context`")
        expectError(
            try authorize(PhotoWorld.flags("alice") + ["--verbos"]), status: 2, "unknown option")
    }

    @Test("Two policies with one id are refused")
    func twoPoliciesOneID() throws {
        try workplace.write(
            "twice.cedar",
            """
            @id("a") permit (principal, action, resource);
            @id("a") forbid (principal, action, resource);
            """)
        expectError(
            try authorize(policies: "twice.cedar", PhotoWorld.flags("alice")), "twice.cedar:2:1",
            "the policy id `a` is used twice")
    }

    // MARK: Decisions

    @Test(
        "Exit code 0 is allow, 2 is deny",
        arguments: [("alice", Int32(0)), ("bob", 2), ("mallory", 2), ("nobody", 2)])
    func decision(_ user: String, _ status: Int32) throws {
        let run = try authorize(PhotoWorld.flags(user))
        #expect(run.status == status)
        #expect(run.output == (status == 0 ? "\nALLOW\n" : "\nDENY\n"))
        #expect(run.errors.isEmpty)
    }

    @Test("-v names the policies and their reasons")
    func verbose() throws {
        let allow = try authorize(PhotoWorld.flags("alice") + ["-v"])
        #expect(allow.output.contains("friends-view: Friends see photos."))
        let forbid = try authorize(PhotoWorld.flags("mallory") + ["--verbose"])
        #expect(forbid.output.contains("  blocked-never\n"))
        let none = try authorize(PhotoWorld.flags("bob") + ["-v"])
        #expect(none.output.contains("no policies applied to this request"))
    }

    @Test("--strict denies when a forbid errors; without it the forbid is skipped")
    func strict() throws {
        try workplace.write(
            "errs.cedar",
            """
            permit (principal, action, resource);
            @id("broken") forbid (principal, action, resource) when { context.missing };
            """)
        let skipped = try authorize(policies: "errs.cedar", PhotoWorld.flags("alice"))
        #expect(skipped.status == 0)
        #expect(skipped.output.contains("error while evaluating policy `broken`"))
        let strict = try authorize(
            policies: "errs.cedar", PhotoWorld.flags("alice") + ["--strict", "-v"])
        #expect(strict.status == 2)
        #expect(strict.output.contains("a forbid policy that errored (--strict)"))
    }

    @Test("--json is one JSON object with decision, reason and errors")
    func json() throws {
        try workplace.write(
            "errs.cedar",
            PhotoWorld.policies + "@id(\"broken\\n\") permit (principal, action, resource) "
                + "when { context.missing };")
        let run = try authorize(policies: "errs.cedar", PhotoWorld.flags("alice") + ["--json"])
        #expect(run.status == 0)
        let tape = try JSONTape(parsing: Array(run.output.utf8))
        let root = tape.root
        #expect(tape.member(root, "decision").flatMap { tape.string($0) } == "allow")
        let reasons = tape.elements(try #require(tape.member(root, "reason")))
        #expect(reasons.map { tape.string($0) } == ["friends-view"])
        let errors = tape.elements(try #require(tape.member(root, "errors")))
        #expect(
            errors.map { tape.member($0, "policy").flatMap { tape.string($0) } } == ["broken\n"])
    }

    @Test("A request file says the same as flags, and context reaches the policies")
    func requestFile() throws {
        try workplace.write(
            "context.cedar", "permit (principal, action, resource) when { context.n == 7 };")
        let request = """
            {"principal": "User::\\"bob\\"", "action": {"type": "Action", "id": "view"},
             "resource": "Photo::\\"beach\\"", "context": {"n": 7}}
            """
        try workplace.write("r.json", request)
        #expect(try authorize(policies: "context.cedar", ["--request-json", "r.json"]).status == 0)
        #expect(
            try authorize(policies: "context.cedar", ["--request-json", "-"], input: request)
                .status == 0)
        try workplace.write("seven.json", #"{"n": 7}"#)
        try workplace.write("eight.json", #"{"n": 8}"#)
        for (file, status) in [("seven.json", Int32(0)), ("eight.json", 2)] {
            let run = try authorize(
                policies: "context.cedar", PhotoWorld.flags("bob") + ["--context", file])
            #expect(run.status == status)
        }
    }

    @Test("Policies may come on standard input; short flags are the reference's; -t prints a time")
    func shortForms() throws {
        try workplace.write("context.json", #"{"n": 7}"#)
        let run = try WritProgram.run(
            [
                "authorize", "--entities", "e.json", "-l", #"User::"alice""#, "-a",
                #"Action::"view""#, "-r", #"Photo::"beach""#, "-c", "context.json", "-t",
            ], in: workplace, input: Array(PhotoWorld.policies.utf8))
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.hasPrefix("\nAuthorization Time (micro seconds) : "), "\(run.output)")
        #expect(run.output.hasSuffix("\nALLOW\n"))
        #expect(run.errors.isEmpty)
    }

    @Test("A schema types what JSON leaves open")
    func schema() throws {
        try workplace.write(
            "s.cedarschema",
            """
            entity Group;
            entity User in [Group] { level?: Long, blocked?: Bool };
            entity Photo;
            action view appliesTo {
              principal: User, resource: Photo, context: { address?: ipaddr }
            };
            """)
        try workplace.write(
            "net.cedar",
            """
            permit (principal, action, resource)
            when { context.address.isInRange(ip("10.0.0.0/8")) };
            """)
        try workplace.write("context.json", #"{"address": "10.1.2.3"}"#)
        let arguments = PhotoWorld.flags("alice") + ["--context", "context.json"]
        #expect(try authorize(policies: "net.cedar", arguments).status == 2)
        let typed = try authorize(
            policies: "net.cedar", arguments + ["--schema", "s.cedarschema"])
        #expect(typed.status == 0, "\(typed.errors)")
        try workplace.write("bad.cedarschema", "entity User {\n  a: Strin };")
        expectError(
            try authorize(arguments + ["--schema", "bad.cedarschema"]), "bad.cedarschema:2:", "^")
    }
    @Test("A request that does not conform to the schema is refused, unless told otherwise")
    func requestValidation() throws {
        try workplace.write(
            "s.cedarschema",
            """
            entity Group, User in [Group] { level?: Long, blocked?: Bool };
            entity Photo;
            action view appliesTo { principal: Photo, resource: Photo };
            """)
        let arguments = PhotoWorld.flags("alice") + ["--schema", "s.cedarschema"]
        expectError(try authorize(arguments), "does not conform", "only to `Photo`")
        let waved = try authorize(arguments + ["--request-validation", "false"])
        #expect(waved.status == 0, "\(waved.errors)")
    }
}
