import ForwardAuth
import Gateway
import HTTPService
import Testing

@testable import Commands

@Suite("ForwardAuthConfiguration")
struct ForwardAuthConfigurationTests {
    private static let identity = """
        identity:
          trust:
            domains: {bank.example: {bundle: t}}
          tokens: [{issuer: 'https://login', keys: k, audiences: [writ]}]

        """

    private func read(
        _ forwardAuth: String, listener: String = "socket: s",
        identity: String = ForwardAuthConfigurationTests.identity
    ) throws -> [HTTPListenerConfiguration] {
        let workplace = try Workplace()
        try workplace.write(
            "writ.yaml",
            """
            policies: p
            store: s
            socket: {path: /run/writ/writ.sock}
            \(identity)http:
              - {name: edge, family: forward-auth, \(listener), forwardAuth: \(forwardAuth)}

            """)
        return try ServiceConfiguration.read(workplace.path("writ.yaml")).http
    }

    @Test(
        "What cannot be meant is refused",
        arguments: [
            ("{routes: r}", "the key `http.forwardAuth.gateway` is missing"),
            ("{gateway: nginx}", "the key `http.forwardAuth.routes` is missing"),
            ("{gateway: apache, routes: r}", "`http.forwardAuth.gateway` must be"),
            ("{gateway: nginx, routes: r, certificate: pem}", "certificate` must be"),
            (
                "{gateway: nginx, routes: r, certificate: none, requireCertificate: true}",
                "`requireCertificate` has no effect"
            ),
            ("{gateway: nginx, routes: r, deadline: 0s}", "a time above zero"),
            ("{gateway: nginx, routes: r, path: ask}", "begins with a slash"),
            ("{gateway: nginx, routes: r, path: /ask/}", "begins with a slash"),
            ("{gateway: nginx, routes: r, path: /}", "begins with a slash"),
            ("{gateway: nginx, routes: r, headers: {}}", "unknown key `http.forwardAuth.headers`"),
            (
                "{gateway: nginx, routes: r, identityHeaders: {host: principalId}}",
                "no name of an identity header"
            ),
        ])
    func refused(_ text: String, _ message: String) throws {
        let failure = #expect(throws: Failure.self) { try read(text) }
        #expect(failure?.description.contains(message) == true, "\(failure?.description ?? "")")
    }

    @Test("A gateway does not prove itself with its client's own field")
    func keys() throws {
        let digest = String(repeating: "0f", count: 32)
        for callers in ["keys: [{name: a, sha256: \(digest)}]", "secrets: callers.yaml"] {
            let failure = #expect(throws: Failure.self) {
                try read(
                    "{gateway: traefik, routes: r}",
                    listener: "address: '127.0.0.1:1', tls: {certificate: c, key: k}, "
                        + "callers: {\(callers)}")
            }
            #expect(failure?.description.contains("cannot prove itself by `Authorization`") == true)
        }
    }

    @Test("Without identities there is nobody to decide for")
    func identities() throws {
        let failure = #expect(throws: Failure.self) {
            try read("{gateway: nginx, routes: r}", identity: "")
        }
        #expect(failure?.description.contains("needs `identity`") == true)
    }

    @Test("Each gateway has its usual certificate field", arguments: GatewayFamily.allCases)
    func usual(_ family: GatewayFamily) throws {
        let listener = try #require(
            try read("{gateway: \(family.rawValue), routes: r}").first?.forwardAuth)
        #expect(listener.settings.reader.family == family)
        #expect(listener.settings.reader.certificate == family.usualCertificate)
        #expect(listener.settings.deadlineMilliseconds == nil && !listener.settings.tellsCause)
        #expect(listener.gateway.settings.listener == "edge")
        #expect(listener.gateway.settings.judgesTokens)
    }

    @Test("All keys are read")
    func all() throws {
        let listeners = try read(
            "{gateway: caddy, routes: r, certificate: clientCert, requireCertificate: true, "
                + "deadline: 1500ms, causes: true, tokens: false, identityHeaders: {x-user: removed}}"
        )
        let listener = try #require(listeners.first?.forwardAuth)
        #expect(listener.settings.reader.certificate == .clientCert)
        #expect(listener.settings.reader.requiresCertificate)
        #expect(listener.settings.deadlineMilliseconds == 1500 && listener.settings.tellsCause)
        #expect(!listener.gateway.settings.judgesTokens)
        #expect(listener.gateway.settings.identityFields.map(\.source) == [.removed])
        #expect(listeners.first?.limits.maximumHeaderBytes == 64 << 10)
    }
}
