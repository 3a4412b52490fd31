import Testing

@Suite("writ translate-schema")
struct TranslateSchemaCommandTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func translate(
        _ arguments: [String], input: String = ""
    ) throws -> WritProgram.Outcome {
        try WritProgram.run(
            ["translate-schema"] + arguments, in: workplace, input: Array(input.utf8))
    }

    @Test("What cannot be translated ends with 1 and shows the place")
    func refused() throws {
        let text = try translate(["--direction", "cedar-to-json"], input: "entity A\n  extra;")
        #expect(text.status == 1 && text.output == "")
        #expect(text.errors.contains("standard input:2:3"), "\(text.errors)")
        let twice = try translate(["--direction", "cedar-to-json"], input: "entity A;\nentity A;")
        #expect(twice.status == 1)
        #expect(twice.errors.contains("entity type `A` is declared twice"), "\(twice.errors)")
        #expect(twice.errors.contains("standard input:2:8"), "\(twice.errors)")
        let json = try translate(["--direction", "json-to-cedar"], input: "{\"\": 1}")
        #expect(json.status == 1 && json.errors.contains("standard input:1:6"), "\(json.errors)")
        let shape = try translate(
            ["--direction", "json-to-cedar"],
            input: #"{"":{"entityTypes":{"A":{"shape":{"type":"T"}}},"actions":{}}}"#)
        #expect(shape.status == 1 && shape.output == "")
        #expect(shape.errors.contains("the shape of `A` is not a record"), "\(shape.errors)")
        // Each direction reads only its own syntax.
        #expect(try translate(["--direction", "json-to-cedar"], input: "entity A;").status == 1)
        #expect(try translate(["--direction", "cedar-to-json"], input: "{}").status == 1)
        #expect(try translate(["--direction", "cedar-to-json", "-s", "none"]).status == 1)
        #expect(try translate(["--direction", "sideways"]).status != 0)
        #expect(try translate([]).status != 0)
    }

    @Test("Both directions, from a file and from standard input")
    func bothDirections() throws {
        // Types that are not declared are no hindrance: this may be a part of a schema.
        try workplace.write("s.cedarschema", "entity B, A in [Group] { ip?: ipaddr };")
        let json = try translate(["--direction", "cedar-to-json", "-s", "s.cedarschema"])
        #expect(json.status == 0 && json.errors == "")
        let body =
            #"{"memberOfTypes":["Group"],"shape":{"type":"Record","attributes":{"ip":"#
            + #"{"type":"EntityOrCommon","name":"ipaddr","required":false}}}}"#
        #expect(
            json.output == #"{"":{"entityTypes":{"A":\#(body),"B":\#(body)},"actions":{}}}"# + "\n")
        let cedar = try translate(["--direction", "json-to-cedar"], input: json.output)
        #expect(cedar.status == 0)
        #expect(
            cedar.output
                == "entity A in [Group] = {\n  ip?: ipaddr\n};\n\n"
                + "entity B in [Group] = {\n  ip?: ipaddr\n};\n\n")
    }

    @Test("Hidden types are warned of, and translated")
    func warning() throws {
        let outcome = try translate(
            ["--direction", "cedar-to-json", "--schema", "-"], input: "type ipaddr = Long;")
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("warning: `ipaddr` hides"), "\(outcome.errors)")
        #expect(outcome.output.hasPrefix(#"{"":{"commonTypes":{"ipaddr":{"#))
    }
}
