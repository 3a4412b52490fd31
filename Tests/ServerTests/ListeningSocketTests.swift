import CEpoll
import Glibc
import Server
import Testing
import Wire
import WritClient

/// What may and may not be at a socket's path.
@Suite struct ListeningSocketTests {
    private func startError(_ path: String) -> LocalSocketError? {
        do throws(LocalSocketError) {
            let configuration = LocalSocketConfiguration(path: path, workerCount: 1)
            let server = try LocalSocketServer.start(configuration) { _ in EchoHandler() }
            server.stop(drainFor: .zero)
            return nil
        } catch {
            return error
        }
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        _ = unsafe lstat(path, &status)
        return status.st_mode
    }

    @Test func liveSocketIsRefused() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        #expect(startError(directory.socket) == .addressInUse(path: directory.socket))
        var connection = try Connection(path: directory.socket)
        #expect(try connection.decide(question(1)).isAllowed)
        server.stop(drainFor: .seconds(1))
    }

    @Test func liveSocketWithoutLockIsRefused() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        #expect(unsafe unlink(directory.socket + ".lock") == 0)
        #expect(startError(directory.socket) == .addressInUse(path: directory.socket))
        #expect(mode(directory.socket) & S_IFMT == S_IFSOCK)
        server.stop(drainFor: .zero)
    }

    @Test func staleSocketIsReplaced() throws {
        let directory = TemporaryDirectory()
        let stale = writ_unix_socket()
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: Array(directory.socket.utf8))
        }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(stale, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(status == 0)
        _ = close(stale)
        #expect(mode(directory.socket) & S_IFMT == S_IFSOCK)

        let server = try startEcho(directory)
        var connection = try Connection(path: directory.socket)
        try connection.ping()
        server.stop(drainFor: .seconds(1))
    }

    @Test func anotherFileIsRefusedAndUntouched() throws {
        let directory = TemporaryDirectory()
        let file = unsafe open(directory.socket, O_CREAT | O_WRONLY, 0o644)
        #expect(unsafe write(file, "keep", 4) == 4)
        _ = close(file)
        #expect(startError(directory.socket) == .notASocket(path: directory.socket))
        var status = stat()
        #expect(unsafe lstat(directory.socket, &status) == 0)
        #expect(status.st_size == 4)
        #expect(mode(directory.socket + ".lock") == 0, "the lock file is gone")
    }

    @Test func symbolicLinkIsRefused() throws {
        let directory = TemporaryDirectory()
        #expect(unsafe symlink("/dev/null", directory.socket) == 0)
        #expect(startError(directory.socket) == .notASocket(path: directory.socket))
    }

    @Test func pathLimitAndOneMore() throws {
        let directory = TemporaryDirectory()
        let room = 107 - directory.path.utf8.count - 1
        let longest = directory.path + "/" + String(repeating: "x", count: room)
        #expect(startError(longest) == nil)
        #expect(
            startError(longest + "x") == .pathTooLong(path: longest + "x", limitBytes: 107))
    }

    @Test(arguments: ["", "relative/socket", "/tmp/", "/tmp/a\0b"])
    func impossiblePaths(_ path: String) {
        #expect(startError(path) == .invalidPath(path: path))
    }

    @Test(arguments: [mode_t(0o770), 0o702, 0o777]) func writableDirectoryIsRefused(_ bits: mode_t)
    {
        let directory = TemporaryDirectory()
        #expect(unsafe chmod(directory.path, bits) == 0)
        guard case .unsafeDirectory(let path, _) = startError(directory.socket) else {
            Issue.record("a directory that others may write to was accepted")
            return
        }
        #expect(path == directory.path)
    }

    @Test func directoryIsMadePrivateAndSocketHasItsMode() throws {
        let directory = TemporaryDirectory()
        let path = directory.path + "/other/s"
        let configuration = LocalSocketConfiguration(path: path, workerCount: 1)
        let server = try LocalSocketServer.start(configuration) { _ in EchoHandler() }
        #expect(mode(directory.path + "/other") & 0o777 == 0o700)
        #expect(mode(path) & 0o777 == 0o660)
        server.stop(drainFor: .zero)
        #expect(mode(path) == 0, "the socket is removed")
        #expect(mode(path + ".lock") == 0, "the lock is removed")
        #expect(unsafe rmdir(directory.path + "/other") == 0)
    }

    @Test func aForeignSocketPutInPlaceIsNotRemoved() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        #expect(unsafe unlink(directory.socket) == 0)
        let file = unsafe open(directory.socket, O_CREAT | O_WRONLY, 0o644)
        _ = close(file)
        server.stop(drainFor: .zero)
        #expect(mode(directory.socket) & S_IFMT == S_IFREG)
    }

    @Test func invalidConfigurationIsRefused() {
        let directory = TemporaryDirectory()
        let configuration = LocalSocketConfiguration(path: directory.socket, workerCount: 0)
        #expect(throws: LocalSocketError.self) {
            _ = try LocalSocketServer.start(configuration) { _ in EchoHandler() }
        }
        #expect(mode(directory.socket) == 0)
    }

    @Test func failingHandlerLeavesNothing() {
        struct Failure: Error, CustomStringConvertible { let description = "no store" }
        let directory = TemporaryDirectory()
        let configuration = LocalSocketConfiguration(path: directory.socket, workerCount: 3)
        #expect(throws: LocalSocketError.handler(reason: "no store")) {
            _ = try LocalSocketServer.start(configuration) { number in
                if number == 1 { throw Failure() }
                return EchoHandler()
            }
        }
        #expect(mode(directory.socket) == 0)
    }
}
