import Foundation
import Glibc
import JSON
import SPOPTestSupport
import Testing
import WritClient

@Suite("writ serve: the log")
struct ServiceLogTests {
    /// The members of each line that are text; fails on a line that is no JSON.
    private func entries(_ log: String) throws -> [[String: String]] {
        try log.split(separator: "\n").map { line in
            let tape = try JSONTape(parsing: Array(line.utf8))
            var entry: [String: String] = [:]
            let names: [StaticString] = ["time", "event", "level", "message", "error"]
            for name in names {
                if let member = tape.member(tape.root, name) {
                    entry["\(name)"] = tape.string(member)
                }
            }
            return entry
        }
    }

    @Test("Every line is one JSON object, an error of several lines too")
    func lines() throws {
        let server = try RunningServer()
        try server.workplace.write("policies/bad.cedar", "permit (\n")
        server.process.signal(SIGHUP)
        #expect(eventually { server.log.contains("POLICIES NOT RELOADED") })
        #expect(server.stop() == 0)
        let entries = try entries(server.log)
        #expect(entries.allSatisfy { $0["event"] == "service" && $0["time"] != nil })
        let failed = try #require(entries.first { $0["message"]?.hasPrefix("POLICIES") == true })
        #expect(failed["level"] == "error")
        #expect(failed["message"] == "POLICIES NOT RELOADED: the last good set stays in force")
        #expect(failed["error"]?.contains("\n") == true, "\(failed)")
        #expect(entries.last?["message"] == "stopped")
    }

    @Test("A start that fails is a line as well")
    func start() throws {
        let workplace = try Workplace()
        try workplace.write("writ.yaml", "policies: [\n")
        let run = try WritProgram.run(["serve", "--config", "writ.yaml"], in: workplace)
        #expect(run.status == 1)
        let entry = try #require(try entries(run.errors).first)
        #expect(entry["message"] == "NOT STARTED" && entry["level"] == "critical")
        #expect(entry["error"]?.contains("error: this is no YAML") == true)
        let text = try WritProgram.run(
            ["serve", "--config", "writ.yaml", "--log", "text"], in: workplace)
        #expect(text.status == 1 && text.errors.hasPrefix("error: "), "\(text.errors)")
    }

