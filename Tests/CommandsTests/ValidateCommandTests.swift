import Testing

@Suite("writ validate")
struct ValidateCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write(
            "schema.cedarschema",
            """
            entity User { name: String, email?: String };
            entity Photo { owner: User };
            action view appliesTo { principal: User, resource: Photo };
            """)
    }

    private func validate(
        _ policies: String, _ flags: [String] = []
    ) throws -> WritProgram.Outcome {
        try workplace.write("p.cedar", policies)
        return try WritProgram.run(
            ["validate", "--policies", "p.cedar", "--schema", "schema.cedarschema"] + flags,
            in: workplace)
    }

    private let good = "permit(principal, action, resource == Photo::\"p\");"
    private let warned = "permit(principal, action, resource) when { false };"

    @Test("What cannot be read ends with 1")
    func unreadable() throws {
        #expect(try validate("permit(").status == 1)
        #expect(try validate(good, ["--validation-mode", "partial"]).status == 1)
        try workplace.write("schema.cedarschema", "entity")
        #expect(try validate(good).status == 1)
        try workplace.remove("schema.cedarschema")
        #expect(try validate(good).status == 1)
    }

    @Test("Invalid policies end with 3 and show the place")
    func invalid() throws {
        let outcome = try validate("@id(\"mine\")\npermit(principal is Usr, action, resource);\n")
        #expect(outcome.status == 3)
        #expect(outcome.output == "policy set validation failed: 1 policy, 1 error, 0 warnings\n")
        let message = "error: policy `mine`: the schema declares no entity type `Usr`"
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.errors.contains("p.cedar:2:8"))
        #expect(outcome.errors.contains("did you mean `User`?"))
    }

    @Test("Warnings fail only when they are denied")
    func warnings() throws {
        let outcome = try validate(warned)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("warning: policy `policy0`"), "\(outcome.errors)")
        #expect(try validate(warned, ["--deny-warnings"]).status == 3)
        #expect(try validate(good, ["--deny-warnings"]).status == 0)
        let lookalike = "permit(principal == User::\"p\u{0430}ul\", action, resource);"
        let mixed = try validate(lookalike)
        #expect(mixed.status == 0)
        #expect(mixed.errors.contains("CYRILLIC SMALL LETTER A"), "\(mixed.errors)")
        #expect(try validate(lookalike, ["--deny-warnings"]).status == 3)
    }

    @Test("Links are validated, those of a file and those of a JSON policy set")
    func links() throws {
        let template = "@id(\"t\") permit(principal == ?principal, action, resource);"
        for (user, status) in [("Usr", Int32(3)), ("Photo", 3), ("User", 0)] {
            try workplace.write(
                "links.json",
                #"[{"template_id": "t", "link_id": "l", "args": {"?principal": "#
                    + #""\#(user)::\"x\""}}]"#)
            let outcome = try validate(template, ["--template-linked", "links.json"])
            #expect(outcome.status == status, "\(outcome.errors)")
            #expect(outcome.errors.contains("policy `l`") == (status != 0))
            try workplace.write(
                "set.json",
                #"{"templates": {"t": {"effect": "permit", "principal": {"op": "==", "slot": "#
                    + #""?principal"}, "action": {"op": "All"}, "resource": {"op": "All"}, "#
                    + #""conditions": []}}, "staticPolicies": {}, "templateLinks": [{"#
                    + #""templateId": "t", "newId": "l", "values": {"?principal": {"type": "#
                    + #""\#(user)", "id": "x"}}}]}"#)
            let json = try WritProgram.run(
                [
                    "validate", "--policies", "set.json", "--policy-format", "json", "--schema",
                    "schema.cedarschema",
                ], in: workplace)
            #expect(json.status == status, "\(json.errors)")
        }
        try workplace.write("links.json", "[{}]")
        #expect(try validate(template, ["-k", "links.json"]).status == 1)
    }

    @Test("The permissive mode demands less")
    func modes() throws {
        let policy = "permit(principal, action, resource) when { principal.name == 1 };"
        #expect(try validate(policy).status == 3)
        #expect(try validate(policy, ["--validation-mode", "strict"]).status == 3)
        #expect(try validate(policy, ["--validation-mode", "permissive"]).status == 0)
    }

    @Test("A level bounds how far policies read")
    func levels() throws {
        let policy = "permit(principal, action, resource) when { resource.owner.name == \"\" };"
        #expect(try validate(policy, ["--level", "-1"]).status == 2)
        #expect(try validate(policy, ["--level", "1"]).status == 3)
        #expect(try validate(policy, ["--level", "2"]).status == 0)
    }

    @Test("Valid policies end with 0")
    func valid() throws {
        let outcome = try validate(good)
        #expect(outcome.status == 0)
        #expect(outcome.output == "policy set validation passed: 1 policy, 0 errors, 0 warnings\n")
        #expect(outcome.errors == "")
        let input = try WritProgram.run(
            ["validate", "--schema", "schema.cedarschema"], in: workplace, input: Array(good.utf8))
        #expect(input.status == 0)
    }

    @Test("JSON for scripts")
    func json() throws {
        #expect(try validate(good, ["--json"]).output == "{\"valid\":true,\"findings\":[]}\n")
        let outcome = try validate(
            "permit(principal, action, resource)\nwhen { principal.nmae == \"\" };", ["--json"])
        #expect(outcome.status == 3)
        #expect(
            outcome.output == """
                {"valid":false,"findings":[{"policy":"policy0","severity":"error",\
                "message":"`User` has no attribute `nmae`","help":"did you mean `name`?",\
                "line":2,"column":8}]}

                """)
    }
}
