import Testing

@Suite("writ translate-policy")
struct TranslatePolicyCommandTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func translate(
        _ arguments: [String], input: String = ""
    ) throws -> WritProgram.Outcome {
        try WritProgram.run(
            ["translate-policy"] + arguments, in: workplace, input: Array(input.utf8))
    }

    @Test("What cannot be translated ends with 1 and shows the place")
    func refused() throws {
        let json = try translate(
            ["--direction", "json-to-cedar"], input: #"{"effect":"permit","principal":{}}"#)
        #expect(json.status == 1)
        #expect(json.errors.contains("standard input:1:1"), "\(json.errors)")
        #expect(json.errors.contains("a policy has no `action`"), "\(json.errors)")
        let cedar = try translate(["--direction", "cedar-to-json"], input: "permit(;")
        #expect(cedar.status == 1)
        #expect(cedar.output == "")
        #expect(try translate(["--direction", "json-to-cedar"], input: "{}").status == 1)
        let linked = try translate(
            ["--direction", "json-to-cedar"],
            input: """
                {"templates":{"t":{"effect":"permit","principal":{"op":"==","slot":"?principal"},
                "action":{"op":"All"},"resource":{"op":"All"},"conditions":[]}},
                "staticPolicies":{},"templateLinks":[
                {"templateId":"t","newId":"l","values":{"?principal":{"type":"U","id":"x"}}}]}
                """)
        #expect(linked.status == 1)
        #expect(linked.errors.contains("linked policies"), "\(linked.errors)")
        #expect(try translate(["--direction", "sideways"]).status == 2)
        #expect(try translate([]).status == 2)
    }

    @Test("Both directions, from a file and from standard input")
    func bothDirections() throws {
        try workplace.write(
            "p.cedar", "@id(\"a\") permit(principal, action, resource) when { 1 + 1 == 2 };")
        let json = try translate(["--direction", "cedar-to-json", "-p", "p.cedar"])
        #expect(json.status == 0)
        #expect(
            json.output
                == #"{"templates":{},"staticPolicies":{"a":{"effect":"permit","principal":"#
                + #"{"op":"All"},"action":{"op":"All"},"resource":{"op":"All"},"conditions":"#
                + #"[{"kind":"when","body":{"==":{"left":{"+":{"left":{"Value":1},"right":"#
                + #"{"Value":1}}},"right":{"Value":2}}}}],"annotations":{"id":"a"}}},"#
                + #""templateLinks":[]}"# + "\n")
        let cedar = try translate(["--direction", "json-to-cedar"], input: json.output)
        #expect(cedar.status == 0)
        #expect(
            cedar.output
                == "@id(\"a\")\npermit (principal, action, resource)\nwhen { 1 + 1 == 2 };\n")
    }
}
