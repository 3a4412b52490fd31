import AuthZEN
import CedarSyntax
import HTTPService
import Server
import Testing

@testable import Commands

@Suite("HTTPListenerConfiguration")
struct HTTPConfigurationTests {
    private static let digest = String(repeating: "0f", count: 32)

    private static let head = """
        policies: p
        store: s
        socket: {path: /run/writ/writ.sock}
        identity:
          trust:
            domains: {bank.example: {bundle: t}}
            organizations: {bundle: o}
          tokens: [{issuer: 'https://login', keys: k, audiences: [writ]}]
        http:

        """

    private func read(
        _ text: String, head: String = HTTPConfigurationTests.head
    ) throws -> [HTTPListenerConfiguration] {
        let workplace = try Workplace()
        try workplace.write("short", "0123456789abcde")
        try workplace.write("key", "0123456789abcdef")
        try workplace.write("writ.yaml", head + text)
        return try ServiceConfiguration.read(workplace.path("writ.yaml")).http
    }

    private func refusal(
        _ text: String, head: String = HTTPConfigurationTests.head
    ) throws -> String {
        do {
            _ = try read(text, head: head)
        } catch let failure as Failure {
            return failure.description
        }
        Issue.record("not refused: \(text)")
        return ""
    }

    @Test(
        "Listeners that are not whole, or open to more than they should be, are refused",
        arguments: [
            ("  {name: a}", "`http` must be a list"),
            ("  - a", "`http` must have keys and values"),
            ("  - {family: authzen, socket: a}", "the key `http.name` is missing"),
            ("  - {name: a, socket: a}", "the key `http.family` is missing"),
            ("  - {name: 'a b', family: authzen, socket: a}", "a listener's name has at most"),
            ("  - {name: a, family: rest, socket: a}", "`http.family` must be `authzen`, "),
            ("  - {name: a, family: authzen}", "exactly one of `address` and `socket`"),
            (
                "  - {name: a, family: authzen, socket: a, address: 'b:1'}",
                "exactly one of `address` and `socket`"
            ),
            ("  - {name: a, family: operations, address: 'localhost'}", "`address` must be as in"),
            ("  - {name: a, family: operations, address: ':80'}", "`address` must be as in"),
            ("  - {name: a, family: operations, address: 'a:65536'}", "`address` must be as in"),
            ("  - {name: a, family: operations, address: '::1:80'}", "stands in brackets"),
            (
                "  - {name: a, family: authzen, socket: \(String(repeating: "x", count: 108))}",
                "at most 107 bytes"
            ),
            (
                "  - {name: a, family: authzen, address: '127.0.0.1:1'}",
                "open to the network without TLS"
            ),
            (
                "  - {name: a, family: operations, address: '0.0.0.0:1'}",
                "open to the network without TLS"
            ),
            (
                "  - {name: a, family: authzen, address: 'h:1', tls: {certificate: c, key: k}}",
                "answers anybody"
            ),
            (
                "  - {name: a, family: authzen, address: 'h:1', callers: {}, tls: {certificate: c, key: k}}",
                "answers anybody"
            ),
            (
                "  - {name: a, family: operations, address: 'h:1', tls: {certificate: c, key: k}}",
                "answers anybody"
            ),
            ("  - {name: a, family: authzen, socket: s, tls: {certificate: c, key: k}}", "no TLS"),
            (
                "  - {name: a, family: authzen, address: 'h:1', tls: {key: k}}",
                "`http.tls.certificate` is missing"
            ),
            (
                "  - {name: a, family: authzen, address: 'h:1', allowedUsers: [1]}",
                "are for a `socket`"
            ),
            ("  - {name: a, family: authzen, socket: s, threads: 257}", "from 1 to 256"),
            ("  - {name: a, family: authzen, socket: s, idleTimeout: 1500ms}", "in whole seconds"),
            ("  - {name: a, family: authzen, socket: s, requestTimeout: 25h}", "whole seconds"),
            ("  - {name: a, family: authzen, socket: s, maximumHeaderBytes: 1023}", "a size from"),
            ("  - {name: a, family: authzen, socket: s, log: some}", "`http.log` must be"),
            ("  - {name: a, family: operations, socket: s, authzen: {}}", "has no effect"),
            (
                "  - {name: a, family: authzen, socket: s, forwardAuth: {gateway: nginx, routes: r}}",
                "has no effect"
            ),
            (
                "  - {name: a, family: authzen, socket: s}\n  - {name: a, family: authzen, socket: t}",
                "two listeners have the name `a`"
            ),
            (
                "  - {name: a, family: authzen, socket: s}\n  - {name: b, family: authzen, socket: s}",
                "another listener has the address of `b`"
            ),
            (
                "  - {name: local, family: authzen, socket: s}",
                "`local` is the name of the local socket in metrics"
            ),
            ("  - {name: envoy, family: operations, socket: s}", "`envoy` is the name of"),
            ("  - {name: tls, family: operations, socket: s}", "`tls` is the name of"),
            ("  - {name: a, family: authzen, socket: s, port: 1}", "unknown key `http.port`"),
        ])
    func refusedListener(_ text: String, _ message: String) throws {
        let refused = try refusal(text + "\n")
        #expect(refused.contains(message), "\(refused)")
        #expect(refused.contains("writ.yaml:"), "\(refused)")
    }

