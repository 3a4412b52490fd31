import Testing

@Suite("writ demo and writ conformance")
struct TrustCommandTests {
    @Test("A small demo agrees with every expectation and leaves nothing behind")
    func demo() throws {
        let workplace = try Workplace()
        let run = try WritProgram.run(
            ["demo", "--entities", "100", "--requests", "1000"], in: workplace, seconds: 60)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("decisions as expected"))
        #expect(!run.output.contains("✗"))
        #expect(!run.output.contains("\u{1B}"), "no colour where there is no terminal")
    }

    @Test(
        "The demo refuses counts out of range",
        arguments: [["--entities", "99"], ["--requests", "999"], ["--entities", "100000001"]])
    func demoLimits(_ arguments: [String]) throws {
        let run = try WritProgram.run(["demo"] + arguments, in: Workplace())
        #expect(run.status == 1)
        #expect(run.errors.contains("must be from"))
    }

    @Test("Conformance counts what agrees and prints what does not")
    func conformance() throws {
        let workplace = try Workplace()
        let allow = """
            {"id": "%", "policies": "permit(principal, action, resource);", "entities": [],
             "requests": [{"principal": "U::\\"a\\"", "action": "A::\\"b\\"",
             "resource": "R::\\"c\\"", "context": {}, "decision": "#", "reason": ["policy0"],
             "errors": []}]}
            """.replacing("\n", with: "")
        func line(_ id: String, _ decision: String) -> String {
            allow.replacing("%", with: id).replacing("#", with: decision) + "\n"
        }
        try workplace.write("good.jsonl", line("one", "allow") + line("two", "allow"))
        let good = try WritProgram.run(["conformance", "good.jsonl"], in: workplace)
        #expect(good.status == 0, "\(good.output) \(good.errors)")
        #expect(good.output.contains("2 passed, 0 failed"), "\(good.output)")
        try workplace.write("bad.jsonl", line("one", "allow") + line("two", "deny"))
        let bad = try WritProgram.run(["conformance", "bad.jsonl"], in: workplace)
        #expect(bad.status == 1)
        #expect(bad.output.contains("1 passed, 1 failed"), "\(bad.output)")
        #expect(bad.output.contains("two"))
        #expect(try WritProgram.run(["conformance", "none"], in: workplace).status == 1)
    }
}
