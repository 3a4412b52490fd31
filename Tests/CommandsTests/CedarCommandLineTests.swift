import Foundation
import Testing

@Suite("The command line of `cedar`")
struct CedarCommandLineTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private func run(_ program: String) throws -> (status: Int32?, output: String) {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
        let script = tests.appendingPathComponent("CommandLine/commands.sh").path
        let child = try ChildProcess(
            "/bin/sh", [script, URL(fileURLWithPath: program).path], directory: workplace.path,
            output: workplace.path("out"), errors: workplace.path("err"))
        let status = child.waitForEnd(seconds: 300)
        return (status, workplace.text("out") + workplace.text("err"))
    }

    @Test("A program that does nothing fails the script")
    func nothing() throws {
        let outcome = try run("/bin/true")
        #expect(outcome.status == 1)
        #expect(outcome.output.contains("FAILED: authorize"))
    }

    @Test("Scripts for `cedar` go on with `writ`: Tests/CommandLine/commands.sh")
    func commands() throws {
        let outcome = try run(WritProgram.path)
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.hasSuffix(" passed, 0 failed\n"), "\(outcome.output)")
    }
}
