import CedarSyntax
import Foundation
import Testing
import WritClient

@Suite(
    "writ serve: tokens",
    .enabled(if: TrustWorld.isAvailable, "the `openssl` command is not installed"))
struct TokenServiceTests {
    private let workplace: Workplace
    private let issuer: TokenIssuer

    init() throws {
        workplace = try TrustWorld.make()
        issuer = try TokenIssuer(in: workplace)
        try workplace.write("trust/login.jwks", issuer.keySet)
        try workplace.write(
            "policies/photos.cedar",
            TrustWorld.policies + """
                @id("alice-lists")
                permit (principal == User::"alice", action == Action::"list", resource) when {
                  context.verified.token.issuer == "\(TokenIssuer.name)" &&
                  context.verified.token.subject == "alice" &&
                  context.verified.token.clientId == "app" &&
                  context.verified.token.audience == ["writ"] &&
                  context.verified.token.scopes.contains("photos") &&
                  context.verified.token.issuedAt < context.verified.now &&
                  context.verified.token.expiresAt > context.verified.now
                };

                @id("bound")
                permit (principal == User::"alice", action == Action::"pay", resource) when {
                  context.verified.token.boundToCertificate &&
                  context.verified.tls.spiffeId == "\(TrustWorld.api)"
                };

                """)
    }

    private func server(
        whenBoth: String? = nil, rights: String = TrustWorld.gateway, introspects: Bool = false
    ) throws -> RunningServer {
        let source = introspects ? "introspection: true" : "keys: trust/login.jwks"
        let tokens = """
              tokens:
                - {issuer: '\(TokenIssuer.name)', \(source), audiences: [writ]}
              principals:
                - {token: '\(TokenIssuer.name)', type: User, id: sub}
            """
        let both = whenBoth.map { "\n  whenBoth: \($0)" } ?? ""
        return try RunningServer(
            workplace,
            configuration: TrustWorld.configuration(rights: rights, identity: both)
                .replacingOccurrences(of: "  principals:", with: tokens))
    }

    private func code(_ server: RunningServer, _ token: String) throws -> String {
        let answer = try server.ask(Evidence(token: token), "list")
        #expect(!answer.isAllowed)
        #expect(answer.cause == .identityRejected)
        return answer.detail
    }

