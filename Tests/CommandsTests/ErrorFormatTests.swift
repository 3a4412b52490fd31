import JSON
import Testing

@testable import Commands

@Suite("--error-format")
struct ErrorFormatTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try workplace.write("bad.cedar", "permit (principal, action);\n")
    }

    private func run(_ arguments: String...) throws -> WritProgram.Outcome {
        try WritProgram.run(arguments, in: workplace)
    }

    @Test("A format that is none is wrong usage")
    func unknown() throws {
        #expect(try run("check-parse", "-p", "bad.cedar", "-f", "loud").status == 2)
        #expect(try run("-f", "loud", "check-parse", "-p", "bad.cedar").status == 2)
        #expect(try run("-f").status == 2)
    }

    @Test("Wrong usage ends with 2 for commands of `cedar`, with 1 for those of the service")
    func usage() throws {
        let commands = [
            "authorize", "evaluate", "validate", "check-parse", "link", "translate-policy",
            "run-tests", "new", "language-version",
        ]
        for command in commands {
            let outcome = try run(command, "--no-such-flag")
            #expect(outcome.status == 2, "\(command)")
            #expect(outcome.output.isEmpty)
            #expect(try run(command, "--help").status == 0)
        }
        #expect(try run("no-such-command").status == 2)
        #expect(try run("query", "--no-such-flag").status == 1)
        #expect(try run("store", "--no-such-flag").status == 1)
    }

    @Test(
        "JSON goes to standard output, one object a message",
        arguments: [
            ["-f", "json", "check-parse", "-p", "bad.cedar"],
            ["check-parse", "-p", "bad.cedar", "-fjson"],
            ["--error-format=json", "check-parse", "-p", "bad.cedar"],
            ["check-parse", "--error-format", "json", "-p", "bad.cedar"],
        ])
    func json(_ arguments: [String]) throws {
        let outcome = try WritProgram.run(arguments, in: workplace)
        #expect(outcome.status == 1)
        #expect(outcome.errors.isEmpty)
        let tape = try JSONTape(parsing: Array(outcome.output.utf8))
        let root = tape.root
        #expect(tape.member(root, "severity").flatMap { tape.string($0) } == "error")
        #expect(tape.member(root, "filename").flatMap { tape.string($0) } == "bad.cedar")
        let labels = tape.elements(try #require(tape.member(root, "labels")))
        let span = tape.member(try #require(Array(labels).first), "span")
        let offset = tape.member(try #require(span), "offset")
        #expect(offset.flatMap { tape.integer($0) } == 25)
    }

    @Test("translate-policy keeps its output for policies")
    func translation() throws {
        let outcome = try run(
            "translate-policy", "--direction", "cedar-to-json", "-p", "bad.cedar", "-f", "json")
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("{\"message\":"))
    }

    @Test("Plain is told in lines without drawing")
    func plain() throws {
        let outcome = try run("check-parse", "-p", "bad.cedar", "-f", "plain")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains(
                "\n  in bad.cedar, line 1, column 26: permit (principal, action);"),
            "\(outcome.errors)")
        #expect(!outcome.errors.contains("^"))
    }

    @Test("A flag before the command is put behind it")
    func arranged() {
        let rows: [(given: [String], arranged: [String])] = [
            ([], []), (["-V"], ["--version"]), (["--help"], ["--help"]), (["-f"], ["-f"]),
            (["new", "-f", "plain"], ["new", "-f", "plain"]),
            (["-f", "plain", "new", "-n", "x"], ["new", "-f", "plain", "-n", "x"]),
            (["-fplain", "new"], ["new", "-fplain"]),
            (["--error-format=plain", "new"], ["new", "--error-format=plain"]),
            (["--error-format", "plain", "new"], ["new", "--error-format", "plain"]),
        ]
        for row in rows { #expect(WritCommand.arranged(row.given) == row.arranged) }
    }
}
