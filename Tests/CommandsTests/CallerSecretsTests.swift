import Glibc
import Testing

@testable import Commands

@Suite("writ serve: keys of callers in a file")
struct CallerSecretsTests {
    /// Made by sha256sum of `one key`, `another key` and `a secret`, without an end of line.
    private static let one = "fbe88405edea99928c0af81f7008272b27899c874f95f476094255e782692ad3"
    private static let another = "2aa50b47c92342ddda1dccb774e50e497d759632db2c3a8b86b31a9d737f8151"
    private static let secret = "984ca5162200734c592148f1820b71057f098573d138666b48663e4e30cd8d3a"

    private static let basic = "Basic ZGVzazphIHNlY3JldA=="
    private static let question =
        #"{"subject":{"type":"User","id":"alice"},"action":{"name":"view"},"resource":{"type":"Photo","id":"beach"}}"#

    private static func configuration(_ callers: String = "secrets: callers.yaml") -> String {
        RunningServer.configuration + """
            reload: signal
            http:
              - {name: api, family: authzen, socket: run/api, callers: {\(callers)}}
              - {name: twin, family: authzen, socket: run/twin, callers: {\(callers)}}
              - {name: figures, family: operations, socket: run/figures}

            """
    }

    private static func server(_ secrets: String) throws -> RunningServer {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("callers.yaml", secrets)
        let server = try RunningServer(workplace, configuration: configuration())
        let answers = eventually { server.log.contains(#""listener":"figures""#) }
        try #require(answers, "\(server.log)")
        return server
    }

    /// A connection that stays, on which one question after the other is asked.
    private struct Asking {
        let connection: LocalConnection

        init(_ server: RunningServer, _ listener: String = "api") throws {
            connection = try LocalConnection(server.workplace.path("run/\(listener)"))
        }

        func status(_ authorization: String?) throws -> Int {
            try connection.send(
                "POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\n"
                    + (authorization.map { "Authorization: \($0)\r\n" } ?? "")
                    + "Content-Type: application/json\r\n"
                    + "Content-Length: \(question.utf8.count)\r\n\r\n\(question)")
            let answer = String(decoding: try connection.read(atMost: 4096), as: UTF8.self)
            return Int(answer.split(separator: " ").dropFirst().first ?? "") ?? 0
        }
    }

    private static func metrics(_ server: RunningServer) throws -> String {
        try HTTPServeTests.ask(server.workplace.path("run/figures"), "GET", "/metrics").text
    }

    /// Whether the last reading failed, and how many did.
    private static func failures(_ server: RunningServer) throws -> (isFailing: Bool, count: Int) {
        let text = try metrics(server)
        let family = #"writ_trust_reloads_total{of="callers",outcome="failed"} "#
        let count = text.split(separator: "\n").first { $0.hasPrefix(family) }
            .flatMap { Int($0.dropFirst(family.count)) }
        return (
            text.contains(#"writ_reload_failing{of="callers"} 1"# + "\n"), try #require(count)
        )
    }

    @Test(
        "A file that cannot be used is told by a check and ends a start",
        arguments: [
            ("", "is empty"), ("# nobody\n", "is empty"), ("{}", "neither `keys` nor `clients`"),
            ("keys: [", "this is no YAML"), ("keys: 5", "`keys` must be a list"),
            ("tokens: []", "unknown key `tokens`"),
            ("keys: [{name: a}]", "`keys.sha256` is missing"),
            ("keys: [{name: a, sha256: secret}]", "64 hexadecimal digits, never the key itself"),
            (
                "keys: [{name: a, sha256: \(one)}, {name: a, sha256: \(another)}]",
                "`a` stands twice"
            ),
            (
                "keys: [{name: a, sha256: \(one)}, {name: b, sha256: \(one)}]",
                "`a` and `b` are the same key"
            ),
            ("keys: [{name: own, sha256: \(one)}]", "`own` stands twice"),
            ("keys: [{name: a, sha256: \(secret)}]", "`own` and `a` are the same key"),
            ("clients: [{id: hers, sha256: \(one)}]", "`hers` stands twice"),
        ])
    func refused(_ secrets: String, _ words: String) throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("callers.yaml", secrets)
        try workplace.write(
            "writ.yaml",
            Self.configuration(
                "keys: [{name: own, sha256: \(Self.secret)}], "
                    + "clients: [{id: hers, sha256: \(Self.secret)}], secrets: callers.yaml"))
        for command in [
            ["configuration", "check"], ["serve", "--config", "writ.yaml", "--log", "text"],
        ] {
            let run = try WritProgram.run(command, in: workplace)
            #expect(run.status == 1)
            #expect(run.errors.contains(words), "\(run.errors)")
            #expect(run.errors.contains("callers.yaml"), "\(run.errors)")
        }
        #expect(!workplace.exists("run/writ.sock"))
    }

    @Test("A file that is not there is told at its key")
    func missing() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("writ.yaml", Self.configuration())
        let run = try WritProgram.run(["configuration", "check"], in: workplace)
        #expect(run.status == 1)
        #expect(run.errors.contains("/callers.yaml`: No such file"), "\(run.errors)")
        #expect(run.errors.contains("writ.yaml:8:"), "\(run.errors)")
    }

    @Test("What is taken away is refused on open connections; what is added is let in")
    func revocation() throws {
        let server = try Self.server(
            "keys: [{name: shop, sha256: \(Self.one)}]\n"
                + "clients: [{id: desk, sha256: \(Self.secret)}]\n")
        let (first, second) = (try Asking(server), try Asking(server, "twin"))
        for value in [nil, "Bearer another key", "Bearer \(Self.one)", "Basic ZGVzazpvbmUga2V5"] {
            #expect(try first.status(value) == 401, "\(value ?? "none")")
        }
        for connection in [first, second] {
            #expect(try connection.status("Bearer one key") == 200)
            #expect(try connection.status(Self.basic) == 200)
        }
        try server.workplace.write(
            "callers.yaml", "keys: [{name: next, sha256: \(Self.another)}]\n")
        #expect(try eventually { try first.status("Bearer one key") == 401 })
        #expect(try second.status("Bearer one key") == 401)
        #expect(try second.status(Self.basic) == 401)
        #expect(try first.status("Bearer another key") == 200)
        // Nobody at all is not everybody.
        try server.workplace.write("callers.yaml", "keys: []\n")
        #expect(try eventually { try first.status("Bearer another key") == 401 })
        #expect(try first.status(nil) == 401)
        #expect(eventually { server.log.contains("CALLERS' KEYS EMPTY") }, "\(server.log)")
        #expect(
            try Self.metrics(server).contains(
                #"writ_trust_reloads_total{of="callers",outcome="published"} 3"# + "\n"))
        #expect(!server.log.contains(Self.one) && !server.log.contains(Self.another))
        #expect(server.stop() == 0)
    }

    @Test("A file that breaks leaves the last good keys in force, and is told until it is mended")
    func broken() throws {
        let good = "keys: [{name: shop, sha256: \(Self.one)}]\n"
        let server = try Self.server(good)
        let connection = try Asking(server)
        #expect(try Self.failures(server) == (false, 0))
        for (index, text) in ["keys: [{name: shop", "", "keys: [{name: shop, sha256: x}]"]
            .enumerated()
        {
            try server.workplace.write("callers.yaml", text)
            #expect(try eventually { try Self.failures(server).count == index + 1 })
            #expect(try Self.failures(server).isFailing)
            #expect(try connection.status("Bearer one key") == 200)
            #expect(try connection.status("Bearer another key") == 401)
        }
        try server.workplace.remove("callers.yaml")
        #expect(try eventually { try Self.failures(server) == (true, 4) })
        #expect(server.log.ranges(of: "CALLERS' KEYS NOT RELOADED").count == 4, "\(server.log)")
        #expect(try connection.status("Bearer one key") == 200)
        // Half a file is not read.
        let path = server.workplace.path("callers.yaml")
        let half = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        try #require(half >= 0)
        let list = Array("keys: []\n".utf8)
        #expect(unsafe write(half, list, list.count) == list.count)
        usleep(300_000)
        #expect(try connection.status("Bearer one key") == 200)
        close(half)
        #expect(try eventually { try connection.status("Bearer one key") == 401 })
        #expect(try eventually { try Self.failures(server) == (false, 4) })
        try server.workplace.write("callers.yaml", good)
        #expect(try eventually { try connection.status("Bearer one key") == 200 })
        #expect(server.stop() == 0)
    }
}