    @Test("`--log text` is text")
    func text() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        let server = try RunningServer(workplace, arguments: ["--log", "text"])
        #expect(server.log.contains("policies=1") || server.log.contains("policies=2"))
        #expect(!server.log.contains("{\""))
        #expect(server.stop() == 0)
    }

    @Test(
        "A log that nobody reads holds up neither reloading nor the end",
        arguments: ["json", "text"])
    func unreadLog(_ format: String) throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("writ.yaml", RunningServer.configuration)
        let log = workplace.path("log")
        try #require(unsafe mkfifo(log, 0o600) == 0)
        // Open at both ends, so that nobody waits for the other one.
        let descriptor = unsafe open(log, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        defer { close(descriptor) }
        let process = try ChildProcess(
            WritProgram.path, ["serve", "--config", "writ.yaml", "--log", format],
            directory: workplace.path, output: workplace.path("serve.out"), errors: log)
        func isAllowed() throws -> Bool {
            var connection = try Connection(path: workplace.path("run/writ.sock"))
            return try connection.decide(PhotoWorld.question(#"User::"bob""#)).isAllowed
        }
        #expect(eventually { (try? isAllowed()) == false })
        let noise = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
        while unsafe write(descriptor, noise, noise.count) > 0 {}
        for _ in 0..<3 {
            try workplace.write(
                "policies/open.cedar", "@id(\"open\") permit (principal, action, resource);\n")
            #expect(try eventually { try isAllowed() })
            try workplace.remove("policies/open.cedar")
            #expect(try eventually { try !isAllowed() })
        }
        process.signal(SIGTERM)
        #expect(process.waitForEnd(seconds: 15) == 0)
    }

    // MARK: Gateways

    private static let listeners = """
        http:
          - name: edge
            family: forward-auth
            socket: run/edge.sock
            forwardAuth: {gateway: haproxy, routes: routes.yaml, certificate: none, tokens: false}
          - {name: figures, family: operations, socket: run/figures.sock}

        """

    private static let routes = """
        version: 1
        routes:
          - method: GET
            path: /photos/{photo}
            action: 'Action::"view"'
            resource: {type: Photo, id: '{photo}'}

        """

    private func ask(_ server: RunningServer, _ fields: String) throws -> String {
        let connection = try LocalConnection(server.workplace.path("run/edge.sock"))
        try connection.send(
            "GET /forward-auth HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(fields)\r\n")
        return try connection.readAll()
    }

    @Test(
        "A gateway's line says who asked for what, and why it was refused",
        .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
    func forwardAuth() throws {
        let workplace = try TrustWorld.make()
        try workplace.write("routes.yaml", Self.routes)
        let server = try RunningServer(
            workplace, configuration: TrustWorld.configuration() + Self.listeners)
        #expect(eventually { server.log.contains(#""listener":"figures""#) }, "\(server.log)")
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let refused = try ask(
            server,
            """
            X-Forwarded-Method: GET\r
            X-Forwarded-Proto: https\r
            X-Forwarded-Host: photos.example\r
            X-Forwarded-Uri: /photos/beach?key=secret\r
            X-Forwarded-For: 192.0.2.1\r
            traceparent: 00-\(trace)-00f067aa0ba902b7-01\r

            """)
        #expect(refused.hasPrefix("HTTP/1.1 401"), "\(refused)")
        let odd = try ask(
            server,
            """
            X-Forwarded-Method: GET\r
            X-Forwarded-Proto: https\r
            X-Forwarded-Host: photos.example\r
            X-Forwarded-Uri: /photos/%2e%2e/admin\r
            X-Forwarded-For: 192.0.2.1\r

            """)
        #expect(odd.hasPrefix("HTTP/1.1 403"), "\(odd)")
        let metrics = try HTTPServeTests.ask(
            workplace.path("run/figures.sock"), "GET", "/metrics"
        ).text
        #expect(server.stop() == 0)
        let lines = server.log.split(separator: "\n").filter {
            $0.contains(#""listener":"edge","m"#)
        }
        try #require(lines.count == 2, "\(server.log)")
        for part in [
            #""request":{"method":"GET","host":"photos.example","path":"/photos/beach"}"#,
            #""traceId":"\#(trace)""#, #""decisionId":""#, #""cause":"identityRejected""#,
            #""detail":"principal_missing""#, #""action":"Action::\"view\"""#,
            #""resource":"Photo::\"beach\"""#,
        ] {
            #expect(lines[0].contains(part), "\(part) is missing in \(lines[0])")
        }
        #expect(!server.log.contains("secret"))
        for part in [
            #""path":"/photos/%2e%2e/admin""#, #""cause":"malformedRequest""#,
            #""detail":"dot-segment""#,
        ] {
            #expect(lines[1].contains(part), "\(part) is missing in \(lines[1])")
        }
        for line in [
            #"writ_decisions_total{listener="edge",outcome="refused"} 2"#,
            #"writ_refusals_total{listener="edge",cause="identityRejected"} 1"#,
            #"writ_refusals_total{listener="edge",cause="malformedRequest"} 1"#,
            #"writ_gateway_decision_seconds_count{listener="edge"} 2"#,
            #"writ_http_requests_total{listener="edge",route="forwardAuth",status="401"} 1"#,
            #"writ_trust_reloads_total{of="denyList",outcome="published"} 1"#,
            #"writ_trust_reloads_total{of="denyList",outcome="failed"} 0"#,
            #"writ_reload_failing{of="denyList"} 0"#,
        ] {
            #expect(metrics.contains(line + "\n"), "\(line) is missing in \(metrics)")
        }
    }

    @Test(
        "HAProxy's questions by SPOE are counted, and leave such lines where they are to",
        .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"),
        arguments: ["denials", "all", "none"])
    func spoe(_ selection: String) throws {
        let workplace = try TrustWorld.make()
        try workplace.write("routes.yaml", Self.routes)
        let server = try RunningServer(
            workplace,
            configuration: TrustWorld.configuration() + """
                spoe: {socket: run/spoe.sock, routes: routes.yaml, threads: 1, log: \(selection)}
                http:
                  - {name: figures, family: operations, socket: run/figures.sock}

                """)
        #expect(eventually { server.log.contains(#""listener":"figures""#) }, "\(server.log)")
        let haproxy = try LocalConnection(workplace.path("run/spoe.sock"))
        try haproxy.send(Forge.hello().frame(1))
        _ = try haproxy.read(atMost: 512)
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let question = ForgedQuestion(
            path: "/photos/beach?key=secret",
            headers: [
                ("host", "photos.example"), ("x-request-id", "r-1"),
                ("traceparent", "00-\(trace)-00f067aa0ba902b7-01"),
            ])
        try haproxy.send(question.frame())
        _ = try haproxy.read(atMost: 4096)
        let metrics = try HTTPServeTests.ask(
            workplace.path("run/figures.sock"), "GET", "/metrics"
        ).text
        #expect(server.stop() == 0)
        for line in [
            #"writ_decisions_total{listener="spoe",outcome="refused"} 1"#,
            #"writ_decisions_total{listener="spoe",outcome="allowed"} 0"#,
            #"writ_refusals_total{listener="spoe",cause="identityRejected"} 1"#,
            #"writ_gateway_decision_seconds_count{listener="spoe"} 1"#,
        ] {
            #expect(metrics.contains(line + "\n"), "\(line) is missing in \(metrics)")
        }
        let lines = server.log.split(separator: "\n").filter {
            $0.contains(#""listener":"spoe""#)
        }
        try #require(lines.count == (selection == "none" ? 0 : 1), "\(server.log)")
        for part in [
            #""request":{"method":"GET","host":"photos.example","path":"/photos/beach"}"#,
            #""status":401"#, #""requestId":"r-1""#, #""traceId":"\#(trace)""#,
            #""decisionId":""#, #""policyVersion":""#, #""revision":"#,
            #""cause":"identityRejected""#, #""detail":"principal_missing""#,
            #""action":"Action::\"view\"""#, #""resource":"Photo::\"beach\"""#,
        ] {
            for line in lines { #expect(line.contains(part), "\(part) is missing in \(line)") }
        }
        #expect(!server.log.contains("secret"))
    }

    @Test(
        "A deny-list that cannot be used shows in the figures until it can",
        .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
    func failing() throws {
        let workplace = try TrustWorld.make()
        try workplace.write("routes.yaml", Self.routes)
        let server = try RunningServer(
            workplace, configuration: TrustWorld.configuration() + Self.listeners)
        #expect(eventually { server.log.contains(#""listener":"figures""#) })
        func metrics() throws -> String {
            try HTTPServeTests.ask(workplace.path("run/figures.sock"), "GET", "/metrics").text
        }
        try workplace.write("trust/denied", "nonsense\n")
        let failing = #"writ_reload_failing{of="denyList"} "#
        #expect(try eventually { try metrics().contains(failing + "1\n") })
        #expect(
            try metrics().contains(
                #"writ_trust_reloads_total{of="denyList",outcome="failed"} 1"# + "\n"))
        try workplace.write("trust/denied", "# none\n")
        #expect(try eventually { try metrics().contains(failing + "0\n") })
        #expect(server.stop() == 0)
    }
}