    private func binding(_ name: String) throws -> String {
        let digits = Array(try TrustWorld.thumbprint(name))
        let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...($0 + 1)]), radix: 16)
        }
        return #","cnf":{"x5t#S256":"\#(TokenIssuer.base64URL(bytes))"}"#
    }

    @Test func refuses() throws {
        let server = try server()
        #expect(try code(server, "x") == "token_malformed")
        #expect(try code(server, issuer.token(algorithm: "none")) != "")
        #expect(try code(server, issuer.token(audience: "other")) == "token_wrong_audience")
        #expect(try code(server, issuer.token(lifeSeconds: -120)) == "token_expired")
        var parts = try issuer.token().split(separator: ".").map(String.init)
        parts[1] = TokenIssuer.base64URL(
            Array(#"{"iss":"\#(TokenIssuer.name)","sub":"mallory"}"#.utf8))
        #expect(try code(server, parts.joined(separator: ".")) == "token_bad_signature")
        let bound = try issuer.token(claims: try binding("good"))
        for _ in 0..<2 {
            #expect(try code(server, bound) == "token_bound_to_other_certificate")
        }
        var other = try TrustWorld.evidence("organization")
        other.token = bound
        #expect(try server.ask(other, "pay").detail == "token_bound_to_other_certificate")
        let large = String(repeating: "a", count: (64 << 10) + 1)
        #expect(try code(server, large) == "evidence_too_large")
    }

    @Test func aTokensSubjectIsTheUser() throws {
        let server = try server()
        let token = try issuer.token()
        for _ in 0..<2 {
            let answer = try server.ask(Evidence(token: token), "list")
            #expect(answer.isAllowed, "\(answer.detail)")
            #expect(answer.reasons == ["alice-lists"])
        }
        let bob = try server.ask(Evidence(token: try issuer.token("bob")), "list")
        #expect(bob.cause == .decided)
        #expect(!bob.isAllowed)
    }

    @Test func usersActThroughClients() throws {
        let server = try server()
        var evidence = try TrustWorld.evidence("good")
        evidence.token = try issuer.token(claims: try binding("good"))
        for _ in 0..<2 {
            let answer = try server.ask(evidence, "pay")
            #expect(answer.reasons == ["bound"], "\(answer.detail)")
        }
        // The user is the principal, so what the client may do counts for nothing.
        #expect(try !server.ask(evidence, "view").isAllowed)
    }

    @Test func theClientMayBeThePrincipal() throws {
        let server = try server(whenBoth: "certificate")
        var evidence = try TrustWorld.evidence("good")
        evidence.token = try issuer.token()
        #expect(try server.ask(evidence, "view").reasons == ["workloads-view"])
        #expect(try !server.ask(evidence, "list").isAllowed)
    }

    @Test func twoIdentitiesMayBeTooMany() throws {
        let server = try server(whenBoth: "neither")
        var evidence = try TrustWorld.evidence("good")
        evidence.token = try issuer.token()
        let answer = try server.ask(evidence, "view")
        #expect(answer.cause == .identityRejected)
        #expect(answer.detail == "two_identities")
        #expect(try server.ask(try TrustWorld.evidence("good"), "view").isAllowed)
    }

    // MARK: Introspection

    /// What the issuer answered, with members changed or added.
    private func introspection(_ more: String = "", active: String = "true") -> String {
        let now = Int(Date().timeIntervalSince1970)
        return """
            {"active":\(active),"iss":"\(TokenIssuer.name)","sub":"alice","aud":"writ",
            "client_id":"app","iat":\(now - 60),"exp":\(now + 300),"scope":"photos"\(more)}
            """
    }

    @Test func introspectionIsForGatewaysAndWhereItIsConfigured() throws {
        let nobody = try server(rights: "", introspects: true)
        let answer = try nobody.ask(Evidence(introspection: introspection()), "list")
        #expect(answer.cause == .unauthorizedPeer)
        #expect(answer.detail == "not_a_gateway")
        #expect(nobody.stop() == 0)
        let unasked = try server()
        #expect(
            try unasked.ask(Evidence(introspection: introspection()), "list").detail
                == "token_untrusted_issuer")
    }

    @Test func introspectionThatProvesNobody() throws {
        let server = try server(introspects: true)
        let rows: [(String, String)] = [
            (introspection(active: "false"), "token_inactive"),
            (introspection(active: "\"true\""), "token_claim_malformed"),
            (introspection(#","active":true"#), "token_duplicate_member"),
            (introspection(#","cnf":{"jkt":"x"}"#), "token_confirmation_unsupported"),
            (introspection(try binding("good")), "token_bound_to_other_certificate"),
            ("{", "token_not_json"),
            (String(repeating: " ", count: (64 << 10) + 1), "evidence_too_large"),
            // The text of a token is no answer about one.
            (try issuer.token(), "token_not_json"),
        ]
        for (text, code) in rows {
            for _ in 0..<2 {
                let answer = try server.ask(Evidence(introspection: text), "list")
                #expect(answer.cause == .identityRejected, "\(code)")
                #expect(answer.detail == code)
            }
        }
        // And such an answer is no token, before as after it was believed.
        for _ in 0..<2 {
            #expect(try !server.ask(Evidence(token: introspection()), "list").isAllowed)
            #expect(
                try server.ask(Evidence(introspection: introspection()), "list").isAllowed)
        }
        let both = try server.ask(
            Evidence(token: try issuer.token(), introspection: introspection()), "list")
        #expect(both.cause == .malformedRequest)
    }

    @Test func whomAnIntrospectedTokenBelongsTo() throws {
        let server = try server(introspects: true)
        let text = introspection()
        for _ in 0..<3 {
            let answer = try server.ask(Evidence(introspection: text), "list")
            #expect(answer.reasons == ["alice-lists"], "\(answer.detail)")
        }
        var bound = try TrustWorld.evidence("good")
        bound.introspection = introspection(try binding("good"))
        #expect(try server.ask(bound, "pay").reasons == ["bound"])
    }

    @Test func keysThatAreGoneAreNotBelieved() throws {
        let server = try server()
        let token = try issuer.token()
        #expect(try server.ask(Evidence(token: token), "list").isAllowed)
        try workplace.remove("trust/login.jwks")
        let isRefused = try eventually {
            try server.ask(Evidence(token: token), "list").detail == "token_untrusted_issuer"
        }
        #expect(isRefused)
    }
}
