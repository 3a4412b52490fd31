import CEpoll
import Foundation
import Glibc
import Server
import Testing
import WritClient

/// The way to a socket for those who may connect.
@Suite struct SocketDirectoryTests {
    /// A user that is neither this process's own nor root.
    private static let other = geteuid() == 65_534 ? 65_533 : UInt32(65_534)
    private static let others = PeerAllowList(userIDs: [geteuid(), other])

    private func start(
        _ path: String, _ peers: PeerAllowList
    ) throws(LocalSocketError) -> LocalSocketServer {
        var configuration = LocalSocketConfiguration(path: path, workerCount: 1)
        configuration.allowedPeers = peers
        return try LocalSocketServer.start(configuration) { _ in EchoHandler() }
    }

    private func error(_ path: String, _ peers: PeerAllowList) -> LocalSocketError? {
        do throws(LocalSocketError) {
            try start(path, peers).stop(drainFor: .zero)
            return nil
        } catch {
            return error
        }
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        _ = unsafe lstat(path, &status)
        return status.st_mode & 0o777
    }

    @Test(arguments: [
        others, PeerAllowList(userIDs: [], groupIDs: [getegid()]),
        PeerAllowList(userIDs: [geteuid()], groupIDs: [4_000_000_000]),
    ])
    func closedDirectoryIsRefusedAndUntouched(_ peers: PeerAllowList) throws {
        let directory = TemporaryDirectory()
        let refusal = try #require(error(directory.socket, peers))
        #expect(refusal == .closedDirectory(path: directory.path))
        #expect("\(refusal)".contains("`chmod 711 \(directory.path)`"), "\(refusal)")
        #expect(mode(directory.path) == 0o700)
        #expect(mode(directory.socket) == 0 && mode(directory.socket + ".lock") == 0)
        for bits in [mode_t(0o710), 0o711, 0o750, 0o755] {
            #expect(unsafe chmod(directory.path, bits) == 0)
            // At paths of their own: a program that another test starts may hold a lock for a moment.
            let refusal = error(directory.path + "/\(bits)", peers)
            let isGroupAlone = bits & 0o001 == 0
            let isExcluded = isGroupAlone && peers == Self.others && Self.isKnown
            #expect((refusal != nil) == isExcluded, "\(bits): \(refusal.debugDescription)")
            #expect(mode(directory.path) == bits)
        }
    }

    /// Whether the system knows the other user and its group, which have one number.
    private static let isKnown: Bool = {
        guard let user = unsafe getpwuid(other) else { return false }
        return unsafe user.pointee.pw_gid == other && getgrgid(other) != nil
    }()

    @Test(.enabled(if: isKnown, "the system does not know the user `nobody`"))
    func aUserOutsideTheGroupIsRefusedWhereTheGroupAloneMayEnter() throws {
        let directory = TemporaryDirectory()
        for bits in [mode_t(0o710), 0o750] {
            #expect(unsafe chmod(directory.path, bits) == 0)
            for list in [Self.others, PeerAllowList(userIDs: [], groupIDs: [Self.other])] {
                let refusal = try #require(error(directory.socket, list), "\(bits)")
                guard case .excludedPeer(directory.path, let peer, _) = refusal else {
                    Issue.record("\(refusal)")
                    continue
                }
                #expect(peer == "\(list.groupIDs.isEmpty ? "user" : "group") \(Self.other)")
                #expect("\(refusal)".contains("`chmod o+x \(directory.path)`"), "\(refusal)")
            }
            #expect(error(directory.path + "/\(bits)", .ownUser) == nil)
            #expect(mode(directory.path) == bits && mode(directory.socket + ".lock") == 0)
        }
        // Those that the system does not know may be in any group.
        let unknown = PeerAllowList(userIDs: [4_000_000_000], groupIDs: [4_000_000_001])
        #expect(error(directory.path + "/unknown", unknown) == nil)
    }

