import JSON
import Testing

@testable import Commands

@Suite("writ configuration")
struct ConfigurationCommandTests {
    private let workplace: Workplace

    init() throws {
        workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("writ.yaml", RunningServer.configuration)
    }

    private func run(_ arguments: String...) throws -> WritProgram.Outcome {
        try WritProgram.run(["configuration"] + arguments, in: workplace)
    }

    @Test("What is wrong with keys and values is underlined, all of it, and ends with 1")
    func wrong() throws {
        try workplace.write(
            "bad.yaml",
            "policies: policies\nstore: store\nsocket:\n  path: s\n  thread: 2\nerrors: srict\n")
        let text = try run("check", "bad.yaml")
        #expect(text.status == 1 && text.output.isEmpty)
        #expect(
            text.errors == """
                error: unknown key `socket.thread`
                 --> bad.yaml:5:3
                  |
                5 |   thread: 2
                  |   ^^^^^^
                  = help: did you mean `threads`?

                error: `errors` must be `cedar` or `strict`, not `srict`
                 --> bad.yaml:6:9
                  |
                6 | errors: srict
                  |         ^^^^^
                  = help: did you mean `strict`?


                """)
        let json = try run("check", "bad.yaml", "--json")
        #expect(json.status == 1 && json.output.isEmpty)
        let lines = json.errors.split(separator: "\n")
        try #require(lines.count == 2)
        let tape = try JSONTape(parsing: Array(lines[0].utf8))
        #expect(
            tape.member(tape.root, "message").flatMap { tape.string($0) }
                == "unknown key `socket.thread`")
        #expect(tape.member(tape.root, "filename").flatMap { tape.string($0) } == "bad.yaml")
        let labels = try #require(tape.member(tape.root, "labels"))
        let label = try #require(tape.elements(labels).first { _ in true })
        #expect(tape.member(label, "line").flatMap { tape.integer($0) } == 5)
        #expect(tape.member(label, "column").flatMap { tape.integer($0) } == 3)
    }

    @Test("Files that cannot be read are told at the keys that name them, all of them")
    func missingFiles() throws {
        try workplace.write(
            "bad.yaml",
            "policies: [policies, absent.cedar]\nschema: none.cedarschema\nstore: store\n"
                + "socket: {path: s}\n")
        let outcome = try run("check", "bad.yaml")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains(
                "/absent.cedar`: No such file or directory\n --> bad.yaml:1:22\n"),
            "\(outcome.errors)")
        #expect(
            outcome.errors.contains(
                "/none.cedarschema`: No such file or directory\n --> bad.yaml:2:9\n"),
            "\(outcome.errors)")
    }

    @Test("Policies, routes, trust, certificates and the store are tried, and all failures told")
    func badFiles() throws {
        try workplace.makeFolder("trust")
        try workplace.makeFolder("nothing")
        try workplace.write(
            "trust/ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        try workplace.write("bad.cedar", "permit (principal, action);\n")
        try workplace.write("routes.yaml", "version: 2\nroutes: []\n")
        try workplace.write("cert.pem", "")
        try workplace.write(
            "bad.yaml",
            """
            policies: bad.cedar
            store: nothing
            socket: {path: s}
            identity: {trust: {domains: {bank.example: {bundle: trust}}}}
            tls:
              {listen: '127.0.0.1:0', certificate: cert.pem, key: cert.pem,
               allowed: ['spiffe://bank.example/*']}
            spoe: {socket: p, routes: routes.yaml}

            """)
        let outcome = try run("check", "bad.yaml", "--json")
        #expect(outcome.status == 1 && outcome.output.isEmpty)
        for words in [
            "bad.cedar\",\"labels\":[{\"span\"", "routes.yaml\",\"labels\":[{\"span\"",
            "trust bundle of `bank.example`", "cert.pem", "there is no store here",
        ] { #expect(outcome.errors.contains(words), "\(words) in \(outcome.errors)") }
        for line in outcome.errors.split(separator: "\n") {
            _ = try JSONTape(parsing: Array(line.utf8))
        }
        #expect(!workplace.exists("s") && !workplace.exists("p"))
    }

    @Test("A socket's directory that a start would refuse is told, for every listener")
    func socketDirectories() throws {
        let http = """
            http:
              - {name: checks, family: operations, socket: gone/run/checks.sock}

            """
        try workplace.write(
            "writ.yaml",
            RunningServer.configuration.replacing("run/writ.sock", with: "gone/run/writ.sock")
                + http)
        let check = try run("check")
        #expect(check.status == 1 && check.output.isEmpty)
        let words = "cannot make the socket directory `"
        #expect(check.errors.contains("`socket`: \(words)"), "\(check.errors)")
        #expect(check.errors.contains("the listener `checks`: \(words)"), "\(check.errors)")
        let json = try run("check", "--json")
        #expect(json.status == 1 && json.output.isEmpty)
        #expect(json.errors.split(separator: "\n").count == 2, "\(json.errors)")
        for command in [["--check", "--log", "text"], ["--log", "text"]] {
            let serve = try WritProgram.run(
                ["serve", "--config", "writ.yaml"] + command, in: workplace)
            #expect(serve.status == 1 && serve.errors.contains(words), "\(serve.errors)")
        }
        #expect(!workplace.exists("gone"))
        // The workplace lets its owner alone enter.
        try workplace.write(
            "writ.yaml",
            RunningServer.configuration.replacing(
                "run/writ.sock", with: "run/writ.sock\n  allowedUsers: [4000000000]"))
        let closed = try run("check")
        #expect(closed.status == 1, "\(closed.errors)")
        #expect(closed.errors.contains("nobody but its owner may enter the directory"))
        #expect(!workplace.exists("run"))
    }

    @Test("What is good is told with what it serves, and nothing is left behind")
    func good() throws {
        let text = try run("check")
        #expect(text.status == 0 && text.errors.isEmpty, "\(text.errors)")
        #expect(text.output == "the configuration is good: 2 policies, 0 routes, listeners local\n")
        let json = try run("check", "writ.yaml", "--json")
        #expect(
            json.output
                == #"{"valid":true,"policies":2,"routes":0,"listeners":["local"]}"# + "\n")
        #expect(!workplace.exists("run"))
    }

    @Test("A trust domain that nobody belongs to is warned of")
    func warning() throws {
        try workplace.write(
            "writ.yaml",
            RunningServer.configuration
                + "identity: {trust: {domains: {bank.example: {bundle: absent}}}}\n")
        let text = try run("check")
        #expect(text.status == 0)
        #expect(text.errors.hasPrefix("warning: nobody of the trust domain"), "\(text.errors)")
        let json = try run("check", "--json")
        #expect(json.errors.contains(#""severity":"warning""#), "\(json.errors)")
    }

    @Test("Routes that read bodies are warned of where the gateway shows none")
    func hiddenBodies() throws {
        try workplace.write(
            "routes.yaml",
            """
            version: 1
            routes:
              - {method: POST, path: /payments, action: 'Action::"pay"', name: pays,
                 resource: {type: Account, id: {body: /account}}}
              - {method: GET, path: /payments, action: 'Action::"look"', name: looks,
                 resource: {type: Account, id: all}}

            """)
        let identity = "identity: {trust: {domains: {bank.example: {bundle: absent}}}}\n"
        let words = "these routes read bodies"
        try workplace.write(
            "writ.yaml",
            RunningServer.configuration + identity + "envoy: {socket: e, routes: routes.yaml}\n")
        let shown = try run("check")
        #expect(shown.status == 0 && !shown.errors.contains(words), "\(shown.errors)")
        try workplace.write(
            "writ.yaml",
            RunningServer.configuration + identity + "envoy: {socket: e, routes: routes.yaml}\n"
                + "spoe: {socket: p, routes: routes.yaml}\n")
        let hidden = try run("check")
        #expect(hidden.status == 0 && hidden.errors.contains(words), "\(hidden.errors)")
        #expect(
            hidden.errors.contains("listeners `spoe`, routes `pays`"), "\(hidden.errors)")
    }

    @Test("`writ serve --check` says the same and serves nothing")
    func serveCheck() throws {
        let good = try WritProgram.run(
            ["serve", "--config", "writ.yaml", "--check"], in: workplace)
        #expect(good.status == 0 && good.output.contains("is good"), "\(good.errors)")
        #expect(!workplace.exists("run"))
        try workplace.write("writ.yaml", "policies: policies\n")
        let bad = try WritProgram.run(
            ["serve", "--config", "writ.yaml", "--check", "--log", "text"], in: workplace)
        #expect(bad.status == 1 && bad.output.isEmpty)
        #expect(bad.errors.contains("the key `store` is missing"))
        #expect(bad.errors.contains("the key `socket` is missing"))
    }

    @Test("The example serves as it is, by the commands that it names")
    func exampleServes() throws {
        let empty = try Workplace()
        let made = try WritProgram.run(["new", "--name", "photos"], in: empty)
        try #require(made.status == 0, "\(made.errors)")
        let example = try WritProgram.run(["configuration", "example"], in: empty)
        #expect(example.status == 0 && example.errors.isEmpty)
        let commands = example.output.split(separator: "\n").compactMap { line in
            line.hasPrefix("##   writ ") ? line.dropFirst(10).split(separator: " ") : nil
        }
        #expect(commands.map(\.first) == ["new", "store", "configuration", "serve"])
        let folder = try Workplace()
        for name in ["policy.cedar", "entities.json"] {
            try folder.write(name, empty.text("photos/\(name)"))
        }
        let imported = try WritProgram.run(commands[1].map(String.init), in: folder)
        try #require(imported.status == 0, "\(imported.errors)")
        try folder.write("writ.yaml", example.output)
        let check = try WritProgram.run(["configuration", "check"], in: folder)
        #expect(check.status == 0, "\(check.errors)")
        let server = try RunningServer(folder, configuration: example.output)
        #expect(server.stop() == 0)
    }

    @Test("A key that there is not is answered with one that there is")
    func reference() throws {
        let unknown = try run("reference", "socket.thread")
        #expect(unknown.status == 1 && unknown.output.isEmpty)
        #expect(
            unknown.errors
                == "error: there is no key `socket.thread`\nhelp: did you mean `socket.threads`?\n")
        let known = try run("reference", "socket.threads")
        #expect(known.status == 0)
        #expect(
            known.output == """
                socket.threads
                    Threads that decide.
                    1 to 256. Default: one per core.

                """)
        let all = try run("reference")
        #expect(all.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let schema = try run("reference", "--json")
        _ = try JSONTape(parsing: Array(schema.output.utf8))
        #expect(try run("reference", "socket", "--json").status == 1)
    }

    @Test("A file that is there is not replaced by the example")
    func exampleFile() throws {
        let kept = workplace.text("writ.yaml")
        let refused = try run("example", "--output", "writ.yaml")
        #expect(refused.status == 1 && workplace.text("writ.yaml") == kept)
        #expect(try run("example", "--output", "new.yaml").status == 0)
        #expect(workplace.text("new.yaml").hasPrefix("## The configuration of `writ serve`"))
    }
}