    @Test(
        "Callers that prove nothing are refused",
        arguments: [
            ("keys: []", "an empty list lets nobody in"),
            ("keys: [{name: a}]", "`http.callers.keys.sha256` is missing"),
            ("keys: [{name: a, sha256: secret}]", "64 hexadecimal digits, never the key itself"),
            ("keys: [{name: a, sha256: \(digest)0}]", "64 hexadecimal digits"),
            ("keys: [{name: a, sha256: \(digest.dropLast())g}]", "64 hexadecimal digits"),
            (
                "keys: [{name: a, sha256: \(digest)}, {name: a, sha256: \(digest)}]",
                "`a` stands twice"
            ),
            (
                "keys: [{name: a, sha256: \(digest)}, {name: b, sha256: \(digest.uppercased())}]",
                "`a` and `b` are the same key"
            ),
            ("secrets: [a]", "`http.callers.secrets` must be a single value"),
            ("clients: [{name: a, sha256: \(digest)}]", "unknown key `http.callers.clients.name`"),
            ("certificates: []", "an empty list lets nobody in"),
            ("certificates: [{}]", "exactly one of `spiffe` and `subject`"),
            (
                "certificates: [{spiffe: 'spiffe://bank.example/*', subject: 'CN=a'}]",
                "exactly one of `spiffe` and `subject`"
            ),
            ("certificates: [{spiffe: 'spiffe://*/a'}]", "is no pattern of SPIFFE ids"),
            (
                "certificates: [{spiffe: 'spiffe://other.example/*'}]",
                "nobody of the trust domain `other.example` is trusted"
            ),
            ("tokens: [{issuer: 'https://login'}]", "must name a `subject` or a `client`"),
            ("tokens: [{issuer: 'https://x', subject: a}]", "are not believed"),
        ])
    func refusedCallers(_ text: String, _ message: String) throws {
        let refused = try refusal(
            """
              - name: a
                family: authzen
                address: 'h:1'
                tls: {certificate: c, key: k}
                callers:
                  \(text)

            """)
        #expect(refused.contains(message), "\(refused)")
        #expect(refused.contains("writ.yaml:"), "\(refused)")
    }

