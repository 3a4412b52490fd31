import Glibc
import Wire

/// What a connection's bytes go through: a socket, and TLS over it to another machine.
///
/// The calls never wait and report as those of a socket do, by `errno`.
struct Transport: ~Copyable {
    private let socket: StreamSocket
    private let session: TLSSession?
    /// Encrypted bytes that the socket has not taken.
    private var unsent = FrameBuffer(capacity: 64)
    private var scratch: [UInt8] = []
    /// Whether decrypted bytes may wait that the last call had no room for.
    private var mayHaveMore = false
    /// Why the TLS session is of no use any more.
    private(set) var failure: String?

    private static let scratchBytes = 32 << 10
    /// What is encrypted at once: one record.
    private static let recordBytes = 16 << 10

    init(_ socket: consuming StreamSocket, _ session: TLSSession? = nil) {
        self.socket = socket
        self.session = session
        if session != nil { scratch = Array(repeating: 0, count: Self.scratchBytes) }
    }

    /// Whether bytes that `send` took are not on their way yet.
    var hasUnsent: Bool { unsent.count > 0 }

    /// Sends without waiting; no bytes only push out what is unsent.
    /// - Returns: the bytes taken; `nil` with `errno` when none were.
    @unsafe
    mutating func send(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let session else { return unsafe socket.send(bytes) }
        guard push() else { return nil }
        if unsafe bytes.isEmpty { return 0 }
        let record = unsafe UnsafeRawBufferPointer(
            rebasing: bytes.prefix(Self.recordBytes))
        switch unsafe session.write(record) {
        case .done(let count):
            session.take(into: &unsent)
            _ = push()
            return count
        case .wantsMore, .closed:
            errno = EPIPE
            return nil
        case .failed(let reason):
            failure = reason
            errno = EPIPE
            return nil
        }
    }

    /// Receives without waiting.
    /// - Returns: the bytes received, 0 at the end; `nil` with `errno` when there are none.
    @unsafe
    mutating func receive(into bytes: UnsafeMutableRawBufferPointer) -> Int? {
        guard let session else { return unsafe socket.receive(into: bytes) }
        mayHaveMore = false
        var total = 0
        while true {
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[total...])
            switch unsafe session.read(into: room) {
            case .done(let count):
                total += count
                if total == bytes.count {
                    mayHaveMore = true
                    return total
                }
            case .wantsMore:
                guard let received = receiveEncrypted(session), received > 0 else {
                    return total > 0 ? total : lastReceived
                }
            case .closed: return total
            case .failed(let reason):
                if total > 0 { return total }
                failure = reason
                errno = EPROTO
                return nil
            }
        }
    }

    /// What the socket said last, when it gave no bytes.
    private var lastReceived: Int?

    private mutating func receiveEncrypted(_ session: TLSSession) -> Int? {
        session.take(into: &unsent)
        _ = push()
        lastReceived = unsafe scratch.withUnsafeMutableBytes { bytes in
            guard let count = unsafe socket.receive(into: bytes) else { return nil }
            unsafe session.give(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return count
        }
        return lastReceived
    }

    /// Waits for the socket.
    /// - Returns: the events that came; 0 when the time was up.
    func wait(for events: Int32, until deadline: Deadline) -> Int32 {
        if mayHaveMore, events & Int32(POLLIN) != 0 { return Int32(POLLIN) }
        return socket.wait(for: events, until: deadline)
    }

    /// Hands what is encrypted to the socket.
    /// - Returns: whether it took everything; else `errno` says why not.
    private mutating func push() -> Bool {
        while unsent.count > 0 {
            guard let sent = unsafe socket.send(unsent.written.buffer) else { return false }
            unsent.removeFirst(sent)
        }
        return true
    }

    /// Makes the TLS session.
    mutating func shakeHands(until deadline: Deadline) throws(ClientError) {
        guard let session else { return }
        while true {
            let outcome = session.shakeHands()
            session.take(into: &unsent)
            let isPushed = push()
            if !isPushed, errno != EAGAIN {
                throw .system(operation: "send to the server", code: errno)
            }
            switch outcome {
            case .done: return
            case .failed(let reason): throw .tls(reason)
            case .closed: throw .connectionClosed
            case .wantsMore: break
            }
            let events = wait(
                for: isPushed ? Int32(POLLIN) : Int32(POLLIN | POLLOUT), until: deadline)
            if events == 0 { throw .timeout(operation: "make a TLS session") }
            guard let received = receiveEncrypted(session) else {
                if errno == EAGAIN { continue }
                throw .system(operation: "receive from the server", code: errno)
            }
            if received == 0 { throw .tls("the server closed the connection") }
        }
    }
}
