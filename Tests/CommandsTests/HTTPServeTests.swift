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
            ("{name: a, family: authzen, address: '127.0.0.1:0'}", "writ.yaml:7:5: the listener"),
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
            #expect(answer.text.hasSuffix(#"{"decision":\#(isAllowed)}"#), "\(answer.text)")
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
        #expect(answer.status == 200 && answer.text.hasSuffix(#"{"decision":true}"#))
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
        #expect(try slow.read(until: "}").hasSuffix(#"{"decision":true}"#))
        #expect(server.process.waitForEnd(seconds: 4) == 0)
        #expect(throws: (any Error).self) { try LocalConnection(path) }
    }
}

/// A connection to a local socket on which anything can be sent.
final class LocalConnection {
    private let descriptor: Int32

    struct Failed: Error {}

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array(path.utf8))
        }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            throw Failed()
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        let sent = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        guard sent == bytes.count else { throw Failed() }
    }

    /// Reads until the other end closes.
    func readAll() throws -> String { try read(until: nil) }

    /// Reads until the text ends so.
    func read(until end: String?) throws -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw Failed() }
            if count == 0 { return text }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            if let end, text.hasSuffix(end) { return text }
        }
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