    @Test("Certificates and tokens need what they are judged by")
    func identityMissing() throws {
        let head = "policies: p\nstore: s\nsocket: {path: /x}\nhttp:\n"
        for (text, message) in [
            ("certificates: [{subject: 'CN=a'}]", "add `identity`"),
            ("tokens: [{issuer: i, subject: a}]", "list issuers under `identity.tokens`"),
        ] {
            let refused = try refusal(
                "  - {name: a, family: authzen, socket: s, callers: {\(text)}}\n", head: head)
            #expect(refused.contains(message), "\(refused)")
        }
        let refused = try refusal(
            "  - {name: a, family: authzen, address: 'h:1', tls: {certificate: c, key: k, clients: required}}\n",
            head: head)
        #expect(refused.contains("add `identity`"), "\(refused)")
        let ignored = try refusal(
            "  - {name: a, family: authzen, address: 'h:1', tls: {certificate: c, key: k, clients: ignored}, callers: {certificates: [{subject: 'CN=a'}]}}\n"
        )
        #expect(ignored.contains("does not ask for any"), "\(ignored)")
        let plain = try refusal(
            "  - {name: a, family: authzen, socket: s, callers: {certificates: [{subject: 'CN=a'}]}}\n"
        )
        #expect(plain.contains("does not ask for any"), "\(plain)")
    }

    @Test(
        "Mappings that name nothing are refused",
        arguments: [
            ("types: {user: 'not a type'}", "is no entity type"),
            ("types: [user]", "must have keys and values"),
            ("actionType: User", "is no entity type of actions"),
            ("subjectProperties: {take: some}", "must be `all` or `none`"),
            ("subjectProperties: [a]", "must have keys and values"),
            ("actionProperties: a", "must be a list"),
            ("actionPropertiesMember: verified", "that only the service makes"),
            ("lenient: maybe", "must be `false` or `true`"),
            ("maximumPage: 0", "from 1 to 100000"),
            ("maximumBody: 1KB", "must be a size"),
            ("maximumDepth: 3", "from 4 to 1000"),
            ("searches: 0", "from 1 to 256"), ("searches: 257", "from 1 to 256"),
            ("pageTokenKey: short", "needs 16 bytes"),
            ("pageTokenKey: absent", "No such file"),
            ("metadata: {decisionPoint: 'http://pdp'}", "must be an address as in"),
            ("metadata: {decisionPoint: 'https://pdp/'}", "must be an address as in"),
            ("metadata: {decisionPoint: 'https://pdp', signingKey: key}", "no unencrypted private"),
            ("metadata: {decisionPoint: 'https://pdp', keyId: one}", "has no effect without"),
            ("paging: 1", "unknown key `http.authzen.paging`"),
        ])
    func refusedMapping(_ text: String, _ message: String) throws {
        let refused = try refusal(
            "  - {name: a, family: authzen, socket: s, authzen: {\(text)}}\n")
        #expect(refused.contains(message), "\(refused)")
    }

    @Test("The least listeners have the documented defaults")
    func defaults() throws {
        let listeners = try read(
            """
              - {name: a, family: authzen, socket: run/http.sock}
              - {name: b, family: operations, address: '[::1]:0'}
              - {name: c, family: operations, address: 'localhost:0'}

            """)
        try #require(listeners.count == 3)
        let api = listeners[0]
        guard case .unix(let path) = api.address else {
            Issue.record("\(api.address)")
            return
        }
        #expect(path.hasSuffix("/run/http.sock"))
        #expect(api.peers == .ownUser)
        #expect(!api.servesMetrics && api.logged == .denials)
        #expect(api.limits == HTTPLimits())
        let configuration = try #require(api.authzen?.configuration)
        #expect(configuration.defaults == .replacement && !configuration.namesPolicies)
        #expect(configuration.limits == AuthZENLimits())
        #expect(configuration.mapping.allowsOtherTypes && configuration.mapping.allowsOtherActions)
        #expect(configuration.mapping.subjectProperties.names == nil)
        #expect(!configuration.mapping.subjectProperties.overridesStore)
        #expect(api.authzen?.metadata == nil)
        #expect(listeners[1].address == .tcp(host: "::1", port: 0))
        #expect(listeners[1].servesMetrics && listeners[1].logged == .none)
    }

