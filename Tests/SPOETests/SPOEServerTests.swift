import Glibc
import SPOE
import SPOPTestSupport
import Server
import Testing

/// The agent on real sockets.
@Suite struct SPOEServerTests {
    /// Allows every question.
    private struct AllowingHandler: ~Copyable, SPOEHandler {
        mutating func beginBatch() {}
        mutating func endBatch() {}
        mutating func check(
            _ question: Result<CheckQuestion, CheckRefusal>, from peer: PeerCredentials?,
            into reply: inout AgentReply
        ) {
            if case .success = question { reply.conclude(nil) }
        }
        mutating func answered(
            _ question: Result<CheckQuestion, CheckRefusal>, with reply: borrowing AgentReply
        ) {}
    }

    private func start(
        _ endpoint: StreamEndpoint, change: (inout SPOEConfiguration) -> Void = { _ in }
    ) throws -> SPOEServer {
        var configuration = SPOEConfiguration(
            StreamConfiguration(endpoint: endpoint, workerCount: 1))
        change(&configuration)
        return try SPOEServer.start(configuration) { _ in AllowingHandler() }
    }

    private func temporarySocket() -> StreamEndpoint {
        .unixSocket(path: "/tmp/writ-spoe-\(getpid())-\(UInt32.random(in: 0...UInt32.max))/s")
    }

    @Test(arguments: [255, 1 << 20 + 1, 0, -1]) func frameSizesAreBounded(_ bytes: Int) throws {
        let endpoint = temporarySocket()
        #expect(throws: StreamSocketError.self) {
            _ = try start(endpoint) { $0.maximumFrameBytes = bytes }
        }
    }

    @Test func buffersHaveRoomForFrames() throws {
        #expect(throws: StreamSocketError.self) {
            _ = try start(temporarySocket()) {
                $0.stream.limits.maximumBufferedBytesPerWorker = 2 * $0.maximumFrameBytes - 1
            }
        }
        #expect(throws: StreamSocketError.self) {
            _ = try start(temporarySocket()) { $0.deadlineMilliseconds = 0 }
        }
    }

    @Test func strangersAreToldToGo() throws {
        let server = try start(temporarySocket()) {
            $0.stream.allowedPeers = PeerAllowList(userIDs: [])
        }
        let haproxy = try Peer(server.endpoint)
        #expect(
            haproxy.hear() == [
                .disconnect(status: 99, message: "the peer's user and group are not allowed")
            ])
        server.stop(drainFor: .zero)
        #expect(server.connections[.refusedPeers] == 1)
        #expect(server.statistics.questions == 0 && server.statistics.invalidFrames == 0)
    }

    @Test func whoSaysNothingIsToldToGo() throws {
        let server = try start(temporarySocket()) {
            $0.stream.limits.incompleteTimeout = .milliseconds(200)
        }
        let silent = try Peer(server.endpoint)
        let halfway = try Peer(server.endpoint)
        halfway.say(Forge.hello().frame(1) + ForgedQuestion().frame().dropLast())
        #expect(halfway.hear().count == 2)
        #expect(
            silent.hear()
                == [.disconnect(status: 2, message: "a message was not finished in time")])
        server.stop(drainFor: .zero)
        #expect(server.connections[.incompleteTimeouts] == 2)
    }

    @Test func aFrameThatIsTooLargeIsNotWaitedFor() throws {
        let server = try start(temporarySocket())
        let haproxy = try Peer(server.endpoint)
        haproxy.say(Forge.hello(size: 256).frame(1) + [0, 0, 1, 1])
        #expect(
            haproxy.hear().last
                == .disconnect(status: 3, message: "the frame is larger than agreed"))
        server.stop(drainFor: .zero)
        #expect(server.statistics.invalidFrames == 1)
    }

    @Test(arguments: [true, false]) func questionsAreAnsweredUntilTheEnd(_ isLocal: Bool) throws {
        let server = try start(
            isLocal ? temporarySocket() : .loopback(host: "127.0.0.1", port: 0))
        let haproxy = try Peer(server.endpoint)
        let count = 5_000
        haproxy.say(Forge.hello().frame(1))
        for number in 0..<count {
            haproxy.say(ForgedQuestion().frame(stream: UInt64(number)))
            // So that neither side's buffer is full.
            if number % 64 == 63 { haproxy.read(frames: number + 2) }
        }
        haproxy.read(frames: count + 1)
        server.stop(drainFor: .seconds(5))
        let said = haproxy.hear()
        #expect(said.count == count + 2)
        for (number, answer) in said.dropFirst().dropLast().enumerated() {
            guard case .answer(UInt64(number), 1, let variables) = answer,
                variables["allow"] == .flag(true)
            else {
                Issue.record("answer \(number): \(answer)")
                break
            }
        }
        #expect(said.last == .disconnect(status: 0, message: "the service stops"))
        #expect(server.statistics.questions == UInt64(count))
        #expect(server.statistics.allowed == UInt64(count))
        #expect(server.statistics.invalidFrames == 0)
    }
}

/// HAProxy's end of a connection.
private final class Peer {
    struct Failure: Error { let words: String }

    private let number: Int32
    private var received: [UInt8] = []

    init(_ endpoint: StreamEndpoint) throws {
        let status: Int32
        switch endpoint {
        case .unixSocket(let path):
            number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
                unsafe field.copyBytes(from: Array(path.utf8))
            }
            status = unsafe Self.connect(number, &address)
        case .loopback(_, let port):
            number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(UInt16(port).bigEndian)
            address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
            status = unsafe Self.connect(number, &address)
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(
            number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard status == 0 else { throw Failure(words: "cannot connect to \(endpoint)") }
    }

    deinit { _ = close(number) }

    @unsafe
    private static func connect<Address>(
        _ number: Int32, _ address: UnsafeMutablePointer<Address>
    ) -> Int32 {
        unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            unsafe Glibc.connect(number, generic, socklen_t(MemoryLayout<Address>.size))
        }
    }

    func say(_ bytes: some Collection<UInt8>) {
        let all = Array(bytes)
        var sent = 0
        while sent < all.count {
            let rest = Array(all[sent...])
            let count = unsafe send(number, rest, rest.count, Int32(MSG_NOSIGNAL))
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Reads until so many frames have come in all.
    func read(frames: Int) {
        while AgentSays.count(received) < frames, readSome() {}
    }

    /// What was said in all, when the connection is closed.
    func hear() -> [AgentSays] {
        while readSome() {}
        return AgentSays.read(received)
    }

    private func readSome() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe recv(number, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        received += buffer[..<count]
        return true
    }
}
