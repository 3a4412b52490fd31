import CedarSyntax
import Foundation
import Testing
import WritClient

@Suite(
    "writ serve: restrictions",
    .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
struct RestrictionServiceTests {
    private let workplace: Workplace
    private let issuer: TokenIssuer

    init() throws {
        workplace = try TrustWorld.make()
        issuer = try TokenIssuer(in: workplace)
        try workplace.write("trust/login.jwks", issuer.keySet)
        try workplace.write(
            "policies/photos.cedar",
            TrustWorld.policies + """
                @id("users-list")
                permit (principal is User, action == Action::"list", resource);
                @id("healthy-open")
                permit (principal is Workload, action == Action::"open", resource) when {
                  context.verified has device && context.verified.device has compliant &&
                  context.verified.device.compliant
                };

                """)
    }

    private func server(threads: Int = 1) throws -> RunningServer {
        let more = """
              device: {thumbprint: true}
              tokens:
                - {issuer: '\(TokenIssuer.name)', keys: trust/login.jwks, audiences: [writ]}
              principals:
                - {token: '\(TokenIssuer.name)', type: User, id: sub}
            """
        return try RunningServer(
            workplace,
            configuration: TrustWorld.configuration(rights: TrustWorld.both)
                .replacingOccurrences(of: "  principals:", with: more)
                .replacingOccurrences(of: "threads: 1", with: "threads: \(threads)"))
    }

    @discardableResult
    private func writ(_ arguments: [String], status: Int32 = 0) throws -> String {
        let run = try WritProgram.run(arguments + ["--store", "store"], in: workplace)
        try #require(run.status == status, "\(arguments): \(run.output)\(run.errors)")
        return run.output
    }

    /// Asks, restricts, asks, releases and asks again: the answer must follow at once.
    private func expect(
        _ kind: String, _ subject: [String], of server: RunningServer, _ ask: () throws -> Answer,
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let before = try ask()
        #expect(before.isAllowed, "\(before.detail)", sourceLocation: location)
        try writ([kind] + subject + ["--reason", "key-compromise"])
        for _ in 0..<2 {
            let answer = try ask()
            #expect(!answer.isAllowed, sourceLocation: location)
            #expect(answer.cause == .quarantined, sourceLocation: location)
            #expect(answer.detail == "key-compromise", sourceLocation: location)
            #expect(answer.reasons.isEmpty, sourceLocation: location)
        }
        try writ([kind] + subject + ["--release"])
        #expect(try ask().isAllowed, sourceLocation: location)
    }

    private func number(_ name: String) throws -> (serial: String, issuer: String) {
        let printed = TrustWorld.run(
            "/usr/bin/env",
            [
                "openssl", "x509", "-in", try TrustWorld.path("\(name).pem"), "-noout", "-serial",
                "-issuer", "-nameopt", "RFC2253",
            ])
        let lines = printed.output.split(separator: "\n")
        try #require(lines.count == 2)
        return (
            String(lines[0].dropFirst("serial=".count)),
            String(lines[1].dropFirst("issuer=".count))
        )
    }

    // MARK: Tokens

    @Test func tokensAreRevokedBySubject() throws {
        let server = try server()
        let token = try issuer.token()
        let ask = { try server.ask(Evidence(token: token), "list") }
        try expect("revoke", ["--subject", "alice"], of: server, ask)
        try expect(
            "revoke", ["--subject", "alice", "--issuer", TokenIssuer.name], of: server, ask)
        // Neither others nor another issuer's.
        try writ(["revoke", "--subject", "alic", "--subject", "alice2", "--reason", "x"])
        try writ(["revoke", "--subject", "alice", "--issuer", "https://other", "--reason", "x"])
        #expect(try ask().isAllowed)
    }

    @Test func whoActsForASubjectIsRevokedAsWell() throws {
        let server = try server()
        let token = try issuer.token(claims: #","act":{"sub":"robot"}"#)
        try expect("revoke", ["--subject", "robot"], of: server) {
            try server.ask(Evidence(token: token), "list")
        }
    }

    @Test func oneTokenIsRevokedByItsID() throws {
        let server = try server()
        let token = try issuer.token()
        let body = token.split(separator: ".")[1].replacingOccurrences(of: "-", with: "+")
            .replacingOccurrences(of: "_", with: "/")
        let padded = body + String(repeating: "=", count: (4 - body.count % 4) % 4)
        let claims = try #require(
            try JSONSerialization.jsonObject(with: try #require(Data(base64Encoded: padded)))
                as? [String: Any])
        let id = try #require(claims["jti"] as? String)
        try expect("revoke", ["--token-id", id], of: server) {
            try server.ask(Evidence(token: token), "list")
        }
        try writ(["revoke", "--token-id", id, "--issuer", TokenIssuer.name, "--reason", "x"])
        #expect(try server.ask(Evidence(token: token), "list").cause == .quarantined)
        let other = try issuer.token()
        #expect(try server.ask(Evidence(token: other), "list").isAllowed)
    }

    // MARK: Certificates

    @Test func certificatesAreRevokedByEachOfTheirNames() throws {
        let server = try server()
        let good = try TrustWorld.evidence("good")
        let ask = { try server.ask(good) }
        let leaf = try number("good")
        try expect("revoke", ["--spiffe", TrustWorld.api], of: server, ask)
        try expect(
            "revoke", ["--thumbprint", try TrustWorld.thumbprint("good")], of: server, ask)
        try expect(
            "revoke", ["--serial", leaf.serial, "--issuer", leaf.issuer], of: server, ask)
    }

    @Test func whoVouchesForACertificateIsRevokedWithAllItVouchesFor() throws {
        let server = try server()
        let good = try TrustWorld.evidence("good")
        for name in ["issuer", "root"] {
            try expect(
                "revoke", ["--thumbprint", try TrustWorld.thumbprint(name)], of: server
            ) { try server.ask(good) }
            let names = try number(name)
            try expect(
                "revoke", ["--serial", names.serial, "--issuer", names.issuer], of: server
            ) { try server.ask(good) }
        }
    }

    @Test func entitiesThatIdentitiesLeadToAreSetApart() throws {
        let server = try server()
        let good = try TrustWorld.evidence("good")
        let workload = #"Workload::"\#(TrustWorld.api)""#
        try expect("quarantine", ["--entity", workload], of: server) { try server.ask(good) }
        // Also where the token leads to the principal and the certificate does not.
        var both = good
        both.token = try issuer.token()
        try expect("quarantine", ["--entity", workload], of: server) {
            try server.ask(both, "list")
        }
        try expect("quarantine", ["--entity", #"User::"alice""#], of: server) {
            try server.ask(both, "list")
        }
        // What the user is in, and what is asked for.
        try expect("quarantine", ["--entity", #"Group::"friends""#], of: server) {
            try server.ask(both, "list")
        }
        try expect("quarantine", ["--entity", #"Photo::"beach""#], of: server) {
            try server.ask(good)
        }
    }

    // MARK: Devices

    @Test func devicesAreSetApart() throws {
        let thumbprint = try TrustWorld.thumbprint("good")
        try workplace.write(
            "report.json",
            """
            {"device": "laptop-7", "collectedAt": "\(ISO8601DateFormatter().string(from: Date()))",
             "attributes": {"compliant": true}, "boundTo": {"certificateThumbprints":
             ["\(thumbprint)"]}}
            """)
        try writ(["posture", "ingest", "--format", "generic", "--create", "report.json"])
        let server = try server()
        let good = try TrustWorld.evidence("good")
        try expect("quarantine", ["--device", "laptop-7"], of: server) {
            try server.ask(good, "open")
        }
        // Any decision with it, not only those that look at it.
        try expect("quarantine", ["--device", "laptop-7"], of: server) { try server.ask(good) }
        try writ(["posture", "bind", "laptop-7", "--thumbprint", thumbprint, "--remove"])
        #expect(try !server.ask(good, "open").isAllowed)
        #expect(try server.ask(good).isAllowed)
    }

    @Test func whatIsKnownOfADeviceCountsForItsTimeOnly() throws {
        let thumbprint = try TrustWorld.thumbprint("good")
        try workplace.write(
            "report.json",
            """
            {"device": "laptop-7", "collectedAt": "\(ISO8601DateFormatter().string(from: Date()))",
             "attributes": {"compliant": true}, "boundTo": {"certificateThumbprints":
             ["\(thumbprint)"]}}
            """)
        let server = try server()
        try writ([
            "posture", "ingest", "--format", "generic", "--create", "--lifetime", "compliant=3",
            "report.json",
        ])
        let good = try TrustWorld.evidence("good")
        #expect(try server.ask(good, "open").isAllowed)
        #expect(try eventually { try !server.ask(good, "open").isAllowed })
        #expect(try server.ask(good, "open").cause == .decided)
    }

    // MARK: Crashes and workers

    @Test func restrictionsSurviveAKillAndReachEveryWorker() throws {
        var server = try server(threads: 3)
        let good = try EncodedEvidence(try TrustWorld.evidence("good"))
        let request = try EncodedRequest(
            AuthorizationRequest(
                action: EntityID("Action", "view"), resource: EntityID("Photo", "beach")))
        // More connections than workers; each is asked once before, so that verdicts are cached.
        func ask(_ isAllowed: Bool) throws {
            for _ in 0..<12 {
                var connection = try server.connect()
                let answer = try connection.decide(request, evidence: good)
                #expect(answer.isAllowed == isAllowed, "\(answer.detail)")
                if !isAllowed { #expect(answer.cause == .quarantined) }
            }
        }
        try ask(true)
        try writ(["revoke", "--spiffe", TrustWorld.api, "--reason", "stolen"])
        try ask(false)
        server.process.signal(SIGKILL)
        #expect(server.process.waitForEnd(seconds: 10) == 128 + SIGKILL)
        server = try self.server(threads: 3)
        try ask(false)
        try writ(["revoke", "--spiffe", TrustWorld.api, "--release"])
        try ask(true)
    }

    @Test func aRestrictionEndsByItself() throws {
        let server = try server()
        let good = try TrustWorld.evidence("good")
        let end = ISO8601DateFormatter().string(from: Date() + 3)
        try writ(["revoke", "--spiffe", TrustWorld.api, "--reason", "x", "--until", end])
        #expect(try server.ask(good).cause == .quarantined)
        #expect(try eventually { try server.ask(good).isAllowed })
    }
}
