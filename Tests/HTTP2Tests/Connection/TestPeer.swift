@testable import HTTP2
import Testing
import Wire

/// A frame that the server sent.
struct SentFrame: Equatable, CustomStringConvertible {
    let type: UInt8
    let flags: UInt8
    let stream: UInt32
    let payload: [UInt8]

    func number(at offset: Int) -> UInt32 {
        payload[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    var description: String { "type \(type) flags \(flags) stream \(stream) \(payload.prefix(12))" }

    static func parse(_ bytes: [UInt8]) -> [SentFrame] {
        var frames: [SentFrame] = []
        var offset = 0
        while offset + 9 <= bytes.count {
            let length = bytes[offset..<offset + 3].reduce(0) { $0 << 8 | Int($1) }
            guard offset + 9 + length <= bytes.count else { break }
            frames.append(
                SentFrame(
                    type: bytes[offset + 3], flags: bytes[offset + 4],
                    stream: bytes[offset + 5..<offset + 9].reduce(0) { $0 << 8 | UInt32($1) },
                    payload: Array(bytes[offset + 9..<offset + 9 + length])))
            offset += 9 + length
        }
        #expect(offset == bytes.count, "the server sends whole frames")
        return frames
    }
}

/// A connection that is given bytes, and what it made of them.
final class TestPeer {
    var work = ConnectionWorkspace(outputBytes: 64)
    var connection: ServerConnection
    var service = TestService()
    var now: UInt64 = 1_000_000_000_000
    var share = 1_000_000
    var room = 1 << 24
    private(set) var state = ConnectionState.unfinished
    private(set) var sent: [UInt8] = []
    private var input: [UInt8] = []

    init(greets: Bool = true, _ change: (inout ConnectionLimits) -> Void = { _ in }) {
        var limits = ConnectionLimits()
        change(&limits)
        connection = ServerConnection(limits, now: now, &work)
        takeOutput()
        if greets { give(ClientBytes.greeting) }
    }

    /// Gives bytes behind those that are left, until nothing is done with them any more.
    func give(_ bytes: [UInt8]) {
        input += bytes
        while state != .close {
            var turn = ConnectionTurn(now: now, share: share, room: room)
            let step = unsafe input.withUnsafeBytes { raw in
                unsafe connection.receive(ByteRegion(raw), &turn, &service, &work)
            }
            state = step.state
            input.removeFirst(step.consumed)
            takeOutput()
            if state != .full && state != .yield { break }
        }
    }

    func sweep() {
        state = connection.sweep(now: now, &service, &work)
        takeOutput()
    }

    func drain() {
        state = connection.drain(&work)
        takeOutput()
    }

    private func takeOutput() {
        let written = work.output.written
        sent += (0..<written.count).map { written.byte(at: $0) }
        work.output.removeAll()
    }

    /// The frames that were sent since the last look.
    func frames() -> [SentFrame] { SentFrame.parse(takeSent()) }

    /// The bytes that were sent since the last look.
    func takeSent() -> [UInt8] {
        defer { sent = [] }
        return sent
    }

    /// What the connection ended with; nil while it has not.
    var failure: ErrorCode? { connection.failure }

    /// The data of a stream, and whether it ended.
    static func answer(_ stream: UInt32, in frames: [SentFrame]) -> (data: [UInt8], ends: Bool) {
        let own = frames.filter { $0.stream == stream }
        return (
            own.filter { $0.type == 0 }.flatMap(\.payload),
            own.contains { $0.type <= 1 && $0.flags & 1 != 0 }
        )
    }

    /// Whether nothing is kept for anybody when the connection is over.
    func releasesEverything() -> Bool {
        connection.release(&work)
        return work.keptBuffers == 0
    }
}
