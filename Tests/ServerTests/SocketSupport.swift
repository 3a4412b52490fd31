import CEpoll
import Glibc
import Server
import Synchronization
import Testing
import Wire
import WritClient

/// A directory of its own for a test, removed with all it holds.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/writ-test-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe String(cString: mkdtemp(buffer.baseAddress!))
        }
    }

    deinit {
        for name in ["s", "s.lock", "other"] { _ = unsafe unlink(path + "/" + name) }
        _ = unsafe rmdir(path)
    }

    var socket: String { path + "/s" }

    /// Lets other users get to what lies in it by its name.
    func letOthersPass() throws { try #require(unsafe chmod(path, 0o711) == 0) }
}

/// Answers by the first byte of the principal, so that a test knows what to expect.
struct EchoHandler: DecisionHandler, ~Copyable {
    /// The reason that goes with an allow.
    var reason: [UInt8] = Array("echo".utf8)
    /// How long each decision takes.
    var delayMicroseconds: UInt32 = 0
    private var isInBatch = false

    init() {}

    mutating func beginBatch(now: UInt64) {
        precondition(!isInBatch, "a batch inside a batch")
        isInBatch = true
    }

    mutating func endBatch() {
        precondition(isInBatch, "no batch to end")
        isInBatch = false
    }

    mutating func decide(_ item: ItemView, request: RequestInfo, into answer: inout AnswerWriter) {
        precondition(isInBatch, "an item outside a batch")
        if delayMicroseconds > 0 { usleep(delayMicroseconds) }
        answer.setSnapshot(policyVersion: 11, revision: 22)
        answer.setDecisionID(request.requestID)
        switch item.principal.byte(at: 0) {
        case 1:
            answer.conclude(.allow, cause: .decided)
            answer.addReason(reason.span)
        case 2: answer.conclude(.deny, cause: .decided)
        case 3: break
        default: answer.conclude(.deny, cause: .malformedRequest)
        }
    }
}

/// Starts an echo server with a configuration that the test may change.
func startEcho(
    _ directory: TemporaryDirectory, workers: Int = 1,
    change: (inout LocalSocketConfiguration) -> Void = { _ in },
    handler: @escaping @Sendable () -> EchoHandler = { EchoHandler() }
) throws -> LocalSocketServer {
    var configuration = LocalSocketConfiguration(path: directory.socket, workerCount: workers)
    change(&configuration)
    return try LocalSocketServer.start(configuration) { _ in handler() }
}

/// A question to which the echo handler answers allow (1), deny (2) or nothing (3).
func question(_ kind: UInt8, contextBytes: Int = 0) -> EncodedRequest {
    let part = [UInt8](repeating: kind, count: 8)
    return EncodedRequest(
        principal: part, action: part, resource: part,
        context: [UInt8](repeating: 7, count: contextBytes))
}

/// The bytes of a `decide` frame.
func decideFrame(id: UInt64, _ kind: UInt8, contextBytes: Int = 0, deadline: UInt32 = 0) -> [UInt8]
{
    var buffer = FrameBuffer()
    let start = buffer.beginDecide(requestID: id, deadlineMicroseconds: deadline)
    let part = [UInt8](repeating: kind, count: 8)
    let context = [UInt8](repeating: 7, count: contextBytes)
    unsafe buffer.appendItem(
        principal: part.span.bytes, action: part.span.bytes, resource: part.span.bytes,
        context: context.span.bytes)
    buffer.finishFrame(startingAt: start)
    return unsafe Array(buffer.written.buffer)
}

/// A socket without a client's manners.
struct RawClient: ~Copyable {
    let number: Int32

    init(_ path: String) {
        number = writ_unix_socket()
        connect(path)
    }

    /// A socket that is not connected yet.
    init() { number = writ_unix_socket() }

    /// A socket of any domain.
    init(adopting number: Int32) { self.number = number }

    deinit { _ = close(number) }

    func connect(_ path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
            unsafe field.copyBytes(from: Array(path.utf8))
        }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(status == 0, "connect: \(errno)")
    }

    /// Sends all the bytes; false when the server has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let sent = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    number, buffer.baseAddress! + offset, buffer.count - offset,
                    Int32(truncatingIfNeeded: MSG_NOSIGNAL))
            }
            if sent < 0 { return false }
            offset += sent
        }
        return true
    }

    /// Sends what the socket takes without waiting.
    func sendAvailable(_ bytes: [UInt8]) -> Int {
        let flags =
            Int32(truncatingIfNeeded: MSG_NOSIGNAL) | Int32(truncatingIfNeeded: MSG_DONTWAIT)
        return unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(number, buffer.baseAddress, buffer.count, flags)
        }
    }

    /// Receives until `count` bytes, the end, or two seconds of silence.
    func receive(_ count: Int = .max, seconds: Int32 = 2) -> (bytes: [UInt8], isAtEnd: Bool) {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while result.count < count {
            var watched = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&watched, 1, seconds * 1000) <= 0 { return (result, false) }
            let room = min(chunk.count, count - result.count)
            let received = unsafe recv(number, &chunk, room, 0)
            if received <= 0 { return (result, true) }
            result += chunk[..<received]
        }
        return (result, false)
    }

    func closeOutput() { _ = shutdown(number, Int32(SHUT_WR)) }
}

/// What a stream of responses says, in order.
enum Seen: Equatable {
    case answer(UInt64, Decision, Cause)
    case batch(UInt64, [Decision])
    case pong(UInt64)
    case refusal(UInt64, RefusalReason)
    case broken
}

func seen(_ bytes: [UInt8]) -> [Seen] {
    unsafe bytes.withUnsafeBytes { buffer in
        var result: [Seen] = []
        var rest = unsafe ByteRegion(buffer)
        let limits = FrameLimits()
        while rest.count > 0 {
            guard let header = try? FrameHeader.parse(rest, limits: limits),
                header.lengthBytes <= rest.count
            else { return result + [.broken] }
            let frame = rest.region(from: 0, count: header.lengthBytes)
            switch header.kind {
            case .pong: result.append(.pong(header.requestID))
            case .refusal:
                guard let refusal = try? RefusalFrame.parse(header, frame: frame) else {
                    return result + [.broken]
                }
                result.append(.refusal(header.requestID, refusal.reason))
            case .decision, .decisionBatch:
                guard let answers = try? DecisionFrame.parse(header, frame: frame, limits: limits)
                else { return result + [.broken] }
                var decisions: [Decision] = []
                var cause = Cause.internalError
                answers.forEachAnswer {
                    decisions.append($0.decision)
                    cause = $0.cause
                }
                result.append(
                    answers.isBatch
                        ? .batch(header.requestID, decisions)
                        : .answer(header.requestID, decisions[0], cause))
            case .decide, .decideBatch, .ping, .decideEvidence, .decideBatchEvidence:
                return result + [.broken]
            }
            rest = rest.region(
                from: header.lengthBytes, count: rest.count - header.lengthBytes)
        }
        return result
    }
}

/// Waits, at most five seconds, for something that another thread brings about.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<1000 {
        if condition() { return true }
        usleep(5000)
    }
    return condition()
}
