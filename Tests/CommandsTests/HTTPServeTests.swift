import Glibc
import JSON
import Testing
import WritClient

@Suite("writ serve: HTTP")
struct HTTPServeTests {
    private static let configuration =
        RunningServer.configuration + """
            http:
              - {name: api, family: authzen, socket: run/api.sock, log: denials}
              - {name: figures, family: operations, socket: run/figures.sock}

            """

    /// The answer to one request, on a connection of its own.
    static func ask(
        _ path: String, _ method: String, _ target: String, _ body: String = ""
    ) throws -> (status: Int, text: String) {
        let connection = try LocalConnection(path)
        try connection.send(
            "\(method) \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        let answer = try connection.readAll()
        let status = Int(answer.split(separator: " ").dropFirst().first ?? "") ?? 0
        return (status, answer)
    }

    private static func question(_ user: String) -> String {
        #"{"subject":{"type":"User","id":"\#(user)"},"action":{"name":"view"},"resource":{"type":"Photo","id":"beach"}}"#
    }

    private static func server(_ arguments: [String] = []) throws -> RunningServer {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        let server = try RunningServer(
            workplace, configuration: configuration, arguments: arguments)
        let answers = eventually { server.log.contains(#""listener":"figures""#) }
        try #require(answers, "\(server.log)")
        return server
    }

    @Test("A listener that cannot be started ends the service, with nothing left behind")
    func cannotStart() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        for (lines, word) in [
            ("{name: a, family: authzen, socket: absent/folder/a.sock}", "cannot listen on `a`"),
            (
                "{name: a, family: authzen, address: '127.0.0.1:0', tls: {certificate: c, key: k}, callers: {keys: [{name: a, sha256: \(String(repeating: "0", count: 64))}]}}",
                "the TLS of `a`"
            ),
            ("{name: a, family: authzen, address: '127.0.0.1:0'}", "--> writ.yaml:7:5"),
        ] {
            try workplace.write(
                "writ.yaml", RunningServer.configuration + "http:\n  - \(lines)\n")
            let run = try WritProgram.run(["serve", "--config", "writ.yaml"], in: workplace)
            #expect(run.status == 1)
            #expect(run.errors.contains(word), "\(run.errors)")
            #expect(!workplace.exists("run/writ.sock"))
        }
    }

    @Test("Decisions over HTTP are those of the local socket, and denials are logged")
    func decisions() throws {
        let server = try Self.server()
        let api = server.workplace.path("run/api.sock")
        for (user, isAllowed) in [("alice", true), ("bob", false), ("mallory", false)] {
            let answer = try Self.ask(api, "POST", "/access/v1/evaluation", Self.question(user))
            #expect(answer.status == 200)
            #expect(answer.text.contains(#"{"decision":\#(isAllowed)"#), "\(answer.text)")
            #expect(
                answer.text.hasSuffix(#""reasons":["Friends see photos."]}}"#) == isAllowed,
                "\(answer.text)")
            #expect(
                try server.ask(#"User::"\#(user)""#, #"Action::"view""#, #"Photo::"beach""#)
                    .isAllowed == isAllowed)
        }
        #expect(try Self.ask(api, "GET", "/metrics").status == 404)
        #expect(server.stop() == 0)
        let lines = server.log.split(separator: "\n")
            .filter { $0.contains(#""event":"request""#) }
        try #require(lines.count == 3, "\(server.log)")
        for (line, user) in zip(lines, ["bob", "mallory"]) {
            let tape = try JSONTape(parsing: Array(line.utf8))
            let list = try #require(tape.member(tape.root, "decisions"))
            let decision = try #require(Array(tape.elements(list)).first)
            let principal = try #require(tape.member(decision, "principal"))
            #expect(tape.string(principal) == #"User::"\#(user)""#)
        }
        #expect(lines[2].contains(#""path":"/metrics","status":404"#))
        #expect(!lines[2].contains("decisionId"), "nothing was decided")
        #expect(lines[1].contains(#""policies":["blocked-never"]"#))
    }

    @Test("Figures tell of the local socket, its rejected inputs and reloads")
    func figures() throws {
        let server = try Self.server()
        let figures = server.workplace.path("run/figures.sock")
        _ = try server.ask(#"User::"alice""#, #"Action::"view""#, #"Photo::"beach""#)
        _ = try server.ask(#"User::"bob""#, #"Action::"view""#, #"Photo::"beach""#)
        _ = try server.ask(
            #"User::"bob""#, #"Action::"view""#, #"Photo::"beach""#, atLeastRevision: 1)
        let hostile = try LocalConnection(server.socket)
        try hostile.send(String(repeating: "\u{1}", count: 64))
        _ = try hostile.readAll()
        let text = try Self.ask(figures, "GET", "/metrics").text
        for line in [
            #"writ_decisions_total{listener="local",outcome="allowed"} 1"#,
            #"writ_decisions_total{listener="local",outcome="denied"} 2"#,
            #"writ_rejected_inputs_total{listener="local",reason="frame"} 1"#,
            #"writ_rejected_inputs_total{listener="api",reason="http"} 0"#,
            #"writ_local_batch_seconds_count{listener="local"} 3"#,
            "writ_store_readable 1", "writ_store_revision 1", "writ_policies 2",
            #"writ_reloads_total{outcome="published"} 0"#, "# TYPE writ_cache_bytes gauge",
        ] {
            #expect(text.contains(line + "\n"), "\(line) is missing in \(text)")
        }
        // A family stands in one piece, with one help and one type.
        for family in ["writ_decisions_total", "writ_rejected_inputs_total"] {
            #expect(text.ranges(of: "# TYPE \(family) ").count == 1)
        }
        #expect(try Self.ask(figures, "POST", "/access/v1/evaluation").status == 404)
        #expect(server.stop() == 0)
    }

    @Test("Without policies the service is alive, not ready, and ready again with them")
    func readiness() throws {
        let server = try Self.server()
        let figures = server.workplace.path("run/figures.sock")
        #expect(try Self.ask(figures, "GET", "/health/ready").status == 200)
        try server.workplace.write("policies/photos.cedar", "// nothing\n")
        server.process.signal(SIGHUP)
        #expect(
            try eventually { try Self.ask(figures, "GET", "/health/ready").status == 503 })
        #expect(try Self.ask(figures, "GET", "/health/live").status == 200)
        try server.workplace.write("policies/photos.cedar", "permit (")
        server.process.signal(SIGHUP)
        #expect(
            try eventually {
                try Self.ask(figures, "GET", "/metrics").text.contains(
                    #"writ_reloads_total{outcome="failed"} 1"#)
            })
        try server.workplace.write("policies/photos.cedar", PhotoWorld.policies)
        server.process.signal(SIGHUP)
        #expect(
            try eventually { try Self.ask(figures, "GET", "/health/ready").status == 200 })
        #expect(server.stop() == 0)
    }

    @Test("With a delay it is not ready any more for a while, and answers as before")
    func drainDelay() throws {
        let server = try Self.server(["--drain-delay", "3"])
        let figures = server.workplace.path("run/figures.sock")
        let kept = try LocalConnection(figures)
        try kept.send("GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try kept.read(until: "ready").contains(" 200 "))
        server.process.signal(SIGTERM)
        #expect(
            try eventually { try Self.ask(figures, "GET", "/health/ready").status == 503 })
        #expect(try Self.ask(figures, "GET", "/health/live").status == 200)
        try kept.send("GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try kept.read(until: "stopping").contains(" 503 "))
        let answer = try Self.ask(
            server.workplace.path("run/api.sock"), "POST", "/access/v1/evaluation",
            Self.question("alice"))
        #expect(answer.status == 200 && answer.text.contains(#"{"decision":true"#))
        #expect(
            try server.ask(#"User::"alice""#, #"Action::"view""#, #"Photo::"beach""#).isAllowed)
        #expect(server.process.isRunning)
        #expect(server.process.waitForEnd(seconds: 10) == 0)
    }

    @Test("An address that is taken is named, and not a function of a library")
    func addressInUse() throws {
        let taken = try TakenPort()
        let first = taken.port
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write(
            "writ.yaml",
            RunningServer.configuration
                + "http:\n  - {name: a, family: operations, address: '127.0.0.1:\(first)'}\n")
        let run = try WritProgram.run(["serve", "--config", "writ.yaml"], in: workplace)
        #expect(run.status == 1)
        #expect(
            run.errors.contains(
                "cannot listen on `a` at 127.0.0.1:\(first): Address already in use"),
            "\(run.errors)")
        #expect(!run.errors.contains("descriptor"))
    }

    @Test(
        "A request for another protocol is answered and ends its connection",
        arguments: [
            "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
            "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\n"
                + "Upgrade: websocket\r\n\r\n",
        ])
    func upgrade(request: String) throws {
        let server = try Self.server()
        let connection = try LocalConnection(server.workplace.path("run/api.sock"))
        try connection.send(request)
        // What would wait for ever otherwise: the parser leaves it to the other protocol.
        try connection.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        let answer = try connection.readAll()
        #expect(answer.contains(" 200 ") && answer.hasSuffix("live"), "\(answer)")
        #expect(answer.lowercased().contains("connection: close"), "\(answer)")
    }

    @Test("A request under way is answered when the service stops; idle connections do not hold it")
    func drain() throws {
        let server = try Self.server()
        let path = server.workplace.path("run/api.sock")
        let body = Self.question("alice")
        let idle = try LocalConnection(path)
        try idle.send("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try idle.read(until: "live").contains(" 200 "))
        let slow = try LocalConnection(path)
        try slow.send(
            "POST /access/v1/evaluation HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body.prefix(10))")
        usleep(200_000)
        server.process.signal(SIGTERM)
        usleep(200_000)
        try slow.send(String(body.dropFirst(10)))
        #expect(try slow.read(until: "}}").contains(#"{"decision":true,"#))
        #expect(server.process.waitForEnd(seconds: 4) == 0)
        #expect(throws: (any Error).self) { try LocalConnection(path) }
    }

    @Test("A socket at which another service answers is refused, and that service goes on")
    func takenSocket() throws {
        let server = try Self.server()
        let api = server.workplace.path("run/api.sock")
        let other = try Workplace()
        try PhotoWorld.write(to: other)
        try other.write(
            "writ.yaml",
            RunningServer.configuration
                + "http:\n  - {name: second, family: authzen, socket: \(api)}\n")
        let run = try WritProgram.run(["serve", "--config", "writ.yaml"], in: other)
        #expect(run.status == 1)
        #expect(
            run.errors.contains(
                "cannot listen on `second`: address in use: another server answers at `\(api)`"),
            "\(run.errors)")
        #expect(!other.exists("run/writ.sock"))
        #expect(
            try Self.ask(api, "POST", "/access/v1/evaluation", Self.question("alice")).status == 200
        )
        #expect(server.stop() == 0)
        #expect(!server.workplace.exists("run/api.sock"))
        #expect(!server.workplace.exists("run/api.sock.lock"))
        // One listener's socket is not another's, nor that of the frames.
        for socket in ["run/writ.sock", "run/one.sock"] {
            try other.write(
                "writ.yaml",
                RunningServer.configuration
                    + "http:\n  - {name: first, family: authzen, socket: run/one.sock}\n"
                    + "  - {name: second, family: operations, socket: \(socket)}\n")
            let run = try WritProgram.run(["serve", "--config", "writ.yaml"], in: other)
            #expect(run.status == 1)
            #expect(!other.exists("run/one.sock"))
        }
    }

    @Test("A socket that a service left is replaced, and a file that is none stays")
    func staleSocket() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write(
            "writ.yaml",
            RunningServer.configuration
                + "http:\n  - {name: api, family: authzen, socket: run/api}\n")
        try workplace.makeFolder("run")
        _ = unsafe chmod(workplace.path("run"), 0o700)
        try workplace.write("run/api", "notes")
        let run = try WritProgram.run(["serve", "--config", "writ.yaml"], in: workplace)
        #expect(run.status == 1)
        #expect(run.errors.contains("exists and is not a socket"), "\(run.errors)")
        #expect(workplace.text("run/api") == "notes")
        try workplace.remove("run/api")

        let first = try RunningServer(workplace, configuration: workplace.text("writ.yaml"))
        #expect(eventually { first.log.contains(#""listener":"api""#) })
        first.process.signal(SIGKILL)
        #expect(first.process.waitForEnd(seconds: 10) != 0)
        #expect(workplace.exists("run/api"))
        let second = try RunningServer(workplace, configuration: workplace.text("writ.yaml"))
        #expect(eventually { second.log.contains(#""listener":"api""#) })
        #expect(
            try Self.ask(
                workplace.path("run/api"), "POST", "/access/v1/evaluation", Self.question("alice")
            ).status == 200)
        #expect(second.stop() == 0)
    }

    @Test("Connections beyond the bound wait to be taken, many at once")
    func waitingConnections() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        let server = try RunningServer(
            workplace,
            configuration: RunningServer.configuration + """
                http:
                  - {name: api, family: authzen, socket: run/api, maximumConnections: 1}

                """)
        #expect(eventually { server.log.contains(#""listener":"api""#) })
        let api = workplace.path("run/api")
        #expect(LocalConnection.connections(api, of: 400) == 400)
        #expect(
            try Self.ask(api, "POST", "/access/v1/evaluation", Self.question("alice")).status == 200
        )
        #expect(server.stop() == 0)
    }

    @Test("The certificate of an HTTPS listener follows its files; a bad one is told")
    func certificates() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.makeFolder("tls")
        try TLSWorld.use("listener", in: workplace)
        let server = try RunningServer(
            workplace,
            configuration: RunningServer.configuration + """
                http:
                  - name: api
                    family: authzen
                    address: 127.0.0.1:0
                    tls: {certificate: tls/server.pem, key: tls/server.key}
                    callers: {keys: [{name: a, sha256: \(String(repeating: "0", count: 64))}]}
                  - {name: figures, family: operations, socket: run/figures.sock}

                """)
        #expect(eventually { server.log.contains(#""listener":"figures""#) })
        /// Whether the figures say so, and nothing of listeners without a certificate.
        func holds(published: Int, failed: Int, isFailing: Bool) throws -> Bool {
            let text = try Self.ask(workplace.path("run/figures.sock"), "GET", "/metrics").text
            let family = "writ_certificate_reloads_total{"
            return text.contains("\(family)listener=\"api\",outcome=\"published\"} \(published)\n")
                && text.contains("\(family)listener=\"api\",outcome=\"failed\"} \(failed)\n")
                && text.contains(
                    "writ_reload_failing{of=\"certificate\",listener=\"api\"} \(isFailing ? 1 : 0)\n"
                )
                && text.ranges(of: "\n" + family).count == 2
        }
        #expect(try holds(published: 0, failed: 0, isFailing: false))
        try TLSWorld.use("listener_next", in: workplace)
        #expect(eventually { server.log.contains("TLS certificate reloaded") }, "\(server.log)")
        try workplace.write("tls/server.key", "no key")
        #expect(
            eventually { server.log.contains("TLS CERTIFICATE NOT RELOADED") }, "\(server.log)")
        #expect(try holds(published: 1, failed: 1, isFailing: true))
        try TLSWorld.use("listener", in: workplace)
        #expect(
            eventually { server.log.ranges(of: "TLS certificate reloaded").count == 2 },
            "\(server.log)")
        #expect(try holds(published: 2, failed: 1, isFailing: false))
        #expect(server.stop() == 0)
    }
}

/// A port on which somebody listens.
private final class TakenPort {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let made = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, size) == 0 && listen(descriptor, 1) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try #require(made)
    }

    deinit { close(descriptor) }
}
