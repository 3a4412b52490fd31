import ExtAuthz
import ExtAuthzMessages
import Glibc
import Server
import Testing

/// Starting, who may connect, and stopping.
@Suite(.serialized) struct ExtAuthzServerTests {
    @Test func socketIsForOwnerAndGroup() throws {
        let test = try TestServer()
        var status = stat()
        #expect(unsafe lstat(test.path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o660)
        test.server.stop(drainFor: .zero)
        #expect(unsafe lstat(test.path, &status) != 0)
    }

    @Test func pathInUseIsLeftAlone() throws {
        let test = try TestServer()
        #expect(throws: ExtAuthzError.socket(.addressInUse(path: test.path))) {
            _ = try ExtAuthzServer.start(
                ExtAuthzConfiguration(endpoint: .unixSocket(path: test.path), loopCount: 1)
            ) { _ in PathHandler() }
        }
        #expect(try test.serves())
    }

    @Test func peersThatAreNotListedAreRefused() throws {
        let test = try TestServer { $0.allowedPeers = PeerAllowList(userIDs: []) }
        let gateway = try test.gateway()
        #expect(gateway.awaitEnd().isClosed)
        #expect(test.server.statistics.refusedPeers == 1)
        #expect(test.server.statistics.calls == 0)
    }

    @Test func handlersThatCannotBeMade() throws {
        struct NoHandler: Error {}
        let folder = SocketFolder()
        #expect(throws: ExtAuthzError.self) {
            _ = try ExtAuthzServer.start(
                ExtAuthzConfiguration(endpoint: .unixSocket(path: folder.socket()), loopCount: 2)
            ) { number in
                if number == 1 { throw NoHandler() }
                return PathHandler()
            }
        }
        #expect(unsafe access(folder.socket(), F_OK) != 0)
    }

    @Test func stopTellsGatewaysAndAnswersWhatCame() throws {
        let test = try TestServer(loopCount: 2)
        let idle = try test.gateway()
        #expect(try idle.call(checkRequest("/allow")).message == allowed)
        test.server.stop(drainFor: .milliseconds(300))
        let end = idle.awaitEnd()
        #expect(end.isClosed)
        #expect(end.code == 0)
        #expect(throws: (any Error).self) { _ = try test.gateway() }
    }

    @Test(arguments: [
        ("0.0.0.0", false), ("10.0.0.1", false), ("localhost", false), ("127.0.0.1.evil", false),
        ("::", false), ("127.1", false), ("1270.0.0.1", false), ("", false), ("127.0.0.1", true),
        ("127.255.0.9", true), ("::1", true),
    ])
    func onlyLoopbackIsServedWithoutTLS(_ host: String, _ isServed: Bool) {
        let configuration = ExtAuthzConfiguration(endpoint: .loopback(host: host, port: 9191))
        #expect((configuration.problem == nil) == isServed)
    }

    @Test func configurationsAreJudged() {
        func problem(_ change: (inout ExtAuthzConfiguration) -> Void) -> String? {
            var configuration = ExtAuthzConfiguration(
                endpoint: .unixSocket(path: "/run/pdp.sock"), loopCount: 1)
            change(&configuration)
            return configuration.problem
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.loopCount = 0 } != nil)
        #expect(problem { $0.loopCount = 257 } != nil)
        #expect(problem { $0.endpoint = .loopback(host: "::1", port: 65_536) } != nil)
        #expect(problem { $0.maximumConnections = 0 } != nil)
        #expect(problem { $0.messageLimits.maximumMessageBytes = 1023 } != nil)
        #expect(problem { $0.maximumHeldBytes = $0.messageLimits.maximumMessageBytes } != nil)
        #expect(problem { $0.maximumUnsentBytes = 100 } != nil)
        #expect(problem { $0.maximumDeadline = .zero } != nil)
        #expect(problem { $0.identityHeaders = ["X-User"] } != nil)
        #expect(problem { $0.identityHeaders = [":path"] } != nil)
        #expect(problem { $0.identityHeaders = ["x-user", "x-roles"] } == nil)
    }
}
