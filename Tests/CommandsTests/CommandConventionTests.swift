import ArgumentParser
import Glibc
import JSON
import Testing

@testable import Commands

/// What all commands have in common.
@Suite("Every command")
struct CommandConventionTests {
    /// Every command with its name, groups and the command as a whole included.
    static let commands: [(name: [String], type: any ParsableCommand.Type)] = {
        var found: [(name: [String], type: any ParsableCommand.Type)] = []
        var open: [(name: [String], type: any ParsableCommand.Type)] = [([], WritCommand.self)]
        while let next = open.popLast() {
            found.append(next)
            let configuration = next.type.configuration
            let below =
                configuration.subcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
            for type in below where !open.contains(where: { $0.type == type }) {
                open.append((next.name + [type.configuration.commandName ?? ""], type))
            }
        }
        return found
    }()

    private static func hasJSON(_ type: any ParsableCommand.Type) -> Bool {
        type.helpMessage(columns: 200).contains("  --json ")
            && type.configuration.subcommands.isEmpty
            && type.configuration.groupedSubcommands.isEmpty
    }

    /// Arguments with which each command that has `--json` fails, by its name.
    static let failing: [String: [String]] = [
        "authorize": ["-p", "absent", "--entities", "absent", "--request-json", "absent"],
        "evaluate": ["1 +"],
        "validate": ["-p", "absent", "-s", "absent"],
        "check-parse": ["-p", "absent"],
        "compile": ["-p", "absent"],
        "link": [
            "-p", "absent", "--template-id", "t", "--new-id", "n", "--arguments",
            "{\"?principal\": \"User::\\\"a\\\"\"}",
        ],
        "format": ["--check", "absent"],
        "test": ["absent"],
        "run-tests": ["-p", "absent", "--tests", "absent"],
        "translate-policy": ["--direction", "cedar-to-json", "-p", "absent"],
        "new": ["--name", "folder"],
        "language-version": ["--no-such-option"],
        "configuration reference": ["socket"],
        "configuration check": ["bad.yaml"],
        "query": ["--socket", "absent", "--request-json", "absent"],
        "store import": ["--store", "store", "absent"],
        "store put": ["--store", "absent", "--stream"],
        "store patch": ["--store", "absent", "--stream"],
        "store delete": ["--store", "absent", "--stream"],
        "store stat": ["--store", "absent"],
        "store check": ["--store", "absent"],
        "store get": ["--store", "absent", "User::\"alice\""],
        "store export": ["--store", "absent"],
        "routes explain": ["GET", "/", "--routes", "bad.yaml"],
        "routes check": ["bad.yaml"],
        "routes import": ["bad.yaml"],
        "identity inspect": ["--config", "bad.yaml", "--token", "absent"],
        "posture ingest": ["--store", "absent", "--format", "generic", "absent"],
        "posture report": ["--store", "absent"],
        "quarantine list": ["--store", "absent"],
    ]

    /// Commands whose result says what is wrong, on standard output.
    private static let failuresAreResults: Set<String> = ["check-parse", "format"]

    @Test("Help says what the command is for, with examples and exit codes, in 80 columns")
    func help() {
        #expect(Self.commands.count > 40)
        for (name, type) in Self.commands {
            let configuration = type.configuration
            let text = configuration.discussion
            #expect(!configuration.abstract.isEmpty, "\(name)")
            #expect(text.contains("Example:\n") || text.contains("Examples:\n"), "\(name)")
            #expect(text.contains("Exit codes:") || text.contains("Exit code "), "\(name)")
            // A terminal of 80 columns shows 79; a line that is far longer is a paragraph to be wrapped.
            for line in text.split(separator: "\n") {
                let isParagraph = line.count > 100 && !line.hasPrefix(" ")
                #expect(line.count <= 79 || isParagraph, "\(name): \(line)")
            }
        }
    }

    @Test("With --json a failure is JSON on standard error, in one form, and no output")
    func failures() throws {
        let workplace = try Workplace()
        try workplace.makeFolder("folder")
        try workplace.write("bad.yaml", "version: 2\nroutes: 1\n")
        let names = Self.commands.filter { Self.hasJSON($0.type) }.map {
            $0.name.joined(separator: " ")
        }
        #expect(Set(names) == Set(Self.failing.keys))
        for (name, type) in Self.commands where Self.hasJSON(type) {
            #expect(type is any JSONPrinting.Type, "\(name)")
            let title = name.joined(separator: " ")
            let arguments = name + (Self.failing[title] ?? []) + ["--json"]
            let outcome = try WritProgram.run(arguments, in: workplace)
            #expect(outcome.status == 1 || outcome.status == 2, "\(title)")
            guard title != "check-parse" else {
                #expect(outcome.output.hasPrefix(#"{"parses":false,"errors":[{"message":"#))
                continue
            }
            #expect(Self.failuresAreResults.contains(title) || outcome.output.isEmpty, "\(title)")
            try expectReports(outcome.errors, title)
        }
    }