    @Test("Every key is taken")
    func everyKey() throws {
        let listeners = try read(
            """
              - name: services
                family: authzen
                address: 0.0.0.0:8443
                tls: {certificate: c.pem, key: /k.pem, clients: optional}
                callers:
                  certificates:
                    - {spiffe: 'spiffe://bank.example/ns/*/sa/gateway'}
                    - {subject: 'CN=gateway,O=Bank'}
                  keys: [{name: shop, sha256: \(Self.digest)}]
                  clients: [{id: desk, sha256: \(Self.digest.uppercased())}]
                  secrets: callers.yaml
                  tokens: [{issuer: 'https://login', client: shop}]
                metrics: true
                log: all
                threads: 3
                maximumConnections: 7
                maximumHeaderBytes: 2KiB
                idleTimeout: 5m
                requestTimeout: 2s
                authzen:
                  types: {user: Bank::User}
                  otherTypes: true
                  actions: {can_read: read}
                  otherActions: true
                  actionType: Bank::Action
                  subjectProperties: {take: none}
                  resourceProperties: {take: [owner], override: true}
                  actionProperties: [soft]
                  actionPropertiesMember: how
                  context: []
                  lenient: true
                  namePolicies: true
                  pageTokenKey: key
                  maximumPage: 10
                  maximumTested: 11
                  searches: 5
                  maximumBody: 12KiB
                  maximumDepth: 13
                  maximumEvaluations: 14
                  metadata: {decisionPoint: 'https://pdp', capabilities: ['urn:a']}
              - name: gateways
                family: forward-auth
                socket: s
                allowedUsers: [33]
                allowedGroups: [34]
                forwardAuth: {gateway: nginx, routes: r.yaml, path: /ask}

            """)
        try #require(listeners.count == 2)
        let api = listeners[0]
        #expect(api.address == .tcp(host: "0.0.0.0", port: 8443))
        #expect(api.tls?.key == "/k.pem" && api.clients == .optional)
        #expect(api.callers.keys.count == 1 && api.callers.clients.count == 1)
        #expect(api.callers.certificates?.spiffeIDs.count == 1)
        #expect(api.callers.certificates?.subjects == ["CN=gateway,O=Bank"])
        #expect(api.callers.secretsPath?.hasSuffix("/callers.yaml") == true)
        #expect(api.callers.tokens.count == 1)
        #expect(api.servesMetrics && api.logged == .all && api.threads == 3)
        #expect(api.limits.maximumConnections == 7 && api.limits.maximumHeaderBytes == 2048)
        #expect(api.limits.idleSeconds == 300 && api.limits.requestSeconds == 2)
        let configuration = try #require(api.authzen?.configuration)
        let mapping = configuration.mapping
        #expect(mapping.types == ["user": "Bank::User"] && mapping.allowsOtherTypes)
        #expect(mapping.actions == ["can_read": "read"] && mapping.allowsOtherActions)
        #expect(mapping.actionType == "Bank::Action")
        #expect(mapping.subjectProperties.names == [])
        #expect(mapping.resourceProperties.names == ["owner"])
        #expect(mapping.resourceProperties.overridesStore)
        #expect(mapping.actionPropertyNames == ["soft"] && mapping.actionPropertiesName == "how")
        #expect(mapping.contextNames == [] && mapping.reservedContextName == "verified")
        #expect(configuration.defaults == .merging && configuration.namesPolicies)
        #expect(configuration.limits.maximumResults == 10)
        #expect(configuration.limits.maximumTested == 11)
        #expect(api.searchCount == 5 && api.decidingThreads == 8)
        #expect(configuration.limits.maximumBodyBytes == 12 << 10)
        #expect(configuration.limits.maximumDepth == 13)
        #expect(configuration.limits.maximumEvaluations == 14)
        #expect(api.authzen?.metadata?.decisionPoint == "https://pdp")
        #expect(api.authzen?.metadata?.capabilities == ["urn:a"])
        #expect(listeners[1].peers == PeerAllowList(userIDs: [33], groupIDs: [34]))
        #expect(listeners[1].forwardAuth?.path == "/ask")
    }
}
