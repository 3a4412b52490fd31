import CedarSyntax
import Foundation
import Testing
import WritClient

@Suite(
    "writ serve: identities",
    .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
struct IdentityServiceTests {
    private let alice = EntityID(type: "User", id: "alice")

    private func server(
        rights: String = TrustWorld.gateway, identity: String = ""
    ) throws -> RunningServer {
        try RunningServer(
            TrustWorld.make(),
            configuration: TrustWorld.configuration(rights: rights, identity: identity))
    }

    private func expect(
        _ answer: Answer, _ cause: Cause, _ detail: String,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(!answer.isAllowed, sourceLocation: location)
        #expect(answer.cause == cause, sourceLocation: location)
        #expect(answer.detail == detail, sourceLocation: location)
        #expect(answer.reasons.isEmpty, sourceLocation: location)
    }

    // MARK: Refusals

    @Test func evidenceIsForGatewaysOnly() throws {
        let server = try server(rights: "")
        let good = try TrustWorld.evidence("good")
        expect(try server.ask(good), .unauthorizedPeer, "not_a_gateway")
        // An empty one is none, but still leads to nobody.
        expect(try server.ask(Evidence()), .identityRejected, "principal_missing")
    }

    @Test func principalsAreNotForEveryoneToName() throws {
        let server = try server()
        expect(
            try server.ask(nil, named: alice, "look"), .unauthorizedPeer,
            "principal_may_not_be_named")
        expect(
            try server.ask(try TrustWorld.evidence("good"), named: alice, "look"),
            .unauthorizedPeer, "principal_may_not_be_named")
        expect(try server.ask(Evidence()), .identityRejected, "principal_missing")
    }

    @Test(arguments: [
        ("server_only", "wrong_purpose"), ("two_uris", "several_uri_names"),
        ("stranger", "untrusted_issuer"), ("other_domain", "untrusted_domain"),
        ("weak_key", "weak_key"), ("authority", "leaf_is_authority"), ("revoked", "revoked"),
        ("missing_chain", "untrusted_issuer"), ("critical", "unknown_critical_extension"),
        ("semicolon", "spiffe_id_malformed"),
    ])
    func badCertificates(_ name: String, _ code: String) throws {
        let server = try server()
        let evidence = try TrustWorld.evidence(name)
        for _ in 0..<2 { expect(try server.ask(evidence), .identityRejected, code) }
    }

    @Test func badEncodings() throws {
        let server = try server()
        let chain = try TrustWorld.chain("good")
        let rows: [(Evidence.Certificate, String)] = [
            (.chain([[0x30]]), "certificate_malformed"),
            (.chain([Array(chain[0].dropLast())]), "certificate_malformed"),
            (.chain([chain[0] + [0]]), "certificate_malformed"),
            (.chain(Array(repeating: chain[0], count: 9)), "chain_too_long"),
            (.chain([[UInt8](repeating: 0x30, count: (64 << 10) + 1)]), "chain_too_large"),
            (.forwardedClientCert("URI=spiffe://prod.example.org/a"), "chain_empty"),
            (.clientCert("x"), "header_malformed"),
            (.escapedPEM("x"), "header_malformed"), (.base64DER("!"), "header_malformed"),
        ]
        for (certificate, code) in rows {
            let answer = try server.ask(Evidence(certificate: certificate))
            #expect(answer.cause == .identityRejected, "\(code)")
            #expect(answer.detail == code)
        }
        let large = Evidence(certificate: .escapedPEM(String(repeating: "a", count: 262_145)))
        expect(try server.ask(large), .identityRejected, "evidence_too_large")
        expect(
            try server.ask(Evidence(token: "a.b.c")), .identityRejected, "token_not_configured")
    }

    @Test func anIdentityThatNoRuleFitsIsNobody() throws {
        let server = try RunningServer(
            TrustWorld.make(),
            configuration: TrustWorld.configuration()
                .replacingOccurrences(of: "/ns/*/sa/*", with: "/other/**"))
        expect(
            try server.ask(try TrustWorld.evidence("good")), .identityRejected,
            "principal_unmapped")
    }

    @Test func theReservedMemberIsNotTheCallers() throws {
        let server = try server(rights: TrustWorld.both)
        let forged: [String: CedarValue] = ["verified": .record(["now": .long(1)])]
        let good = try TrustWorld.evidence("good")
        let rows: [(Evidence?, EntityID?)] = [(good, nil), (nil, alice)]
        for (evidence, named) in rows {
            let answer = try server.ask(evidence, named: named, "look", context: forged)
            expect(answer, .reservedMember, "")
        }
    }

    @Test func theReservedMemberHasTheConfiguredName() throws {
        let server = try server(
            rights: TrustWorld.both, identity: "  verified: 'established facts'")
        let answer = try server.ask(
            nil, named: alice, "look", context: ["established facts": .long(1)])
        expect(answer, .reservedMember, "")
    }

    @Test func malformedFacts() throws {
        let server = try server()
        for address in ["192.0.2.300", "192.0.2.0/24", "localhost", "::1%eth0"] {
            var evidence = try TrustWorld.evidence("good")
            evidence.sourceIP = address
            expect(try server.ask(evidence), .malformedRequest, "source_ip_malformed")
        }
        var long = try TrustWorld.evidence("good")
        long.sourceIP = String(repeating: "1", count: 65)
        expect(try server.ask(long), .identityRejected, "evidence_too_large")
    }

    @Test func anotherPrincipalThanTheIdentitysIsAConflict() throws {
        let server = try server(rights: TrustWorld.both)
        let good = try TrustWorld.evidence("good")
        expect(
            try server.ask(good, named: alice, "look"), .unauthorizedPeer, "principal_conflict")
        let api = EntityID(type: "Workload", id: TrustWorld.api)
        #expect(try server.ask(good, named: api).isAllowed)
        #expect(try server.ask(nil, named: alice, "look").isAllowed)
    }

    @Test func evidenceCanBeRequired() throws {
        let server = try server(rights: TrustWorld.both + "\n  requireEvidence: true")
        expect(
            try server.ask(nil, named: alice, "look"), .identityRejected, "evidence_missing")
        expect(
            try server.ask(Evidence(sourceIP: "192.0.2.7"), named: alice, "look"),
            .identityRejected, "evidence_missing")
        #expect(try server.ask(try TrustWorld.evidence("good")).isAllowed)
    }

    @Test func withoutIdentityNoEvidenceIsTaken() throws {
        let server = try RunningServer()
        let good = try TrustWorld.evidence("good")
        expect(try server.ask(good, named: alice), .unauthorizedPeer, "not_a_gateway")
        let named = try server.ask(nil, named: alice)
        #expect(named.isAllowed)
    }

    // MARK: What is established

    @Test func everyFormOfACertificateIsTheSameIdentity() throws {
        let server = try server()
        let chain = try TrustWorld.chain("good")
        let base64 = chain.map { Data($0).base64EncodedString() }
        let pem = try TrustWorld.text("good.pem")
        let issuers = try TrustWorld.text("good.chain.pem")
        let hash = try TrustWorld.thumbprint("good")
        let forms: [Evidence.Certificate] = [
            .chain(chain),
            .forwardedClientCert(
                "Hash=\(hash);Chain=\"\(TrustWorld.escaped(pem + issuers))\";URI=spiffe://x/y"),
            .clientCert(":\(base64[0]):", chain: ":\(base64[1]):"),
            .escapedPEM(TrustWorld.escaped(pem + issuers)),
        ]
        for form in forms {
            for _ in 0..<2 {
                let answer = try server.ask(Evidence(certificate: form))
                #expect(answer.isAllowed, "\(answer.detail)")
                #expect(answer.reasons == ["workloads-view"])
            }
        }
        let direct = try TrustWorld.chain("organization")
        let answer = try server.ask(
            Evidence(
                certificate: .base64DER(Data(direct[0]).base64EncodedString()),
                sourceIP: "192.0.2.7", http: ["method": .string("POST")]),
            "pay", context: ["amount": .long(5), "zeta": .bool(true), "a": .string("b")])
        #expect(answer.reasons == ["partners-pay"])
    }

    @Test func factsDecide() throws {
        let server = try server()
        var evidence = try TrustWorld.evidence("organization")
        evidence.sourceIP = "192.0.2.7"
        evidence.http = ["method": .string("POST")]
        let few: [String: CedarValue] = ["amount": .long(5)]
        #expect(try server.ask(evidence, "pay", context: few).isAllowed)
        #expect(try !server.ask(evidence, "pay", context: ["amount": .long(100)]).isAllowed)
        evidence.sourceIP = "198.51.100.7"
        #expect(try !server.ask(evidence, "pay", context: few).isAllowed)
        evidence.sourceIP = "192.0.2.7"
        evidence.http = ["method": .string("GET")]
        #expect(try !server.ask(evidence, "pay", context: few).isAllowed)
    }

    @Test func batchesShareTheirEvidence() throws {
        let server = try server()
        var connection = try server.connect()
        let requests = try ["view", "pay", "view"].map {
            try EncodedRequest(
                AuthorizationRequest(
                    action: EntityID(type: "Action", id: $0),
                    resource: EntityID(type: "Photo", id: "beach")))
        }
        let evidence = try EncodedEvidence(try TrustWorld.evidence("good"))
        let answers = try connection.decideBatch(requests, evidence: evidence)
        #expect(answers.map(\.isAllowed) == [true, false, true])
    }

    // MARK: Changes

    @Test func anEmptiedBundleDistrustsAtOnce() throws {
        let server = try server()
        let good = try TrustWorld.evidence("good")
        #expect(try server.ask(good).isAllowed)
        let root = server.workplace.text("trust/prod/root.pem")
        try server.workplace.remove("trust/prod/root.pem")
        let start = ContinuousClock.now
        let isRefused = try eventually { try server.ask(good).detail == "untrusted_domain" }
        #expect(isRefused)
        #expect(ContinuousClock.now - start < .seconds(2))
        try server.workplace.write("trust/prod/root.pem", root)
        #expect(try eventually { try server.ask(good).isAllowed })
        #expect(server.log.contains("TRUST BUNDLE EMPTY"))
    }

    @Test func theDenyListCountsAtOnceAndAMistakeInItDoesNot() throws {
        let server = try server()
        let good = try TrustWorld.evidence("good")
        #expect(try server.ask(good).isAllowed)
        try server.workplace.write(
            "trust/denied", "thumbprint \(try TrustWorld.thumbprint("good"))\n")
        #expect(try eventually { try server.ask(good).detail == "denied_thumbprint" })
        try server.workplace.write("trust/denied", "thumbprint none\n")
        #expect(eventually { server.log.contains("trust/denied:1: expected") })
        #expect(try server.ask(good).detail == "denied_thumbprint")
    }

    @Test func aSchemaNeedNotSayAllThatIsEstablished() throws {
        let workplace = try TrustWorld.make()
        try workplace.write(
            "schema.cedarschema",
            """
            entity Workload; entity Photo;
            action view appliesTo { principal: Workload, resource: Photo, context: {
              verified: { now: datetime, tls?: { subject: String } }, note?: String } };
            """)
        try workplace.write(
            "policies/photos.cedar",
            """
            permit (principal, action, resource)
            when { context.verified has tls && context.verified.tls.subject == "CN=api,O=Example" };
            """)
        let server = try RunningServer(
            workplace,
            configuration: TrustWorld.configuration() + "schema: schema.cedarschema\n")
        let good = try TrustWorld.evidence("good")
        #expect(try server.ask(good).isAllowed)
        #expect(try server.ask(good, context: ["note": .string("x")]).isAllowed)
        expect(
            try server.ask(good, context: ["note": .long(1)]), .schemaViolation,
            "context.note: expected `String`, found a `Long`")
        expect(try server.ask(good, context: ["verified": .long(1)]), .reservedMember, "")
    }
}
