import Glibc
import Server
import Testing

/// What is said of a place before a start must be what the start says.
@Suite struct SocketPlacesTests {
    private static let other = geteuid() == 65_534 ? 65_533 : UInt32(65_534)
    private static let others = PeerAllowList(userIDs: [geteuid(), other])

    /// What is said of places, in their order.
    private func judged(_ places: [(String, PeerAllowList)]) -> LocalSocketError? {
        var judge = SocketPlaces()
        do throws(LocalSocketError) {
            for (path, peers) in places { try judge.judge(path, for: peers) }
            return nil
        } catch {
            return error
        }
    }

    /// What starts say, in the same order.
    private func started(_ places: [(String, PeerAllowList)]) -> LocalSocketError? {
        var servers: [LocalSocketServer] = []
        defer { for server in servers { server.stop(drainFor: .zero) } }
        do throws(LocalSocketError) {
            for (path, peers) in places {
                var configuration = LocalSocketConfiguration(path: path, workerCount: 1)
                configuration.allowedPeers = peers
                servers.append(
                    try LocalSocketServer.start(configuration) { _ in EchoHandler() })
            }
            return nil
        } catch {
            return error
        }
    }

    private func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    private func expectSame(
        _ places: [(String, PeerAllowList)], at location: SourceLocation = #_sourceLocation
    ) -> LocalSocketError? {
        let before = judged(places)
        #expect(before == started(places), sourceLocation: location)
        return before
    }

    @Test func whatIsMissingOrInTheWayIsTold() throws {
        let directory = TemporaryDirectory()
        let inner = directory.path + "/other"
        let own = PeerAllowList.ownUser
        #expect(
            expectSame([(inner + "/deep/s", own)])
                == .system(
                    operation: "make the socket directory", path: inner + "/deep", code: ENOENT))
        for path in ["relative/s", "/", directory.path + "/"] {
            #expect(judged([(path, own)]) == .invalidPath(path: path))
        }
        let long = directory.path + "/" + String(repeating: "a", count: 107)
        #expect(judged([(long, own)]) == .pathTooLong(path: long, limitBytes: 107))
        _ = close(unsafe open(inner, O_CREAT | O_WRONLY, 0o600))
        #expect(expectSame([(inner, own)]) == .notASocket(path: inner))
        #expect(
            expectSame([(inner + "/s", own)])
                == .system(operation: "open the socket directory", path: inner, code: ENOTDIR))
        #expect(
            expectSame([(inner + "/deep/s", own)])
                == .system(
                    operation: "make the socket directory", path: inner + "/deep", code: ENOTDIR))
        #expect(unsafe unlink(inner) == 0)
        #expect(unsafe symlink("nowhere", inner) == 0)
        #expect(
            expectSame([(inner + "/s", own)])
                == .system(operation: "open the socket directory", path: inner, code: ENOENT))
    }

    @Test func whatIsNotSafeOrClosedIsTold() throws {
        let directory = TemporaryDirectory()
        let inner = directory.path + "/other"
        let closed = LocalSocketError.closedDirectory(path: directory.path)
        #expect(expectSame([(directory.socket, Self.others)]) == closed)
        // Before the start, which makes the directory.
        #expect(judged([(inner + "/s", Self.others)]) == closed)
        #expect(!exists(inner))
        // The second place is in a directory that was made for the first.
        #expect(judged([(inner + "/s", .ownUser), (inner + "/t", Self.others)]) == closed)
        #expect(unsafe chmod(directory.path, 0o770) == 0)
        guard case .unsafeDirectory(directory.path, _) = expectSame([(directory.socket, .ownUser)])
        else {
            Issue.record("a directory that its group may write to was taken")
            return
        }
        try directory.letOthersPass()
        let places = [(inner + "/s", PeerAllowList.ownUser), (inner + "/deep/s", Self.others)]
        #expect(judged(places) == .closedDirectory(path: inner))
        #expect(!exists(inner))
        #expect(started(places) == .closedDirectory(path: inner))
        #expect(unsafe rmdir(inner + "/deep") == 0 && rmdir(inner) == 0)
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func whatMayNotBeWrittenToIsTold() throws {
        let directory = TemporaryDirectory()
        #expect(unsafe chmod(directory.path, 0o500) == 0)
        #expect(
            expectSame([(directory.socket, .ownUser)])
                == .system(operation: "open", path: directory.socket + ".lock", code: EACCES))
        #expect(
            expectSame([(directory.path + "/other/s", .ownUser)])
                == .system(
                    operation: "make the socket directory", path: directory.path + "/other",
                    code: EACCES))
    }

    @Test func aGoodPlaceIsLeftAsItIs() throws {
        let directory = TemporaryDirectory()
        try directory.letOthersPass()
        let inner = directory.path + "/other"
        let places = [
            (directory.socket, Self.others), (inner + "/s", PeerAllowList.ownUser),
            (inner + "/t", Self.others), (inner + "/deep/s", Self.others),
        ]
        #expect(judged(places) == nil)
        #expect(!exists(inner) && !exists(directory.socket) && !exists(directory.socket + ".lock"))
        #expect(started(places) == nil)
        #expect(unsafe rmdir(inner + "/deep") == 0 && rmdir(inner) == 0)
    }

    @Test func aServiceThatRunsIsNoHindrance() throws {
        let directory = TemporaryDirectory()
        let server = try LocalSocketServer.start(
            LocalSocketConfiguration(path: directory.socket, workerCount: 1)
        ) { _ in EchoHandler() }
        #expect(judged([(directory.socket, .ownUser)]) == nil)
        server.stop(drainFor: .zero)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func anotherUsersSocketIsItsOpenersAffair() throws {
        let directory = TemporaryDirectory()
        #expect(unsafe chown(directory.path, Self.other, Self.other) == 0)
        guard case .unsafeDirectory = expectSame([(directory.socket, .ownUser)]) else {
            Issue.record("another user's directory was taken")
            return
        }
        #expect(unsafe mknod(directory.socket, S_IFSOCK | 0o600, 0) == 0)
        #expect(judged([(directory.socket, .ownUser)]) == nil)
    }
}