    @Test func aDirectoryAboveCountsAsWell() throws {
        let directory = TemporaryDirectory()
        let inner = directory.path + "/other"
        #expect(error(inner + "/s", Self.others) == .closedDirectory(path: directory.path))
        try directory.letOthersPass()
        #expect(error(inner + "/s", Self.others) == nil)
        #expect(unsafe rmdir(inner) == 0)
    }

    @Test func nobodyElseAndRootNeedNoWay() {
        let directory = TemporaryDirectory()
        for users in [[], [geteuid()], [geteuid(), 0]] {
            let path = directory.path + "/\(users.count)"
            #expect(error(path, PeerAllowList(userIDs: Set(users))) == nil)
        }
        #expect(mode(directory.path) == 0o700)
    }

    @Test func aDirectoryThatIsMadeFollowsAllSocketsInIt() throws {
        let directory = TemporaryDirectory()
        try directory.letOthersPass()
        let inner = directory.path + "/other"
        let old = umask(0o077)
        defer { _ = umask(old) }
        let own = try start(inner + "/a", .ownUser)
        #expect(mode(inner) == 0o700 && mode(inner + "/a") == 0o660)
        let shared = try start(inner + "/b", Self.others)
        #expect(mode(inner) == 0o711 && mode(inner + "/b") == 0o666)
        #expect(mode(inner + "/a") == 0o660 && mode(inner + "/b.lock") == 0o600)
        own.stop(drainFor: .zero)
        shared.stop(drainFor: .zero)
        #expect(unsafe rmdir(inner) == 0)
    }

    /// What becomes of another user's connection, which a server that takes it says nothing on.
    private func connects(_ path: String, as user: UInt32) throws -> String {
        let program = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX)
            try: s.connect(sys.argv[1])
            except PermissionError: print("closed"); sys.exit()
            s.settimeout(1)
            try: print("refused" if s.recv(100) else "ended")
            except TimeoutError: print("connected")
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = [
            "--reuid", "\(user)", "--regid", "\(user)", "--clear-groups", "/usr/bin/python3", "-c",
            program, path,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        process.waitUntilExit()
        return String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self
        ).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static let canBeOthers =
        geteuid() == 0 && isProgram("/usr/bin/setpriv") && isProgram("/usr/bin/python3")

    private static func isProgram(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    @Test(.enabled(if: canBeOthers, "needs root, setpriv and python3"))
    func listedUsersGetThere() throws {
        let directory = TemporaryDirectory()
        try directory.letOthersPass()
        let path = directory.path + "/other/s"
        let server = try start(path, Self.others)
        #expect(try connects(path, as: Self.other) == "connected")
        #expect(try connects(path, as: Self.other - 1) == "refused")
        server.stop(drainFor: .zero)
        let own = try start(path, .ownUser)
        #expect(try connects(path, as: Self.other) == "closed")
        own.stop(drainFor: .zero)
        #expect(unsafe rmdir(directory.path + "/other") == 0)
    }

    @Test(
        .enabled(if: canBeOthers && isKnown, "needs root, setpriv, python3 and the user `nobody`"),
        arguments: [mode_t(0o700), 0o701, 0o705, 0o710, 0o750, 0o711, 0o755], [0, other])
    func whatIsSaidOfAWayIsWhatTheSystemDoes(_ bits: mode_t, _ group: UInt32) throws {
        let directory = TemporaryDirectory()
        try directory.letOthersPass()
        let server = try start(directory.socket, Self.others)
        defer { server.stop(drainFor: .zero) }
        #expect(unsafe chown(directory.path, 0, group) == 0)
        #expect(unsafe chmod(directory.path, bits) == 0)
        let isClosed = try connects(directory.socket, as: Self.other) == "closed"
        for list in [Self.others, PeerAllowList(userIDs: [], groupIDs: [Self.other])] {
            let refusal = error(directory.path + "/other", list)
            #expect((refusal != nil) == isClosed, "\(refusal.debugDescription)")
        }
    }
}
