import Gateway
import HTTPService
import SPOE
import Server
import Testing

@testable import Commands

@Suite("The configuration's `spoe`")
struct SPOEConfigurationTests {
    private static let identity = """
        identity:
          trust:
            domains: {bank.example: {bundle: t}}

        """

    private func read(
        _ spoe: String, identity: String = SPOEConfigurationTests.identity
    ) throws -> SPOEListenerConfiguration? {
        let workplace = try Workplace()
        try workplace.write(
            "writ.yaml",
            """
            policies: p
            store: s
            socket: {path: /run/writ/writ.sock}
            \(identity)spoe: \(spoe)

            """)
        return try ServiceConfiguration.read(workplace.path("writ.yaml")).spoe
    }

    @Test(
        "What cannot be meant is refused",
        arguments: [
            ("{routes: r}", "`spoe` must have exactly one of `socket` and `address`"),
            ("{routes: r, socket: s, address: '127.0.0.1:1'}", "exactly one of"),
            ("{socket: s}", "the key `spoe.routes` is missing"),
            ("{routes: r, address: '0.0.0.0:1'}", "is not a loopback address"),
            ("{routes: r, address: '127.0.0.1'}", "is no address with a port"),
            ("{routes: r, address: '127.0.0.1:0'}", "is no address with a port"),
            (
                "{routes: r, address: '127.0.0.1:1', allowedUsers: [1]}",
                "`spoe.allowedUsers` has no effect without `spoe.socket`"
            ),
            ("{routes: r, socket: s, maximumFrameBytes: 255}", "maximumFrameBytes"),
            ("{routes: r, socket: s, maximumFrameBytes: 2MiB}", "maximumFrameBytes"),
            ("{routes: r, socket: s, threads: 0}", "threads"),
            ("{routes: r, socket: s, deadline: 0s}", "a time above zero"),
            ("{routes: r, socket: s, deadline: 2h}", "must be a time above zero and at most 1h"),
            ("{routes: r, socket: s, log: some}", "`spoe.log`"),
            ("{routes: r, socket: s, message: m}", "unknown key `spoe.message`"),
            ("{routes: r, socket: s, tokens: true}", "without `identity.tokens`"),
            ("{routes: r, socket: s, identityHeaders: {x_user: principalId}}", "no name of"),
        ])
    func refused(_ text: String, _ message: String) throws {
        let failure = #expect(throws: Failure.self) { try read(text) }
        #expect(failure?.description.contains(message) == true, "\(failure?.description ?? "")")
    }

    @Test("Without identities there is nobody to decide for")
    func identities() throws {
        let failure = #expect(throws: Failure.self) {
            try read("{routes: r, socket: s}", identity: "")
        }
        #expect(failure?.description.contains("needs `identity`") == true)
    }

    @Test("Everything that is said is taken")
    func all() throws {
        let spoe = try #require(
            try read(
                """
                {routes: r, socket: /run/writ/s, allowedUsers: [33], allowedGroups: [7], threads: 3,
                 maximumConnections: 9, maximumFrameBytes: 16KiB, deadline: 500ms, errors: cedar, log: all,
                 challenge: Basic, identityHeaders: {x-user: principalId}}
                """))
        #expect(spoe.server.stream.endpoint == .unixSocket(path: "/run/writ/s"))
        #expect(spoe.server.stream.allowedPeers == PeerAllowList(userIDs: [33], groupIDs: [7]))
        #expect(spoe.server.stream.workerCount == 3)
        #expect(spoe.server.stream.limits.maximumConnections == 9)
        #expect(spoe.server.maximumFrameBytes == 16 << 10)
        #expect(spoe.server.deadlineMilliseconds == 500)
        #expect(spoe.logged == .all)
        #expect(spoe.gateway.settings.listener == "spoe")
        #expect(spoe.gateway.settings.identityFields.count == 1)
    }

    @Test("What is not said has a default")
    func defaults() throws {
        let spoe = try #require(try read("{routes: r, address: '[::1]:9192'}"))
        #expect(spoe.server.stream.endpoint == .loopback(host: "::1", port: 9192))
        #expect(spoe.server.stream.allowedPeers == .ownUser)
        #expect(spoe.server.stream.limits.maximumConnections == 256)
        #expect(spoe.server.maximumFrameBytes == 65_532)
        #expect(spoe.server.deadlineMilliseconds == nil)
        #expect(spoe.logged == .denials)
    }
}
