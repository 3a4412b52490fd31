import AuthZEN
import CedarSyntax
import DecisionPoint
import Glibc
import HTTPService
import JSON
import Testing

@Suite("HTTPService", .serialized)
struct HTTPServiceTests {
    @Test("A tenant's metadata follows the well-known path, its API is below the tenant's")
    func tenant() async throws {
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.metadata = MetadataDocument(decisionPoint: "https://pdp.example.org/one/two")
        }
        let wellKnown = "/.well-known/authzen-configuration"
        let metadata = try await running.local.send("GET", wellKnown + "/one/two")
        #expect(metadata.status == 200)
        let tape = try JSONTape(parsing: metadata.body)
        #expect(
            tape.text(tape.root, "access_evaluation_endpoint")
                == "https://pdp.example.org/one/two/access/v1/evaluation")
        for path in [
            wellKnown, wellKnown + "/one", wellKnown + "/one/twO", wellKnown + "/one/two/",
        ] {
            #expect(try await running.local.send("GET", path).status == 404, "\(path)")
        }
        let body = Array(
            #"{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}"#
                .utf8)
        for (path, status) in [
            ("/one/two/access/v1/evaluation", 200), ("/access/v1/evaluation", 200),
            ("/one/access/v1/evaluation", 404), ("/one/two/three/access/v1/evaluation", 404),
            ("/one/two/access/v1/evaluation/", 404), ("/one/two/one/two/access/v1/evaluation", 404),
        ] {
            #expect(try await running.local.post(path, body).status == status, "\(path)")
        }
        let bad = try await running.local.post("/one/two/access/v1/evaluation", [])
        #expect(bad.status == 400 && bad.fields["writ-error-code"] == "requestInvalid")
        await running.stop()
    }

    @Test("Metadata, health, metrics and the description are there")
    func documents() async throws {
        let running = try await RunningService(Workplace(scenario: "certification"))
        let metadata = try await running.local.send("GET", "/.well-known/authzen-configuration")
        #expect(metadata.status == 200)
        #expect(metadata.fields["content-type"] == "application/json")
        #expect(metadata.fields["cache-control"] != nil)
        let tape = try JSONTape(parsing: metadata.body)
        #expect(tape.text(tape.root, "policy_decision_point") == "https://pdp.example.org")
        #expect(
            tape.text(tape.root, "access_evaluation_endpoint")
                == "https://pdp.example.org/access/v1/evaluation")
        #expect(tape.text(tape.root, "signed_metadata")?.split(separator: ".").count == 3)
        #expect(try await running.local.send("GET", "/health/live").text == "live")
        #expect(try await running.local.send("GET", "/health/ready").text == "ready")
        let api = try await running.local.send("GET", "/openapi.json")
        let description = try JSONTape(parsing: api.body)
        #expect(description.text(description.root, "openapi") == "3.1.0")
        _ = try await running.local.post("/access/v1/evaluation", Array("{".utf8))
        let metrics = try await running.local.send("GET", "/metrics")
        #expect(
            metrics.text.contains(
                #"writ_http_requests_total{listener="local",route="evaluation",status="400"} 1"#))
        #expect(metrics.text.contains(#"writ_http_request_seconds_count{listener="local""#))
        #expect(metrics.text.contains("writ_store_revision 1\n"))
        await running.stop()
    }

    @Test("Searches that take long hold up nothing else")
    func longSearches() async throws {
        // Every entity is asked each of them.
        let terms = (0..<1_000).map { "resource.n * 7 == \(7 * $0 + 3)" }
        let workplace = try Workplace(
            policies: "permit (principal, action, resource) when { "
                + terms.joined(separator: " || ") + " };",
            entities: (0..<5_000).map { number in
                Entity(
                    uid: EntityUID(type: "record", id: Text("\(number)")),
                    attributes: [("n", .long(Int64(number)))])
            })
        let running = try await RunningService(workplace) {
            $0.authzen.limits.searchMilliseconds = 2_000
        }
        let query = Array(
            #"{"subject":{"type":"user","id":"a"},"action":{"name":"read"},"resource":{"type":"record"}}"#
                .utf8)
        let clock = ContinuousClock()
        let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let searches = (0...cores).map { _ in
            Task { try await running.local.post("/access/v1/search/resource", query).status }
        }
        // Threads that searches hold up hold up this sleep as well.
        let start = clock.now
        try await Task.sleep(for: .milliseconds(300))
        for _ in 0..<3 {
            #expect(try await running.local.send("GET", "/health/live").status == 200)
        }
        #expect(clock.now - start < .milliseconds(1_500))
        // Who found no place in time is told so.
        for search in searches { #expect([200, 503].contains(try await search.value)) }
        await running.stop()
    }

    @Test("An answer to HEAD says how long a body would be, and has none")
    func head() async throws {
        let mount = MountedRoute(path: "/forward-auth") { _ in
            MountedReply(status: 403, body: Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
        }
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.mounts = [mount]
        }
        for path in ["/forward-auth", "/health/live", "/nowhere", "/access/v1/evaluation"] {
            let text = try await running.local.readAll(
                "HEAD \(path) HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let ends = text.ranges(of: "\r\n\r\n")
            try #require(ends.count == 2, "\(path): \(text)")
            #expect(text[ends[0].upperBound...].hasPrefix("HTTP/1.1 200 OK\r\n"), "\(text)")
            #expect(text[ends[1].upperBound...] == "ready")
            #expect(!text[..<ends[0].lowerBound].contains("Content-Length: 0"), "\(text)")
        }
        await running.stop()
    }

    @Test("Answers carry decision id, policy version and revision")
    func fields() async throws {
        let running = try await RunningService(Workplace(scenario: "certification"))
        let body = Array(
            #"{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}"#
                .utf8)
        var ids: Set<String> = []
        for _ in 0..<3 {
            let answer = try await running.local.post("/access/v1/evaluation", body)
            ids.insert(answer.fields["writ-decision-id"] ?? "")
            #expect(answer.fields["writ-policy-version"]?.count == 16)
            #expect(answer.fields["writ-revision"] == "1")
            #expect(answer.text == #"{"decision":true}"#)
        }
        #expect(ids.count == 3 && !ids.contains(""))
        await running.stop()
    }

    @Test("Requests and decisions are logged as JSON, with what the caller names them")
    func log() async throws {
        let workplace = try Workplace(scenario: "certification")
        let log = try LogFile(in: workplace.directory)
        let running = try await RunningService(
            workplace, requests: RequestLog(descriptor: log.descriptor)
        ) { $0.logged = .all }
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        let body = Array(
            #"{"subject":{"type":"user","id":"alice"},"action":{"name":"write"},"resource":{"type":"record","id":"record-2"}}"#
                .utf8)
        let answer = try await running.network().post(
            "/access/v1/evaluation?x=1", body,
            fields: [("X-Request-ID", "r\"1"), ("traceparent", trace)])
        _ = try await running.local.post(
            "/access/v1/evaluation", Array("{".utf8), fields: [("traceparent", trace + "x")])
        await running.stop()
        let lines = try log.objects()
        try #require(lines.count == 2)
        let tape = lines[0]
        let root = tape.root
        #expect(tape.text(root, "event") == "request")
        #expect(tape.text(root, "listener") == "network")
        #expect(tape.text(root, "caller") == "spiffe://example.org/gateway")
        #expect(tape.text(root, "path") == "/access/v1/evaluation")
        #expect(tape.text(root, "requestId") == "r\"1")
        #expect(tape.text(root, "traceId") == "0af7651916cd43dd8448eb211c80319c")
        #expect(tape.text(root, "parentId") == "b7ad6b7169203331")
        let span = try #require(tape.text(root, "spanId"))
        #expect(span.wholeMatch(of: /[0-9a-f]{16}/) != nil && span != "b7ad6b7169203331")
        #expect(tape.text(root, "decisionId") == answer.fields["writ-decision-id"])
        #expect(tape.text(root, "policyVersion") == answer.fields["writ-policy-version"])
        let decision = try #require(
            tape.member(root, "decisions").flatMap { Array(tape.elements($0)).first })
        #expect(tape.text(decision, "principal") == #"user::"alice""#)
        #expect(tape.text(decision, "action") == #"Action::"write""#)
        #expect(tape.text(decision, "resource") == #"record::"record-2""#)
        #expect(tape.text(decision, "decision") == "deny")
        let bad = lines[1]
        #expect(bad.member(bad.root, "status").flatMap { bad.integer($0) } == 400)
        #expect(bad.member(bad.root, "traceId") == nil)
        #expect(bad.member(bad.root, "spanId") == nil)
        #expect(bad.member(bad.root, "caller") == nil)
    }

    @Test(
        "Only well-formed traces are carried on",
        arguments: [
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true),
            ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", true),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", false),
            ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01more", false),
            ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
            ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", false),
            ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
            ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0", false),
            ("", false), ("00", false),
        ])
    func traces(_ text: String, _ isGood: Bool) {
        #expect((TraceParent(text) != nil) == isGood)
    }

    @Test("A mounted route answers its path and what is below, with the caller's name")
    func mounts() async throws {
        let mount = MountedRoute(path: "/forward-auth") { request in
            MountedReply(
                status: 403, fields: [("x-seen", request.query ?? "none")],
                body: Array("\(request.method) \(request.path) \(request.caller ?? "-")".utf8))
        }
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.mounts = [mount]
        }
        let answer = try await running.local.send("GET", "/forward-auth/x?y=z")
        #expect(answer.status == 403 && answer.text == "GET /forward-auth/x -")
        #expect(answer.fields["x-seen"] == "y=z")
        #expect(try await running.local.send("GET", "/forward-authx").status == 404)
        let named = try await running.network(certificate: nil).send(
            "GET", "/forward-auth", fields: [("Authorization", RunningService.key)])
        #expect(named.text == "GET /forward-auth gateway")
        #expect(
            try await running.network(certificate: nil).send("GET", "/forward-auth").status == 401)
        await running.stop()
    }

    @Test("A stopped service accepts nobody and can be started again")
    func stopping() async throws {
        let workplace = try Workplace(scenario: "certification")
        for _ in 0..<2 {
            let running = try await RunningService(workplace)
            #expect(try await running.local.send("GET", "/health/ready").status == 200)
            let client = running.local
            await running.stop()
            await #expect(throws: (any Error).self) {
                try await client.send("GET", "/health/ready")
            }
        }
    }
}
