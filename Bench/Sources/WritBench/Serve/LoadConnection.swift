import BenchSupport
import CEpoll
import Glibc
import Wire

/// What a server answers with.
enum ServerKind: String {
    /// Decisions, which are compared with those expected.
    case writ
    /// Decision frames that nobody decided.
    case echo
    /// The request's own bytes.
    case floor
}

/// One connection of the load: sends frames and takes answers apart, in order.
@safe
final class LoadConnection {
    let descriptor: Int32
    private let kind: ServerKind
    private let frames: LoadFrames
    private var pending = PendingQueue()
    private var output: [UInt8] = []
    private var sent = 0
    private let input: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var nextID: UInt64 = 1
    private var awaitedID: UInt64 = 1
    private var nextFrame: Int

    /// Judges whole frames in place of the comparison of single decisions, if there is one.
    var judgeFrame: ((ByteRegion) -> Bool)?

    /// Answers that are not what they must be.
    private(set) var wrong = 0

    private static let inputBytes = 1 << 18

    init(
        path: String, kind: ServerKind, frames: LoadFrames, firstFrame: Int, isBlocking: Bool
    ) throws {
        descriptor = try Self.connect(path, isBlocking)
        self.kind = kind
        self.frames = frames
        nextFrame = firstFrame % frames.count
        unsafe input = .allocate(byteCount: Self.inputBytes, alignment: 64)
        output.reserveCapacity(1 << 16)
    }

    deinit {
        close(descriptor)
        unsafe input.deallocate()
    }

    /// Requests without an answer.
    var inFlight: Int { pending.count }

    /// Puts the next request into the output.
    func enqueue(time: UInt64) {
        frames.append(nextFrame, id: nextID, to: &output)
        pending.append(PendingQueue.Entry(time: time, frame: nextFrame))
        nextID += 1
        nextFrame = nextFrame + 1 == frames.count ? 0 : nextFrame + 1
    }

    /// Sends what is in the output; what the socket does not take stays.
    func flush() throws {
        while sent < output.count {
            let count = unsafe output.withUnsafeBytes { bytes in
                unsafe write(
                    descriptor, bytes.baseAddress.map { unsafe $0 + sent }, bytes.count - sent)
            }
            if count < 0 {
                if errno == EINTR { continue }
                if errno == EAGAIN { return }
                throw BenchError("cannot send: \(systemWords(errno))")
            }
            sent += count
        }
        output.removeAll(keepingCapacity: true)
        sent = 0
    }

    /// Reads once and takes the answers apart; calls `body` with the time of each request.
    ///
    /// - Returns: the number of answers; 0 when there was nothing to read.
    func receive(_ body: (UInt64) -> Void) throws -> Int {
        let count = unsafe read(
            descriptor, input.baseAddress.map { unsafe $0 + filled }, Self.inputBytes - filled)
        if count < 0 {
            if errno == EINTR { return 0 }
            if errno == EAGAIN { return 0 }
            throw BenchError("cannot receive: \(systemWords(errno))")
        }
        guard count > 0 else { throw BenchError("the server closed the connection") }
        filled += count
        var (offset, answers) = (0, 0)
        while filled - offset >= 16 {
            let length = unsafe Int(
                input.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian)
            guard length >= 16, length <= Self.inputBytes else {
                throw BenchError("the server sent a frame of \(length) bytes")
            }
            guard filled - offset >= length else { break }
            guard let entry = pending.removeFirst() else {
                throw BenchError("the server sent an answer nobody asked for")
            }
            judge(offset, length, entry)
            body(entry.time)
            offset += length
            answers += 1
        }
        if offset > 0, offset < filled, let base = unsafe input.baseAddress {
            unsafe memmove(base, base + offset, filled - offset)
        }
        filled -= offset
        return answers
    }

    private func judge(_ offset: Int, _ length: Int, _ entry: PendingQueue.Entry) {
        let id = unsafe input.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
        var isRight = id.littleEndian == awaitedID
        awaitedID += 1
        if let judgeFrame {
            let frame = unsafe ByteRegion(
                UnsafeRawBufferPointer(rebasing: input[offset..<offset + length]))
            isRight = judgeFrame(frame) && isRight
        } else if kind == .writ {
            // Kind 2 is a decision; its first byte is 1 for an allow and 2 for a deny.
            let isDecision = unsafe length >= 56 && input[offset + 5] == 2
            let wanted: UInt8 = frames.expected[entry.frame] ? 1 : 2
            isRight =
                unsafe isRight && isDecision && input[offset + 16] == wanted
                && input[offset + 17] == 0
        }
        if !isRight { wrong += 1 }
    }

    /// Connects to a server; the descriptor is the caller's.
    static func connect(_ path: String, _ isBlocking: Bool) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw BenchError("the path of the socket is too long: `\(path)`")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let descriptor = writ_unix_socket()
        guard descriptor >= 0 else {
            throw BenchError("cannot make a socket: \(systemWords(errno))")
        }
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(
                    descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw BenchError("cannot connect to `\(path)`: \(systemWords(code))")
        }
        // A server that stops answering must not stop the benchmark.
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        _ = unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if !isBlocking {
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        }
        return descriptor
    }
}
