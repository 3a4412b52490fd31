import AuthZEN
import DecisionPoint
import Glibc
import HTTPService
import Identity
import NIOSSL
import Server
import Testing

@Suite("HTTPService, refusals", .serialized)
struct HTTPServiceRefusalTests {
    private static let path = "/access/v1/evaluation"
    private static let body = Array(
        #"{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}"#
            .utf8)
    private static let json = ("Content-Type", "application/json")

    @Test("A listener that would be open to the network is not started")
    func openListeners() async throws {
        let workplace = try Workplace(scenario: "certification")
        let tls = HTTPTransportSecurity(
            certificatePath: fixture("server.pem"), keyPath: fixture("server.key"))
        let key = EnforcementPointAuthentication.APIKey(
            name: "k", digest: Digest.sha256([1]))!
        for (listener, word) in [
            (
                HTTPListener(
                    name: "a", address: .tcp(host: "0.0.0.0", port: 0),
                    authentication: EnforcementPointAuthentication(keys: [key])), "without TLS"
            ),
            (
                HTTPListener(
                    name: "b", address: .tcp(host: "127.0.0.1", port: 0), tls: tls,
                    authentication: .open), "answers anybody"
            ),
            (
                HTTPListener(
                    name: "f", address: .tcp(host: "127.0.0.1", port: 0),
                    authentication: EnforcementPointAuthentication(keys: [key])), "without TLS"
            ),
            (
                HTTPListener(
                    name: "g", family: .operations, address: .tcp(host: "0.0.0.0", port: 0),
                    authentication: .open), "without TLS"
            ),
            (
                HTTPListener(
                    name: "h", address: .unix(path: workplace.directory.path + "/h"), tls: tls,
                    authentication: .open), "needs no TLS"
            ),
            (
                HTTPListener(
                    name: "c", address: .tcp(host: "127.0.0.1", port: 0), tls: tls,
                    authentication: EnforcementPointAuthentication(
                        certificates: CallerCertificates())),
                "does not ask for any"
            ),
            (
                HTTPListener(
                    name: "d", address: .tcp(host: "127.0.0.1", port: 0),
                    tls: HTTPTransportSecurity(
                        certificatePath: fixture("absent.pem"), keyPath: fixture("server.key")),
                    authentication: EnforcementPointAuthentication(keys: [key])), "the TLS of `d`"
            ),
            (
                HTTPListener(
                    name: "e", address: .unix(path: "/nowhere/at/all"), authentication: .open),
                "cannot listen on `e`"
            ),
            (
                HTTPListener(
                    name: "i", address: .unix(path: "/tmp/i.sock"), authentication: .open),
                "others may write to it"
            ),
        ] {
            do {
                let service = try await HTTPService.start(
                    [listener],
                    HTTPService.Decisions(publisher: workplace.publisher, store: workplace.store),
                    log: RunningService.log)
                await service.stop(drainFor: .zero)
                Issue.record("`\(listener.name)` was started")
            } catch {
                #expect("\(error)".contains(word), "\(error)")
            }
        }
    }

