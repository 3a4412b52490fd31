import CEpoll
import Glibc
import Server
import Synchronization
import Testing
import Wire

/// What the instances of a test's protocol saw, for the test to read.
final class LineLog: Sendable {
    struct Figures {
        var begun = 0
        var ended = 0
        var served = 0
        var sweeps = 0
        var drains = 0
        var batches = 0
        /// Most lines answered in one call.
        var mostInOneCall = 0
        var peers: [PeerCredentials?] = []
    }

    private let figures = Mutex(Figures())

    func note(_ body: (inout Figures) -> Void) { figures.withLock { body(&$0) } }

    var now: Figures { figures.withLock { $0 } }
}

/// A protocol for tests: lines of at most 100 bytes, most of which come back as they are.
///
/// | line | answer |
/// | --- | --- |
/// | `big N` | N bytes and the end of the line |
/// | `later` | `late`, at the third sweep |
/// | `never` | nothing, however often it is swept |
/// | `wait` | `waited`, at the fifth attempt |
/// | `stuck` | none: says that it needs room, and makes nothing |
/// | `bye` | `bye`, and the end |
struct LineProtocol: StreamProtocol, ~Copyable {
    static let longest = 100

    private struct Line {
        var sweepsLeft = 0
        var attempts = 0
        var isTold = false
    }

    private let log: LineLog
    private let greets: Bool
    private var output = FrameBuffer()
    private var lines: [Line] = []

    init(_ log: LineLog, greets: Bool = false) {
        self.log = log
        self.greets = greets
    }

    static func farewell(_ reason: StreamRefusal) -> [UInt8] { Array("refused \(reason)\n".utf8) }

    mutating func begin(_ slot: Int, peer: PeerCredentials?, now: UInt64) -> StreamState {
        log.note {
            $0.begun += 1
            $0.peers.append(peer)
        }
        while lines.count <= slot { lines.append(Line()) }
        lines[slot] = Line()
        if !greets { return .idle }
        say("hello")
        return .unfinished
    }

    mutating func serve(_ bytes: ByteRegion, _ turn: inout StreamTurn) -> StreamStep {
        var offset = 0
        var inThisCall = 0
        var state = StreamState.idle
        while state == .idle, offset < bytes.count {
            guard let end = (offset..<bytes.count).first(where: { bytes.byte(at: $0) == 0x0a })
            else {
                state = .unfinished
                if bytes.count - offset > Self.longest {
                    say("too long")
                    state = .close
                }
                break
            }
            let text = bytes.region(from: offset, count: end - offset).text() ?? ""
            if output.count >= turn.room {
                state = .full
            } else if turn.share <= 0 {
                state = .yield
            } else {
                state = answer(text, turn.slot)
                if state == .idle || state == .close {
                    offset = end + 1
                    inThisCall += 1
                    turn.share -= 1
                }
            }
        }
        log.note {
            $0.served += inThisCall
            $0.mostInOneCall = max($0.mostInOneCall, inThisCall)
        }
        if state == .idle, lines[turn.slot].sweepsLeft > 0 { state = .timed }
        return StreamStep(consumed: offset, state)
    }

    private mutating func answer(_ text: String, _ slot: Int) -> StreamState {
        switch text {
        case "later": lines[slot].sweepsLeft = 3
        case "never": lines[slot].sweepsLeft = .max
        case "wait":
            lines[slot].attempts += 1
            if lines[slot].attempts < 5 { return .wait }
            say("waited")
        case "stuck": return .full
        case "bye":
            say("bye")
            return .close
        default:
            let parts = text.split(separator: " ")
            if parts.count == 2, parts[0] == "big", let count = Int(parts[1]) {
                say(String(repeating: "x", count: count))
            } else {
                say(text)
            }
        }
        return .idle
    }

    private mutating func say(_ text: String) {
        for byte in text.utf8 { output.append(byte) }
        output.append(UInt8(ascii: "\n"))
    }

    mutating func refuse(_ slot: Int, _ reason: StreamRefusal) { say("refused \(reason)") }

    mutating func drain(_ slot: Int, now: UInt64) -> StreamState {
        log.note { $0.drains += 1 }
        if !lines[slot].isTold { say("draining") }
        lines[slot].isTold = true
        return lines[slot].sweepsLeft > 0 ? .timed : .close
    }

    mutating func sweep(_ slot: Int, now: UInt64) -> StreamState? {
        log.note { $0.sweeps += 1 }
        guard lines[slot].sweepsLeft > 0 else { return nil }
        lines[slot].sweepsLeft -= 1
        if lines[slot].sweepsLeft > 0 { return nil }
        say("late")
        return .idle
    }

    mutating func end(_ slot: Int) { log.note { $0.ended += 1 } }

    mutating func endBatch() { log.note { $0.batches += 1 } }

    mutating func takeOutput() -> ByteRegion {
        let bytes = output.written
        output.removeAll()
        return bytes
    }
}

/// Starts a server of lines with a configuration that the test may change.
func startLines(
    _ endpoint: StreamEndpoint, _ log: LineLog = LineLog(), greets: Bool = false,
    workers: Int = 1, change: (inout StreamConfiguration) -> Void = { _ in }
) throws -> StreamServer {
    var configuration = StreamConfiguration(endpoint: endpoint, workerCount: workers)
    change(&configuration)
    return try StreamServer.start(configuration) { _ in LineProtocol(log, greets: greets) }
}

extension RawClient {
    /// Connects to a loopback address.
    init(host: String, port: Int) {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        #expect(unsafe getaddrinfo(host, "\(port)", &hints, &found) == 0)
        let address = unsafe found!.pointee
        unsafe self.init(adopting: socket(address.ai_family, address.ai_socktype, 0))
        let status = unsafe Glibc.connect(number, address.ai_addr, address.ai_addrlen)
        #expect(status == 0, "connect: \(errno)")
        unsafe freeaddrinfo(found)
    }

    func say(_ lines: String...) { send(Array((lines.joined(separator: "\n") + "\n").utf8)) }

    /// Receives until the end of the connection or a silence.
    func hear(_ count: Int = .max, seconds: Int32 = 2) -> (text: String, isAtEnd: Bool) {
        let (bytes, isAtEnd) = receive(count, seconds: seconds)
        return (String(decoding: bytes, as: UTF8.self), isAtEnd)
    }
}
