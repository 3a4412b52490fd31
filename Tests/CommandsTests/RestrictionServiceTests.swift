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
        let decoded = try #require(Data(base64Encoded: padded))
        let claims = try #require(
            JSONSerialization.jsonObject(with: decoded) as? [String: Any])
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
        try expect("revoke", ["--certificate", try TrustWorld.path("good.pem")], of: server, ask)
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

    // MARK: Organisations

    @Test func thirdPartiesAreSetApart() throws {
        let server = try server()
        var evidence = try TrustWorld.evidence("organization")
        evidence.sourceIP = "192.0.2.7"
        evidence.http = ["method": .string("POST")]
        let context: [String: CedarValue] = ["amount": .long(5)]
        try expect("quarantine", ["--third-party", "PSDDE-BAFIN-123456"], of: server) {
            try server.ask(evidence, "pay", context: context)
        }
        // Others of its type go on.
        try writ(["quarantine", "--third-party", "PSDDE-BAFIN-1", "--reason", "x"])
        #expect(try server.ask(evidence, "pay", context: context).isAllowed)
    }

    @Test func tenantsAreSetApartWithAllThatNamesThem() throws {
        let server = try server()
        try workplace.write(
            "beach.json",
            """
            {"uid": {"type": "Photo", "id": "beach"}, "parents": [],
             "attrs": {"tenant": {"__entity": {"type": "Tenant", "id": "acme"}}, "sharedWith":
             [{"__entity": {"type": "Team", "id": "a"}}, {"__entity": {"type": "Team", "id": "b"}}]}}
            """)
        try writ(["store", "put", "beach.json"])
        let good = try TrustWorld.evidence("good")
        let ask = { try server.ask(good) }
        try expect("quarantine", ["--tenant", "acme"], of: server, ask)
        try writ(["quarantine", "--tenant", "other", "--reason", "x"])
        #expect(try ask().isAllowed)
        // What an attribute names counts only where that was asked for.
        let team = #"Team::"b""#
        try writ(["quarantine", "--entity", team, "--reason", "x"])
        #expect(try ask().isAllowed)
        try writ(["quarantine", "--entity", team, "--references", "--reason", "x"])
        #expect(try ask().cause == .quarantined)
        try writ(["quarantine", "--entity", team, "--release"])
        #expect(try ask().isAllowed)
    }

    // MARK: Devices

    /// Takes in what is said of a device that is bound to the certificate `good`.
    private func report(collectedAt: Date, _ arguments: String...) throws {
        let milliseconds = Int64(collectedAt.timeIntervalSince1970 * 1000)
        try workplace.write(
            "report.json",
            """
            {"device": "laptop-7", "collectedAt": \(milliseconds),
             "attributes": {"compliant": true}, "boundTo": {"certificateThumbprints":
             ["\(try TrustWorld.thumbprint("good"))"]}}
            """)
        try writ(
            ["posture", "ingest", "--format", "generic", "--create"] + arguments + ["report.json"])
    }

    @Test func devicesAreSetApart() throws {
        try report(collectedAt: Date())
        let server = try server()
        let good = try TrustWorld.evidence("good")
        try expect("quarantine", ["--device", "laptop-7"], of: server) {
            try server.ask(good, "open")
        }
        // Any decision with it, not only those that look at it.
        try expect("quarantine", ["--device", "laptop-7"], of: server) { try server.ask(good) }
        let thumbprint = try TrustWorld.thumbprint("good")
        try writ(["posture", "bind", "laptop-7", "--thumbprint", thumbprint, "--remove"])
        #expect(try !server.ask(good, "open").isAllowed)
        #expect(try server.ask(good).isAllowed)
        // The certificate itself says the same as its thumbprint.
        let file = try TrustWorld.path("good.pem")
        try writ(["posture", "bind", "laptop-7", "--certificate", file])
        #expect(try server.ask(good, "open").isAllowed)
    }

    @Test func whatIsKnownOfADeviceCountsForItsTimeOnly() throws {
        let server = try server()
        let good = try TrustWorld.evidence("good")
        try report(collectedAt: Date())
        #expect(try server.ask(good, "open").isAllowed)
        // From its collection on, not from when it was taken in.
        try report(collectedAt: Date(), "--lifetime", "compliant=1")
        #expect(try eventually { try !server.ask(good, "open").isAllowed })
        #expect(try server.ask(good, "open").cause == .decided)
        try report(collectedAt: Date() - 10, "--lifetime", "compliant=600")
        #expect(try !server.ask(good, "open").isAllowed, "older, so it changes nothing")
        try report(collectedAt: Date())
        #expect(try server.ask(good, "open").isAllowed)
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

    /// Both the command and the server are killed as soon as the command has answered.
    @Test func whatWasAnsweredIsKeptWhoeverIsKilled() throws {
        for round in 0..<5 {
            var server = try server()
            let output = workplace.path("revoke.out")
            let command = try ChildProcess(
                WritProgram.path,
                [
                    "revoke", "--store", "store", "--token-id", "t\(round)", "--spiffe",
                    TrustWorld.api, "--reason", "stolen",
                ], directory: workplace.path, output: output,
                errors: workplace.path("revoke.err"))
            try #require(eventually { workplace.text("revoke.out").hasPrefix("revision ") })
            command.signal(SIGKILL)
            server.process.signal(SIGKILL)
            _ = command.waitForEnd(seconds: 10)
            #expect(server.process.waitForEnd(seconds: 10) == 128 + SIGKILL)
            server = try self.server()
            #expect(try server.ask(TrustWorld.evidence("good")).cause == .quarantined)
            try writ([
                "revoke", "--token-id", "t\(round)", "--spiffe", TrustWorld.api, "--release",
            ])
            #expect(try server.ask(TrustWorld.evidence("good")).isAllowed)
            try workplace.remove("revoke.out")
            #expect(server.stop() == 0)
        }
    }

    @Test func aRestrictionEndsByItself() throws {
        let server = try server()
        let good = try TrustWorld.evidence("good")
        func restrict(until seconds: Double, status: Int32 = 0) throws {
            let end = ISO8601DateFormatter().string(from: Date() + seconds)
            try writ(
                ["revoke", "--spiffe", TrustWorld.api, "--reason", "x", "--until", end],
                status: status)
        }
        try restrict(until: 600)
        #expect(try server.ask(good).cause == .quarantined)
        // What is over would restrict nothing, and whoever asks for it means something else.
        try restrict(until: -2, status: 1)
        #expect(try server.ask(good).cause == .quarantined)
        try restrict(until: 4)
        #expect(try eventually { try server.ask(good).isAllowed })
        #expect(try list().map { $0["active"] as? Bool } == [false])
    }

    // MARK: The list

    private func list() throws -> [[String: Any]] {
        let printed = try writ(["quarantine", "list", "--json"])
        return try #require(
            JSONSerialization.jsonObject(with: Data(printed.utf8)) as? [[String: Any]])
    }

    @Test func everythingIsListed() throws {
        #expect(try list().isEmpty)
        #expect(try writ(["quarantine", "list"]) == "nothing is revoked or in quarantine\n")
        let end = "2126-12-01T08:00:00Z"
        try writ([
            "revoke", "--thumbprint", String(repeating: "AB", count: 32), "--serial", "00:0A",
            "--issuer", "CN=ca", "--subject", "alice", "--token-id", "j", "--reason",
            "key-compromise", "--note", "see INC-7", "--until", end,
        ])
        try writ([
            "quarantine", "--device", "laptop-7", "--tenant", "acme", "--third-party", "psp",
            "--reason", "malware",
        ])
        let all = try list()
        let subjects = all.compactMap { $0["subject"] as? String }
        #expect(
            Set(subjects) == [
                "certificate with SHA-256 " + String(repeating: "ab", count: 32),
                "certificate a of `CN=ca`", "tokens of subject `alice` of `CN=ca`",
                "token `j` of `CN=ca`", #"Device::"laptop-7""#, #"Tenant::"acme""#,
                #"ThirdParty::"psp""#,
            ])
        for one in all {
            let isRevoked = one["kind"] as? String == "revoked"
            #expect(one["reason"] as? String == (isRevoked ? "key-compromise" : "malware"))
            #expect(one["until"] as? String == (isRevoked ? "2126-12-01T08:00:00Z" : nil))
            #expect(one["note"] as? String == (isRevoked ? "see INC-7" : nil))
            #expect(one["active"] as? Bool == true)
            let namesTenant = one["subject"] as? String == #"Tenant::"acme""#
            #expect(one["references"] as? Bool == namesTenant)
        }
        let words = try writ(["quarantine", "list"])
        #expect(words.split(separator: "\n").count == 7)
        #expect(words.contains(#"quarantined  Device::"laptop-7"  malware  since "#))
        #expect(words.contains(", until 2126-12-01T08:00:00Z  see INC-7"))
    }

    @Test(arguments: [
        ["revoke", "--reason", "x"], ["revoke", "--spiffe", "spiffe://a/b"],
        ["revoke", "--spiffe", "spiffe://a/b", "--reason", "Bad Reason"],
        ["revoke", "--serial", "1", "--reason", "x"],
        ["revoke", "--spiffe", "spiffe://a/b", "--reason", "x", "--until", "tomorrow"],
    ])
    func whatMakesNoSenseIsRefused(_ arguments: [String]) throws {
        try writ(arguments, status: 1)
        #expect(try list().isEmpty)
    }

    @Test(arguments: [
        ["revoke", "--thumbprint", "abc", "--reason", "x"],
        ["revoke", "--spiffe", "https://a/b", "--reason", "x"],
        ["revoke", "--token-id", "good", "--thumbprint", "abc", "--reason", "x"],
        ["revoke", "--token-id", "nobody", "--release"],
    ])
    func whatIsNotOfItsFormIsRefusedAsAWhole(_ arguments: [String]) throws {
        try writ(arguments, status: 1)
        #expect(try list().isEmpty)
    }
}