    @Test("With --json wrong usage is JSON as well, and ends with the code of wrong usage")
    func usage() throws {
        let workplace = try Workplace()
        let services = [
            "configuration", "query", "store", "routes", "identity", "posture", "quarantine",
        ]
        for (name, type) in Self.commands where Self.hasJSON(type) {
            let title = name.joined(separator: " ")
            // All that must be given is: else that is what is told.
            let isReference = title == "configuration reference"
            let given = name + (isReference ? [] : Self.failing[title] ?? [])
            let outcome = try WritProgram.run(given + ["--json", "--no-such"], in: workplace)
            #expect(outcome.status == (services.contains(name[0]) ? 1 : 2), "\(title)")
            #expect(outcome.output.isEmpty, "\(title)")
            try expectReports(outcome.errors, title)
            #expect(outcome.errors.contains("--no-such"), "\(title): \(outcome.errors)")
            #expect(outcome.errors.contains("See 'writ \(title) --help'"), "\(outcome.errors)")
            let text = try WritProgram.run(given + ["--no-such"], in: workplace)
            #expect(text.errors.hasPrefix("error: "), "\(title): \(text.errors)")
        }
    }

    /// Expects one message or more, each an object on a line.
    private func expectReports(_ text: String, _ title: String) throws {
        #expect(text.hasSuffix("\n"), "\(title): \(text)")
        for line in text.split(separator: "\n") {
            let tape: JSONTape
            do {
                tape = try JSONTape(parsing: Array(line.utf8))
            } catch {
                Issue.record("\(title) wrote `\(line)`")
                continue
            }
            let message = tape.member(tape.root, "message").flatMap { tape.string($0) }
            #expect(message?.isEmpty == false, "\(title): \(line)")
            let severity = tape.member(tape.root, "severity").flatMap { tape.string($0) }
            #expect(severity == "error", "\(title): \(line)")
            for name in ["causes", "filename", "labels", "related"] {
                #expect(line.contains("\"\(name)\":"), "\(title): \(line)")
            }
        }
    }

    @Test("`-f` goes before --json, as it says the form by itself")
    func errorFormat() throws {
        let workplace = try Workplace()
        let plain = try WritProgram.run(
            ["compile", "-p", "absent", "--json", "-f", "plain"], in: workplace)
        #expect(plain.errors.hasPrefix("error: cannot read `absent`"))
        let output = try WritProgram.run(
            ["compile", "-p", "absent", "--json", "-f", "json"], in: workplace)
        #expect(output.errors.isEmpty && output.output.hasPrefix("{\"message\":"))
    }

    @Test("A file that cannot be read is named, with what to do")
    func files() throws {
        let workplace = try Workplace()
        try workplace.makeFolder("folder")
        try workplace.write("routes.yaml", "")
        try workplace.write("empty.json", "")
        try workplace.write("secret.yaml", "")
        unsafe chmod(workplace.path("secret.yaml"), 0)
        for (arguments, message) in [
            (
                ["routes", "check", "route.yaml"],
                "error: cannot read `route.yaml`: No such file or directory\n"
                    + "help: did you mean `routes.yaml`?\n"
            ),
            (
                ["routes", "check", "none/routes.yaml"],
                "error: cannot read `none/routes.yaml`: No such file or directory\n"
                    + "help: there is no folder `none`\n"
            ),
            (
                ["routes", "check", "folder"],
                "error: cannot read `folder`: Is a directory\nhelp: name a file in it\n"
            ),
            (
                ["routes", "check"],
                "error: `routes.yaml` is empty\nhelp: it must hold a YAML or JSON document\n"
            ),
            (
                ["evaluate", "1", "--entities", "empty.json"],
                "error: the text ends where a value should be\n --> empty.json:1:1\n  |\n1 | \n  | ^\n"
                    + "  = help: `empty.json` is empty: it must hold JSON\n\n"
            ),
            (["format", "--check", "folder"], "error: there is no `.cedar` file in `folder`\n"),
            (
                ["conformance", "empty.json"],
                "error: there is no case in `empty.json`\n"
                    + "help: one is a line of JSON; see --kind for the kinds\n"
            ),
        ] as [([String], String)] {
            let outcome = try WritProgram.run(arguments, in: workplace)
            #expect(outcome.status == 1, "\(arguments)")
            #expect(outcome.errors == message)
        }
        // Nothing is kept from the superuser.
        guard geteuid() != 0 else { return }
        let secret = try WritProgram.run(["routes", "check", "secret.yaml"], in: workplace)
        #expect(secret.errors.contains("may not read it"), "\(secret.errors)")
    }
}
