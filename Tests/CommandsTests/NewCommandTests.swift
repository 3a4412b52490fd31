import Testing

@Suite("writ new")
struct NewCommandTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func run(_ arguments: String...) throws -> WritProgram.Outcome {
        try WritProgram.run(arguments, in: workplace)
    }

    @Test("A folder that is there, or cannot be made, is left alone")
    func refused() throws {
        try workplace.makeFolder("there")
        try workplace.write("there/policy.cedar", "mine")
        let there = try run("new", "--name", "there")
        #expect(there.status == 1)
        #expect(there.errors.contains("cannot make the folder `there`: File exists"))
        #expect(workplace.text("there/policy.cedar") == "mine")
        #expect(!workplace.exists("there/tests.json"))
        #expect(try run("new", "--name", "no/such/folder").status == 1)
        #expect(try run("new").status == 2)
    }

    @Test("What is made is valid and its tests pass")
    func made() throws {
        let outcome = try run("new", "-n", "photos")
        #expect(outcome.status == 0)
        #expect(outcome.output + outcome.errors == "")
        let schema = ["-s", "photos/schema.cedarschema.json", "--schema-format", "json"]
        let validated = try WritProgram.run(
            ["validate", "-p", "photos/policy.cedar", "--deny-warnings"] + schema, in: workplace)
        #expect(validated.status == 0, "\(validated.errors)")
        let tested = try WritProgram.run(
            ["run-tests", "-p", "photos/policy.cedar", "--tests", "photos/tests.json"] + schema,
            in: workplace)
        #expect(tested.status == 0, "\(tested.output)")
        #expect(tested.output.hasSuffix("results: 4 passed, 0 failed\n"))
    }

    @Test("--json lists what was made")
    func json() throws {
        let outcome = try run("new", "--name", "x", "--json")
        #expect(
            outcome.output
                == #"{"files":["x/policy.cedar","x/schema.cedarschema.json","x/entities.json","#
                + #""x/tests.json"]}"# + "\n")
    }
}
