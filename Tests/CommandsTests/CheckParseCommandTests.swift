import Testing

@Suite("writ check-parse")
struct CheckParseCommandTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func check(_ arguments: [String], input: String = "") throws -> WritProgram.Outcome {
        try WritProgram.run(["check-parse"] + arguments, in: workplace, input: Array(input.utf8))
    }

    @Test("What does not parse ends with 1 and shows the place")
    func refused() throws {
        try workplace.write("bad.cedar", "permit (principal, action);\n")
        let file = try check(["--policies", "bad.cedar"])
        #expect(file.status == 1)
        #expect(file.errors.contains("bad.cedar:1:26"), "\(file.errors)")
        #expect(file.errors.contains("^"))
        let input = try check([], input: "permit (")
        #expect(input.status == 1)
        #expect(input.errors.contains("standard input:1:9"), "\(input.errors)")
        try workplace.write("bad.json", "[{]")
        #expect(try check(["--entities", "bad.json"]).status == 1)
        #expect(try check(["--policies", "none.cedar"]).status == 1)
        #expect(try check(["--expression", "1 +"]).status == 1)
    }

    @Test("Bytes that are no UTF-8 and a deep nest get a message")
    func hostile() throws {
        try workplace.write("latin.cedar", Array("// ".utf8) + [0xE9, 0x0A])
        let latin = try check(["--policies", "latin.cedar"])
        #expect(latin.status == 1)
        #expect(latin.errors.contains("latin.cedar:1:4"), "\(latin.errors)")
        let depth = 100_000
        let nest =
            "permit (principal, action, resource) when { " + String(repeating: "(", count: depth)
            + "true" + String(repeating: ")", count: depth) + " };"
        let deep = try check([], input: nest)
        #expect(deep.status == 1)
        #expect(deep.errors.contains("error: "))
    }

    @Test("What parses ends with 0 and says nothing")
    func accepted() throws {
        try workplace.write("p.cedar", PhotoWorld.policies)
        try workplace.write("e.json", PhotoWorld.entities)
        let runs = [
            try check(["--policies", "p.cedar"]), try check(["--entities", "e.json"]),
            try check(["--policies", "p.cedar", "--entities", "e.json"]),
            try check([], input: PhotoWorld.policies), try check([], input: ""),
            try check(["--expression", "1 + 1"]),
        ]
        for run in runs {
            #expect(run.status == 0)
            #expect(run.output + run.errors == "")
        }
    }
}
