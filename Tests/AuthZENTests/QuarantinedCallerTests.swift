import AuthZEN
import CedarSyntax
import DecisionPoint
import EntityStore
import HTTPService
import Identity
import JSON
import NIOSSL
import Synchronization
import Testing

@Suite("HTTPService: enforcement points in quarantine", .serialized)
struct QuarantinedCallerTests {
    private static let path = "/access/v1/evaluation"
    private static let body = Array(
        #"{"subject":{"type":"user","id":"alice"},"action":{"name":"read"},"resource":{"type":"record","id":"record-1"}}"#
            .utf8)
    private static let key = [("Authorization", "Bearer " + RunningService.key)]
    private static let gateway = RestrictionSubject.spiffeID("spiffe://example.org/gateway")

    private static func thumbprint(_ name: String) throws -> Text {
        let certificate = try NIOSSLCertificate.fromPEMFile(fixture(name + ".pem"))[0]
        let digits = Digest.sha256(try certificate.toDERBytes()).map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }
        return Text(digits.joined())
    }

    private static func restriction(
        _ subject: RestrictionSubject, until end: DateTime? = nil
    ) -> Restriction {
        Restriction(
            subject, .quarantined, reason: "key-compromise", since: DateTime(milliseconds: 0),
            until: end)
    }

    /// Restricts something between two requests.
    private static func restricting(
        _ subject: RestrictionSubject, in workplace: Workplace
    ) -> @Sendable () -> Void {
        {
            do { try workplace.store.restrict([restriction(subject)]) } catch {
                Issue.record("\(error)")
            }
        }
    }

    private static func releasing(
        _ subject: RestrictionSubject, in workplace: Workplace
    ) -> @Sendable () -> Void {
        { do { try workplace.store.release([subject]) } catch { Issue.record("\(error)") } }
    }

    private static func expectRefusal(
        _ answer: RawClient.Answer, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(answer.status == 403, "\(answer.text)", sourceLocation: location)
        #expect(answer.fields["writ-error-code"] == "callerQuarantined", sourceLocation: location)
        #expect(answer.text.contains("`key-compromise`"), sourceLocation: location)
        #expect(!answer.text.contains("decision"), sourceLocation: location)
    }

    @Test("Each name of a certificate is refused, on the next request of an open connection too")
    func names() async throws {
        let workplace = try Workplace(scenario: "certification")
        let running = try await RunningService(workplace)
        for subject in [
            Self.gateway, .spiffeID("SPIFFE://EXAMPLE.org/gateway"),
            .thumbprint(try Self.thumbprint("client")),
            .certificate(issuer: "CN=authority", serial: "43:7f:ef:39:d7:73:1e:ae"),
            // Who vouches for it.
            .thumbprint(try Self.thumbprint("authority")),
        ] {
            let answers = try await running.network().post(
                Self.path, Self.body,
                after: [
                    {}, Self.restricting(subject, in: workplace), {},
                    Self.releasing(subject, in: workplace),
                ])
            #expect(answers.map(\.status) == [200, 403, 403, 200], "\(subject)")
            Self.expectRefusal(answers[1])
            try workplace.store.restrict([Self.restriction(subject)])
            // The handshake of a new connection proves nothing more.
            Self.expectRefusal(try await running.network().post(Self.path, Self.body))
            try workplace.store.release([subject])
        }
        await running.stop()
    }

    @Test("Another's quarantine refuses nobody else, and an end ends it")
    func others() async throws {
        let workplace = try Workplace(scenario: "certification")
        let running = try await RunningService(workplace)
        try workplace.store.restrict([
            Self.restriction(.spiffeID("spiffe://example.org/gateway2")),
            Self.restriction(.spiffeID("spiffe://example.org/gatewa")),
            Self.restriction(.thumbprint(try Self.thumbprint("stranger"))),
            Self.restriction(.certificate(issuer: "CN=other", serial: "437fef39d7731eae")),
            Self.restriction(.tokenSubject("spiffe://example.org/gateway", issuer: nil)),
            Self.restriction(Self.gateway, until: DateTime(milliseconds: 1_000_000)),
        ])
        #expect(try await running.network().post(Self.path, Self.body).status == 200)
        try workplace.store.restrict([Self.restriction(Self.gateway)])
        Self.expectRefusal(try await running.network().post(Self.path, Self.body))
        // Who has not shown the certificate is somebody else.
        #expect(
            try await running.network(certificate: nil).post(
                Self.path, Self.body, fields: Self.key
            ).status == 200)
        #expect(try await running.local.post(Self.path, Self.body).status == 200)
        await running.stop()
    }

    @Test("A key does not mend a certificate that is shown with it")
    func keys() async throws {
        let workplace = try Workplace(scenario: "certification")
        let trust = try RunningService.trust()
        let running = try await RunningService(workplace, trust: trust)
        let client = running.network()
        #expect(try await client.post(Self.path, Self.body, fields: Self.key).status == 200)
        try workplace.store.restrict([Self.restriction(Self.gateway)])
        Self.expectRefusal(try await client.post(Self.path, Self.body, fields: Self.key))
        try workplace.store.release([Self.gateway])
        // One that is not believed any more is no better than none.
        let answers = try await client.post(
            Self.path, Self.body, fields: Self.key,
            after: [{}, { trust.update { $0.domains = [:] } }])
        #expect(answers.map(\.status) == [200, 401])
        await running.stop()
    }

    @Test("All that is decided is refused, and figures; health is told to anybody")
    func routes() async throws {
        let workplace = try Workplace(scenario: "certification")
        let running = try await RunningService(workplace)
        try workplace.store.restrict([Self.restriction(Self.gateway)])
        let client = running.network()
        for path in [
            "evaluation", "evaluations", "search/subject", "search/resource", "search/action",
        ] {
            Self.expectRefusal(try await client.post("/access/v1/" + path, Self.body))
            // What is wrong with a question is not for them either.
            Self.expectRefusal(try await client.post("/access/v1/" + path, Array("{".utf8)))
        }
        Self.expectRefusal(try await client.send("GET", "/metrics"))
        #expect(try await client.send("GET", "/health/ready").status == 200)
        let figures = try await running.network(certificate: nil).send(
            "GET", "/metrics", fields: Self.key)
        #expect(
            figures.text.contains(
                #"writ_rejected_inputs_total{listener="network",reason="quarantine"} 11"#))
        #expect(
            figures.text.contains(
                #"writ_http_requests_total{listener="network",route="evaluation",status="403"} 2"#))
        await running.stop()
    }

    @Test("The entity and the device that a certificate leads to count as the certificate")
    func entities() async throws {
        let workplace = try Workplace(
            policies: "permit (principal, action, resource);",
            entities: [
                entity("Fleet", "edge"),
                entity(
                    "Device", "box",
                    [
                        (
                            "boundTo",
                            .record([
                                (
                                    "certificateThumbprints",
                                    .set([.string(try Self.thumbprint("client"))])
                                )
                            ])
                        )
                    ], in: [EntityUID(type: "Fleet", id: "edge")]),
                entity("Team", "network"),
                entity("Service", "gateway", in: [EntityUID(type: "Team", id: "network")]),
            ])
        let pattern = try #require(SpiffePattern("spiffe://example.org/*"))
        let running = try await RunningService(
            workplace,
            principals: PrincipalRules([
                PrincipalRules.Rule(.spiffe(pattern), type: "Service", identifier: .spiffePath)
            ]), devices: DeviceRules(usesThumbprint: true))
        for (type, id, status) in [
            ("Device" as Text, "box" as Text, 403), ("Fleet", "edge", 403),
            ("Service", "gateway", 403), ("Team", "network", 403), ("Device", "other", 200),
        ] {
            let subject = RestrictionSubject.entity(EntityUID(type: type, id: id))
            let answers = try await running.network().post(
                Self.path, Self.body,
                after: [
                    {}, Self.restricting(subject, in: workplace),
                    Self.releasing(subject, in: workplace),
                ])
            #expect(answers.map(\.status) == [200, status, 200], "\(subject)")
        }
        await running.stop()
    }

    @Test("A mounted route gets the certificate to look at, and a local socket's peer has none")
    func mounts() async throws {
        let seen = Mutex<[Bool]>([])
        let mount = MountedRoute(path: "/gate") { request in
            seen.withLock { $0.append(request.peer.certificate != nil) }
            return MountedReply(status: 200)
        }
        let running = try await RunningService(Workplace(scenario: "certification")) {
            $0.mounts = [mount]
        }
        #expect(try await running.network().send("GET", "/gate").status == 200)
        #expect(try await running.local.send("GET", "/gate").status == 200)
        #expect(seen.withLock { $0 } == [true, false])
        await running.stop()
    }

    @Test("The log says who was refused, and why")
    func log() async throws {
        let workplace = try Workplace(scenario: "certification")
        let log = try LogFile(in: workplace.directory)
        let running = try await RunningService(
            workplace, requests: RequestLog(descriptor: log.descriptor)
        ) { $0.logged = .denials }
        try workplace.store.restrict([Self.restriction(Self.gateway)])
        let answer = try await running.network().post(Self.path, Self.body)
        await running.stop()
        let lines = try log.objects()
        try #require(lines.count == 1)
        let tape = lines[0]
        #expect(tape.text(tape.root, "caller") == "spiffe://example.org/gateway")
        #expect(tape.text(tape.root, "decisionId") == answer.fields["writ-decision-id"])
        let decision = try #require(
            tape.member(tape.root, "decisions").flatMap { Array(tape.elements($0)).first })
        #expect(tape.text(decision, "decision") == "deny")
        #expect(tape.text(decision, "cause") == "quarantined")
        #expect(tape.text(decision, "detail") == "key-compromise")
    }
}
