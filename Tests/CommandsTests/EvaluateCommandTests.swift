import Testing

@Suite("writ evaluate")
struct EvaluateCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write("e.json", PhotoWorld.entities)
    }

    private func evaluate(_ arguments: String...) throws -> WritProgram.Outcome {
        try evaluate(arguments)
    }

    private func evaluate(_ arguments: [String]) throws -> WritProgram.Outcome {
        try WritProgram.run(["evaluate"] + arguments, in: workplace)
    }

    private func evaluate(_ expression: String, as user: String) throws -> WritProgram.Outcome {
        try evaluate([expression, "--entities", "e.json"] + PhotoWorld.flags(user))
    }

    // MARK: Refusals

    @Test("What does not parse is shown with its place")
    func unparsable() throws {
        for (expression, place) in [
            ("1 +", "1:4"), ("parse error", "1:1"), ("1 ==\n\n== 2", "3:1"), ("", "1:1"),
            ("permit(principal, action, resource);", "1:"), ("?principal", "1:1"),
        ] {
            let run = try evaluate([expression])
            #expect(run.status == 1)
            #expect(run.output.isEmpty)
            #expect(run.errors.contains("the expression:\(place)"), "\(run.errors)")
        }
    }

    @Test(
        "A fault is shown with the smallest expression that has it",
        arguments: [
            (#"1 + "a""#, "1:1", "wrong type"),
            (#"true && (1 + (if 2 > 1 then "a" else 3) == 2)"#, "1:10", "wrong type"),
            ("false || 1", "1:10", "wrong type"),
            ("true && (true || 1) && 2", "1:24", "wrong type"),
            ("if 1 then 2 else 3", "1:4", "wrong type"),
            (
                #"if true then {a: 1}.b else [1].c"#, "1:14",
                "there is no attribute `b`; guard it with `has`"
            ),
            (#"[1, {a: 9223372036854775807 + 1}]"#, "1:9", "64-bit range"),
            (#"ip("10.0.0.0/8").isInRange(ip("x"))"#, "1:28", "no valid ip"),
            (#"User::"a".name == 1"#, "1:1", "not in the store"),
            (#"User::"a" is User in [User::"b", 1]"#, "1:1", "wrong type"),
            (#"User::"a" is User in (1 + true)"#, "1:22", "wrong type"),
            (#""a" like "*" && !(-(1 == 1) == 2)"#, "1:19", "wrong type"),
            (#"decimal("1.0", "2.0")"#, "1:1", "wrong number of arguments"),
        ])
    func fault(_ expression: String, _ place: String, _ message: String) throws {
        let run = try evaluate([expression])
        #expect(run.status == 1)
        #expect(run.output.isEmpty, "\(run.output)")
        #expect(run.errors.contains("the expression:\(place)\n"), "\(run.errors)")
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test("A variable needs a request, and half a request is none")
    func requestNeeded() throws {
        let variable = try evaluate("1 == 1 && [resource].isEmpty()")
        #expect(variable.status == 1)
        #expect(variable.errors.contains("`resource` has no value"), "\(variable.errors)")
        #expect(variable.errors.contains("the expression:1:12"))
        let half = try evaluate("1", "-l", #"User::"a""#)
        #expect(half.status == 1)
        #expect(half.errors.contains("a request needs"))
    }

    @Test("Files that are not there or are wrong end with 1, wrong usage with 2")
    func files() throws {
        try workplace.write("bad.json", "[{]")
        #expect(try evaluate("1", "--entities", "none.json").status == 1)
        #expect(try evaluate("1", "--entities", "bad.json").status == 1)
        #expect(try evaluate("1", "--schema", "none").status == 1)
        #expect(try evaluate("1", "--request-json", "none").status == 1)
        #expect(try evaluate().status == 2)
        #expect(try evaluate("1", "2").status == 2)
        #expect(try evaluate("1", "--unknown").status == 2)
        #expect(try evaluate("1", "--request-json", "r", "-l", "x").status == 2)
    }

    @Test("A nest at the limit is evaluated, one beyond it refused")
    func depth() throws {
        func nest(_ levels: Int) -> String {
            String(repeating: "!", count: 4) + String(repeating: "(", count: levels) + "true"
                + String(repeating: ")", count: levels)
        }
        #expect(try evaluate(nest(400)).output == "\ntrue\n")
        let deep = try evaluate(nest(20_000))
        #expect(deep.status == 1)
        #expect(deep.errors.contains("error: "))
        // A fault at the bottom is found in time, too.
        let faulty =
            String(repeating: "[", count: 90) + "1 + true" + String(repeating: "]", count: 90)
        #expect(try evaluate(faulty).errors.contains("the expression:1:91\n"))
    }

    // MARK: Values

    @Test(
        "A value is printed as an expression that has it",
        arguments: [
            ("1 + 2 * 3", "7"), ("-5 - 3", "-8"), ("1 < 2", "true"),
            (#""a\n\"'é""#, #""a\n\"\'é""#),
            (#"User::"it's""#, #"User::"it\'s""#), ("[]", "[]"), ("{}", "{}"),
            (
                #"[User::"b", "b", {b: 1}, 2, [3], true, 1, "a", User::"a", false, 1]"#,
                #"[false, true, 1, 2, "a", "b", User::"a", User::"b", [3], {"b": 1}]"#
            ),
            (#"{b: {c: [2, 1]}, "a b": 1}"#, #"{"a b": 1, "b": {"c": [1, 2]}}"#),
            (#"ip("10.0.0.0/8")"#, #"ip("10.0.0.0/8")"#),
            (#"decimal("1.50")"#, #"decimal("1.5")"#),
            (#"duration("90m")"#, #"duration("1h30m")"#),
            (
                #"datetime("2024-01-01").offset(duration("1d1h"))"#,
                #"datetime("2024-01-02T01:00:00Z")"#
            ),
            (#"if 10 > 5 then "good" else "bad""#, #""good""#),
            ("false && 1 == principal.x || true", "true"),
        ])
    func values(_ expression: String, _ text: String) throws {
        let flags = expression.contains("principal") ? PhotoWorld.flags("alice") : []
        let run = try evaluate(flags + ["--", expression])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output == "\n\(text)\n")
        #expect(run.errors.isEmpty)
        // What is printed has the same value.
        #expect(try evaluate("--", text).output == run.output)
    }

    @Test("A request and entities give variables their values")
    func request() throws {
        #expect(try evaluate(#"principal in Group::"friends""#, as: "alice").output == "\ntrue\n")
        #expect(try evaluate(#"principal in Group::"friends""#, as: "bob").output == "\nfalse\n")
        #expect(try evaluate("principal.level + 1", as: "alice").output == "\n4\n")
        #expect(try evaluate("resource", as: "bob").output == "\nPhoto::\"beach\"\n")
        try workplace.write("context.json", #"{"n": 7, "address": "10.1.2.3"}"#)
        let context = PhotoWorld.flags("bob") + ["--context", "context.json"]
        let run = try evaluate(["context"] + context)
        #expect(run.output == "\n{\"address\": \"10.1.2.3\", \"n\": 7}\n")
    }

    @Test("A schema types the context, and the request must conform unless told otherwise")
    func schema() throws {
        try workplace.write(
            "s.cedarschema",
            """
            entity Group; entity User in [Group] { level?: Long, blocked?: Bool }; entity Photo;
            action view appliesTo { principal: User, resource: Photo, context: { a?: ipaddr } };
            action other appliesTo { principal: Photo, resource: Photo };
            """)
        try workplace.write("context.json", #"{"a": "10.1.2.3"}"#)
        let flags = ["--context", "context.json", "--schema", "s.cedarschema"]
        let typed = try evaluate(["context.a.isIpv4()"] + PhotoWorld.flags("bob") + flags)
        #expect(typed.output == "\ntrue\n", "\(typed.errors)")
        let other = PhotoWorld.flags("bob", "other") + ["--schema", "s.cedarschema"]
        #expect(try evaluate(["1"] + other).status == 1)
        #expect(try evaluate(["1"] + other + ["--request-validation", "false"]).status == 0)
        #expect(try evaluate(["1"] + other + ["--schema-format", "json"]).status == 1)
    }

    @Test("--json prints the value as attributes are written")
    func json() throws {
        let run = try evaluate(#"{a: [2, 1, User::"x"], b: ip("::1"), c: "é"}"#, "--json")
        #expect(
            run.output == """
                {"value":{"a":[1,2,{"__entity":{"type":"User","id":"x"}}],"b":{"__extn":\
                {"fn":"ip","arg":"::1"}},"c":"é"}}

                """)
    }
}