    @Test("A digest of another size is no API key")
    func keySizes() {
        for count in [0, 31, 33] {
            #expect(
                EnforcementPointAuthentication.APIKey(
                    name: "k", digest: [UInt8](repeating: 0, count: count)) == nil)
        }
    }

    @Test("Over the network nobody is answered without proof")
    func authentication() async throws {
        let running = try await RunningService(Workplace(scenario: "certification"))
        let nobody = running.network(certificate: nil)
        for value in [
            nil, "", "Bearer", "Bearer ", "Bearer wrong", "wrong", "Basic d3JpdDp3cml0",
            "Bearer \(RunningService.key) ", "Bearer  \(RunningService.key)",
            "bearer\(RunningService.key)", "Basic c2hvcCtvbmU6d3Jvbmc=", "Basic c2hvcCtvbmU6",
            "Basic c2hvcCtvbmU6czNjcmV0JTNBJTJ", "Basic !", "Basic c2hvcDpzM2NyZXQ6Kw==",
        ] {
            let answer = try await nobody.post(
                Self.path, Self.body, fields: value.map { [("Authorization", $0)] } ?? [])
            // White space around a value is no part of it.
            let isPadded = value == "Bearer \(RunningService.key) "
            #expect(answer.status == (isPadded ? 200 : 401), "\(value ?? "none")")
            if answer.status == 401 {
                #expect(answer.fields["www-authenticate"]?.hasPrefix("Bearer") == true)
                #expect(!answer.text.contains("decision"))
            }
        }
        let twice = try await nobody.post(
            Self.path, Self.body,
            fields: [
                ("Authorization", "Bearer \(RunningService.key)"), ("Authorization", "Bearer x"),
            ])
        #expect(twice.status == 401)
        // A wrong key is not mended by a certificate.
        let wrong = try await running.network().post(
            Self.path, Self.body, fields: [("Authorization", "Bearer wrong")])
        #expect(wrong.status == 401)
        for value in [
            "Bearer \(RunningService.key)", RunningService.key, "BEARER \(RunningService.key)",
            // `shop one` with its secret `s3cret:+`, both form-encoded.
            "Basic c2hvcCtvbmU6czNjcmV0JTNBJTJC",
        ] {
            let answer = try await nobody.post(
                Self.path, Self.body, fields: [("Authorization", value)])
            #expect(answer.status == 200, "\(answer.text)")
        }
        #expect(try await running.network().post(Self.path, Self.body).status == 200)
        #expect(try await nobody.send("GET", "/metrics").status == 401)
        #expect(try await nobody.send("GET", "/health/live").status == 200)
        await #expect(throws: (any Error).self) {
            try await running.network(certificate: "stranger").post(Self.path, Self.body)
        }
        let old = RawClient(
            target: .tls(
                port: running.service.ports["network"] ?? 0, certificate: "client",
                version: .tlsv12))
        await #expect(throws: (any Error).self) { try await old.post(Self.path, Self.body) }
        let plain = RawClient(target: .plain(port: running.service.ports["network"] ?? 0))
        await #expect(throws: (any Error).self) { try await plain.post(Self.path, Self.body) }
        await running.stop()
    }

    @Test("A certificate that verifies is not enough: its SPIFFE id must be listed")
    func allowList() async throws {
        for (callers, status) in [
            ([], 401), (["spiffe://example.org/other"], 401),
            (["spiffe://example.org/gateway/**"], 401), (["spiffe://example.net/gateway"], 401),
            (["spiffe://example.org/*"], 200),
            (["spiffe://example.org/other", "spiffe://example.org/gateway"], 200),
        ] {
            let running = try await RunningService(
                Workplace(scenario: "certification"), callers: callers)
            let answer = try await running.network().post(Self.path, Self.body)
            #expect(answer.status == status, "\(callers)")
            await running.stop()
        }
    }

    @Test("A subject counts only for a certificate without a SPIFFE id")
    func subjects() async throws {
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.authentication.certificates = CallerCertificates(
                subjects: ["CN=client", "CN=organization"])
        }
        for (certificate, status) in [("client", 401), ("organization", 200)] {
            let answer = try await running.network(certificate: certificate)
                .post(Self.path, Self.body)
            #expect(answer.status == status, "\(certificate)")
        }
        await running.stop()
    }

    @Test("A certificate that is denied afterwards ends nothing but its rights, at once")
    func denied() async throws {
        let trust = try RunningService.trust()
        let running = try await RunningService(
            Workplace(scenario: "certification"), trust: trust)
        let identity = try SpiffeID(parsing: Array("spiffe://example.org/gateway".utf8))
        let answers = try await running.network().post(
            Self.path, Self.body,
            after: [
                {}, { trust.update { $0.denyList.identities = [identity] } },
                { trust.update { $0.denyList.identities = [] } },
                { trust.update { $0.domains = [:] } },
            ])
        #expect(answers.map(\.status) == [200, 401, 200, 401])
        await #expect(throws: (any Error).self) {
            try await running.network().post(Self.path, Self.body)
        }
        await running.stop()
    }

    @Test("A key or secret that is taken away is refused on a connection that is open, at once")
    func takenAway() async throws {
        let secrets = CallerSecrets()
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.authentication = EnforcementPointAuthentication(secrets: secrets)
        }
        let taken = CallerSecrets.Contents(
            keys: [
                EnforcementPointAuthentication.APIKey(
                    name: "late", digest: Digest.sha256(Array("late key".utf8)))!
            ],
            clients: [
                EnforcementPointAuthentication.APIKey(
                    name: "shop one", digest: Digest.sha256(Array("s3cret:+".utf8)))!
            ])
        // The first finds an empty file, which is not to ask for nothing.
        for client in [running.local, running.network(certificate: nil)] {
            for value in ["Bearer late key", "Basic c2hvcCtvbmU6czNjcmV0JTNBJTJC"] {
                let answers = try await client.post(
                    Self.path, Self.body, fields: [("Authorization", value)],
                    after: [
                        { secrets.replace(CallerSecrets.Contents()) },
                        { secrets.replace(taken) }, {},
                        { secrets.replace(CallerSecrets.Contents()) },
                    ])
                #expect(answers.map(\.status) == [401, 200, 200, 401], "\(value)")
            }
        }
        secrets.replace(taken)
        for value in [nil, "Bearer other key", "Bearer shop one", "Basic bGF0ZTpsYXRlIGtleQ=="] {
            let answer = try await running.local.post(
                Self.path, Self.body, fields: value.map { [("Authorization", $0)] } ?? [])
            #expect(answer.status == 401, "\(value ?? "none")")
        }
        await running.stop()
    }

    @Test("A process that may not connect to a local socket is not answered")
    func peers() async throws {
        let workplace = try Workplace(scenario: "certification")
        try #require(unsafe chmod(workplace.directory.path, 0o711) == 0)
        let running = try await RunningService(workplace) {
            $0.peers.userIDs = [4_000_000_000]
        }
        await #expect(throws: (any Error).self) {
            try await running.local.post(Self.path, Self.body)
        }
        let key = [("Authorization", RunningService.key)]
        #expect(
            try await running.network(certificate: nil).post(Self.path, Self.body, fields: key)
                .status == 200)
        let metrics = try await running.network().send("GET", "/metrics")
        #expect(
            metrics.text.contains(
                #"writ_rejected_inputs_total{listener="local",reason="peer"} 1"#))
        await running.stop()
    }

    @Test("Listeners for operations make no decisions; others tell no figures unless told to")
    func families() async throws {
        let operations = try await RunningService(Workplace(scenario: "certification")) {
            let listener = $0
            $0 = HTTPListener(
                name: listener.name, family: .operations, address: listener.address,
                tls: listener.tls, authentication: listener.authentication)
        }
        for path in [Self.path, "/.well-known/authzen-configuration", "/openapi.json"] {
            #expect(try await operations.local.post(path, Self.body).status == 404, "\(path)")
        }
        #expect(try await operations.local.send("GET", "/metrics").status == 200)
        #expect(try await operations.local.send("GET", "/health/ready").status == 200)
        await operations.stop()
        let quiet = try await RunningService(Workplace(scenario: "certification")) {
            $0.servesMetrics = false
        }
        #expect(try await quiet.local.send("GET", "/metrics").status == 404)
        await quiet.stop()
    }

    @Test("A service without policies is alive and not ready")
    func emptyPolicies() async throws {
        let workplace = try Workplace(policies: "")
        let running = try await RunningService(workplace)
        #expect(try await running.local.send("GET", "/health/live").status == 200)
        let ready = try await running.local.send("GET", "/health/ready")
        #expect(ready.status == 503 && ready.text.contains("no policies"))
        await running.stop()
    }

    @Test("Wrong methods, types, paths and sizes are refused")
    func rules() async throws {
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.authzen.limits.maximumBodyBytes = 4096
        }
        let client = running.local
        for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"] {
            let answer = try await client.send(method, Self.path, fields: [Self.json])
            #expect(answer.status == 405, "\(method)")
            #expect(answer.fields["allow"] == "POST")
        }
        for path in ["/health/live", "/metrics", "/.well-known/authzen-configuration"] {
            let answer = try await client.post(path, [])
            #expect(answer.status == 405, "\(path)")
            #expect(answer.fields["allow"] == "GET, HEAD")
        }
        for path in ["/", "/access/v1/evaluation/", "/access/v1", "//access/v1/evaluation", "/x"] {
            #expect(try await client.post(path, Self.body).status == 404, "\(path)")
        }
        for type in [
            "text/plain", "application/jsonp", "", "application/json, text/plain",
            "application/json; charset=utf-16",
            "application/json;x=y; Charset=\"ISO-8859-1\"",
        ] {
            let answer = try await client.send(
                "POST", Self.path, fields: [("Content-Type", type)], body: Self.body)
            #expect(answer.status == 400, "\(type)")
        }
        #expect(try await client.send("POST", Self.path, body: Self.body).status == 400)
        let types = try await client.send(
            "POST", Self.path, fields: [Self.json, Self.json], body: Self.body)
        #expect(types.status == 400)
        for type in [
            "application/json; charset=utf-8", "Application/JSON ;x=y",
            "application/json;charset=\"UTF-8\"",
        ] {
            let answer = try await client.send(
                "POST", Self.path, fields: [("Content-Type", type)], body: Self.body)
            #expect(answer.status == 200, "\(type)")
        }
        for (encoding, status) in [("gzip", 415), ("identity, br", 415), ("Identity", 200)] {
            let answer = try await client.post(
                Self.path, Self.body, fields: [("Content-Encoding", encoding)])
            #expect(answer.status == status, "\(encoding)")
        }
        for spare in [0, 1] {
            let padding = [UInt8](repeating: 0x20, count: 4096 - Self.body.count + spare)
            let answer = try await client.post(Self.path, Self.body + padding)
            #expect(answer.status == (spare == 0 ? 200 : 413))
        }
        for spare in [0, 1] {
            let query = String(repeating: "x", count: 2048 - Self.path.utf8.count - 1 + spare)
            let answer = try await client.post(Self.path + "?" + query, Self.body)
            #expect(answer.status == (spare == 0 ? 200 : 414))
        }
        await running.stop()
    }

    @Test("What is no HTTP is refused, and the server goes on")
    func noHTTP() async throws {
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.limits.requestSeconds = 1
        }
        let head = "POST \(Self.path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        for text in [
            "\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "POST / HTTP/9.9\r\n\r\n",
            head + "Content-Length: -1\r\n\r\n",
            head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
            head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
            head + "Bad Name: x\r\n\r\n",
            head + "X: " + String(repeating: "x", count: 20 << 10) + "\r\n\r\n",
            head + String(repeating: "X: y\r\n", count: 80) + "\r\n",
            // A body that never comes.
            head + "Content-Length: 10\r\n\r\n{",
        ] {
            do {
                let answer = try await running.local.exchange(Array(text.utf8))
                #expect(answer.status >= 400, "\(text.prefix(80))")
            } catch let error as TestFailure {
                #expect(error.description.hasPrefix("the connection was closed"), "\(error)")
            } catch {}
            #expect(try await running.local.post(Self.path, Self.body).status == 200)
        }
        await running.stop()
    }

    @Test(
        "A request has one host, and says by its version or in any spelling that it is the last",
        arguments: [
            ("GET /health/live HTTP/1.1\r\n\r\n", 400, "`Host` is missing"),
            (
                "GET /health/live HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400,
                "`Host` is sent more than once"
            ),
            ("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: Close\r\n\r\n", 200, "live"),
            ("GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: x, close\r\n\r\n", 200, "live"),
            ("GET /health/live HTTP/1.0\r\n\r\n", 200, "live"),
            (
                "GET /health/live HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400,
                "`Host` is sent more than once"
            ),
            ("GET /health/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, "live"),
        ])
    func lastRequests(_ text: String, _ status: Int, _ words: String) async throws {
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.limits.idleSeconds = 30
        }
        let clock = ContinuousClock()
        let start = clock.now
        let answer = try await running.local.readAll(text)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
        #expect(answer.hasSuffix(words), "\(answer)")
        #expect(answer.contains("text/plain; charset=utf-8\r\n"), "\(answer)")
        // In words of a refusal no space follows.
        #expect(answer.ranges(of: "HTTP/1.1 ").count == 1)
        #expect(clock.now - start < .seconds(20))
        await running.stop()
    }

    @Test("A client that does not read its answers loses its connection")
    func unreadAnswers() async throws {
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.limits.requestSeconds = 1
        }
        let request = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        let isClosed = try await UnreadConnection.isClosed(
            by: running.workplace.directory.path + "/http",
            after: Array(String(repeating: request, count: 500).utf8), seconds: 20)
        #expect(isClosed)
        #expect(try await running.local.post(Self.path, Self.body).status == 200)
        let metrics = try await running.local.send("GET", "/metrics")
        #expect(
            metrics.text.contains(
                #"writ_rejected_inputs_total{listener="local",reason="reader"} 1"#))
        await running.stop()
    }

    @Test("A request that waits behind another one may take as long as that takes")
    func waitingRequests() async throws {
        let mount = MountedRoute(path: "/slow") { _ in
            usleep(3_500_000)
            return MountedReply(status: 200)
        }
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.limits.requestSeconds = 2
            $0.authzen.limits.maximumBodyBytes = 8 << 20
            $0.mounts = [mount]
        }
        // More than is read ahead, and more than the system keeps for a reader.
        let long = Self.body + Array(repeating: 0x20, count: 4 << 20)
        let head = "Host: x\r\nContent-Type: application/json\r\nContent-Length:"
        let text =
            "GET /slow HTTP/1.1\r\nHost: x\r\n\r\nPOST \(Self.path) HTTP/1.1\r\n"
            + "Connection: close\r\n\(head) \(long.count)\r\n\r\n"
        let answers = String(
            decoding: try await running.local.receiveAll(Array(text.utf8) + long), as: UTF8.self)
        #expect(answers.ranges(of: "HTTP/1.1 200 ").count == 2, "\(answers)")
        #expect(answers.hasSuffix("}"), "\(answers)")
        // Whoever stops in the middle is none who waits.
        let cut = String(
            decoding: try await running.local.receiveAll(
                Array(text.utf8) + long.prefix(2 << 20)), as: UTF8.self)
        #expect(cut.ranges(of: "HTTP/1.1 200 ").count == 1, "\(cut)")
        let figures = try await running.local.send("GET", "/metrics").text
        #expect(figures.contains(#"{listener="local",reason="slow"} 1"# + "\n"))
        await running.stop()
    }

    @Test("Request ids come back as they were; long or repeated ones are refused")
    func requestIDs() async throws {
        let running = try await RunningService(Workplace(scenario: "certification"))
        let id = String(repeating: "i", count: 256)
        for (path, status) in [(Self.path, 200), ("/x", 404)] {
            let answer = try await running.local.post(
                path, Self.body, fields: [("X-Request-ID", id)])
            #expect(answer.status == status)
            #expect(answer.fields["x-request-id"] == id)
        }
        let bad = try await running.local.post(Self.path, [], fields: [("X-Request-ID", "r1")])
        #expect(bad.status == 400 && bad.fields["x-request-id"] == "r1")
        let long = try await running.local.post(
            Self.path, Self.body, fields: [("X-Request-ID", id + "i")])
        #expect(long.status == 400)
        let twice = try await running.local.post(
            Self.path, Self.body, fields: [("X-Request-ID", "a"), ("X-Request-ID", "b")])
        #expect(twice.status == 400)
        #expect(long.fields["x-request-id"] == nil && twice.fields["x-request-id"] == nil)
        for id in ["a b", "\u{e9}", "a\tb", ""] {
            let answer = try await running.local.post(
                Self.path, Self.body, fields: [("X-Request-ID", id)])
            #expect(answer.status == 400 && answer.fields["x-request-id"] == nil, "\(id)")
        }
        await running.stop()
    }
}
