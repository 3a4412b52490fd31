@testable import HTTP2
import Testing

/// Every rule of frames and streams: what breaks it, and the error that it makes.
@Suite struct FrameRuleTests {
    typealias Bytes = ClientBytes

    struct Rule: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let bytes: [UInt8]
        let code: ErrorCode
    }

    /// Rules about the beginning: nothing has been sent before.
    static let beginnings: [Rule] = [
        Rule(
            testDescription: "HTTP/1.1", bytes: Array("GET / HTTP/1.1\r\n".utf8),
            code: .protocolError),
        Rule(
            testDescription: "the last byte of the preface",
            bytes: Bytes.preface.dropLast() + [0x0B], code: .protocolError),
        Rule(
            testDescription: "no settings", bytes: Bytes.preface + Bytes.ping(),
            code: .protocolError),
        Rule(
            testDescription: "an acknowledgement instead of settings",
            bytes: Bytes.preface + Bytes.frame(4, flags: 1), code: .protocolError),
        Rule(
            testDescription: "headers instead of settings",
            bytes: Bytes.preface + Bytes.call(1), code: .protocolError),
    ]

    @Test(arguments: beginnings) func breaksTheBeginning(_ rule: Rule) {
        let peer = TestPeer(greets: false)
        peer.give(rule.bytes)
        #expect(peer.failure == rule.code)
        #expect(peer.state == .close)
    }

    static let connectionErrors: [Rule] = [
        // 4.1, 4.2
        Rule(
            testDescription: "a frame of 16385 bytes",
            bytes: [0, 0x40, 1, 0, 0, 0, 0, 0, 1], code: .frameSizeError),
        Rule(
            testDescription: "an unknown frame of 16 MiB",
            bytes: [255, 255, 255, 99, 0, 0, 0, 0, 0], code: .frameSizeError),
        // 5.1, 5.1.1
        Rule(testDescription: "data on 0", bytes: Bytes.data(0, [1]), code: .protocolError),
        Rule(
            testDescription: "data on an idle one", bytes: Bytes.data(1, [1]), code: .protocolError),
        Rule(
            testDescription: "data on an even one", bytes: Bytes.data(2, [1]), code: .protocolError),
        Rule(testDescription: "headers on 0", bytes: Bytes.headers(0), code: .protocolError),
        Rule(
            testDescription: "headers on an even one", bytes: Bytes.headers(2), code: .protocolError
        ),
        Rule(
            testDescription: "a lower stream", bytes: Bytes.headers(5) + Bytes.headers(3),
            code: .protocolError),
        Rule(
            testDescription: "headers behind the end", bytes: Bytes.call(1) + Bytes.headers(1),
            code: .streamClosed),
        Rule(
            testDescription: "data behind the end", bytes: Bytes.call(1) + Bytes.data(1, [1]),
            code: .streamClosed),
        Rule(
            testDescription: "data behind a reset",
            bytes: Bytes.headers(1) + Bytes.reset(1) + Bytes.data(1, [1]), code: .streamClosed),
        Rule(
            testDescription: "headers behind a reset",
            bytes: Bytes.headers(1) + Bytes.reset(1) + Bytes.headers(1, [], ends: true),
            code: .streamClosed),
        Rule(
            testDescription: "data on a stream that was passed over",
            bytes: Bytes.call(5) + Bytes.data(3, [1]), code: .streamClosed),
        // 6.1
        Rule(
            testDescription: "data that is all padding and one more",
            bytes: Bytes.headers(1) + Bytes.frame(0, flags: 8, stream: 1, [3, 0, 0]),
            code: .protocolError),
        Rule(
            testDescription: "padded data without a length",
            bytes: Bytes.headers(1) + Bytes.frame(0, flags: 8, stream: 1), code: .frameSizeError),
        // 6.2
        Rule(
            testDescription: "headers that are all padding and one more",
            bytes: Bytes.frame(1, flags: 0x0C, stream: 1, [3, 0x83, 0]), code: .protocolError),
        Rule(
            testDescription: "padding that reaches into the priority",
            bytes: Bytes.frame(1, flags: 0x2C, stream: 1, [2, 0, 0, 0, 3, 1, 0x83]),
            code: .protocolError),
        Rule(
            testDescription: "headers too short for their priority",
            bytes: Bytes.frame(1, flags: 0x24, stream: 1, [0, 0, 0, 0]), code: .frameSizeError),
        Rule(
            testDescription: "headers that depend on themselves",
            bytes: Bytes.frame(1, flags: 0x24, stream: 1, [0, 0, 0, 1, 0]), code: .protocolError),
        Rule(
            testDescription: "an index that is not there",
            bytes: Bytes.frame(1, flags: 4, stream: 1, [0xFE]), code: .compressionError),
        Rule(
            testDescription: "a block that is cut short",
            bytes: Bytes.frame(1, flags: 4, stream: 1, [0, 4, 0x61]), code: .compressionError),
        // 6.3
        Rule(
            testDescription: "priority on 0", bytes: Bytes.frame(2, [0, 0, 0, 1, 1]),
            code: .protocolError),
        Rule(
            testDescription: "priority of 4 bytes on an idle stream",
            bytes: Bytes.frame(2, stream: 3, [0, 0, 0, 1]), code: .frameSizeError),
        Rule(
            testDescription: "an idle stream that depends on itself",
            bytes: Bytes.frame(2, stream: 3, [0, 0, 0, 3, 1]), code: .protocolError),
        // 6.4
        Rule(testDescription: "reset of 0", bytes: Bytes.reset(0), code: .protocolError),
        Rule(testDescription: "reset of an idle one", bytes: Bytes.reset(1), code: .protocolError),
        Rule(testDescription: "reset of an even one", bytes: Bytes.reset(2), code: .protocolError),
        Rule(
            testDescription: "reset of 3 bytes",
            bytes: Bytes.headers(1) + Bytes.frame(3, stream: 1, [0, 0, 0]), code: .frameSizeError),
        // 6.5
        Rule(
            testDescription: "settings on a stream",
            bytes: Bytes.headers(1) + Bytes.frame(4, stream: 1), code: .protocolError),
        Rule(
            testDescription: "settings of 5 bytes", bytes: Bytes.frame(4, [0, 1, 0, 0, 0]),
            code: .frameSizeError),
        Rule(
            testDescription: "an acknowledgement of 6 bytes",
            bytes: Bytes.frame(4, flags: 1, [0, 1, 0, 0, 0, 0]), code: .frameSizeError),
        Rule(testDescription: "push 2", bytes: Bytes.settings([(2, 2)]), code: .protocolError),
        Rule(
            testDescription: "an initial window of 2³¹", bytes: Bytes.settings([(4, 1 << 31)]),
            code: .flowControlError),
        Rule(
            testDescription: "frames of 16383", bytes: Bytes.settings([(5, 16_383)]),
            code: .protocolError),
        Rule(
            testDescription: "frames of 2²⁴", bytes: Bytes.settings([(5, 1 << 24)]),
            code: .protocolError),
        // 6.6
        Rule(
            testDescription: "a push promise",
            bytes: Bytes.headers(1) + Bytes.frame(5, flags: 4, stream: 1, [0, 0, 0, 2]),
            code: .protocolError),
        // 6.7
        Rule(
            testDescription: "ping on a stream",
            bytes: Bytes.headers(1) + Bytes.frame(6, stream: 1, [UInt8](repeating: 0, count: 8)),
            code: .protocolError),
        Rule(
            testDescription: "ping of 7 bytes",
            bytes: Bytes.frame(6, [UInt8](repeating: 0, count: 7)), code: .frameSizeError),
        Rule(
            testDescription: "ping of 9 bytes",
            bytes: Bytes.frame(6, [UInt8](repeating: 0, count: 9)), code: .frameSizeError),
        // 6.8
        Rule(
            testDescription: "goaway on a stream",
            bytes: Bytes.headers(1) + Bytes.frame(7, stream: 1, [UInt8](repeating: 0, count: 8)),
            code: .protocolError),
        Rule(
            testDescription: "goaway of 7 bytes",
            bytes: Bytes.headers(1) + Bytes.frame(7, [UInt8](repeating: 0, count: 7)),
            code: .frameSizeError),
        // 6.9
        Rule(
            testDescription: "an update of nothing", bytes: Bytes.update(0, 0), code: .protocolError
        ),
        Rule(
            testDescription: "an update of an idle stream", bytes: Bytes.update(1, 1),
            code: .protocolError),
        Rule(
            testDescription: "an update of an even stream", bytes: Bytes.update(2, 1),
            code: .protocolError),
        Rule(
            testDescription: "an update of 3 bytes", bytes: Bytes.frame(8, [0, 0, 1]),
            code: .frameSizeError),
        Rule(
            testDescription: "a window beyond 2³¹-1", bytes: Bytes.update(0, 0x7FFF_FFFF),
            code: .flowControlError),
        // 6.10
        Rule(
            testDescription: "a continuation of nothing",
            bytes: Bytes.headers(1) + Bytes.frame(9, flags: 4, stream: 1), code: .protocolError),
        Rule(
            testDescription: "a continuation on 0", bytes: Bytes.frame(9, flags: 4),
            code: .protocolError),
        Rule(
            testDescription: "a continuation of another stream",
            bytes: Bytes.headers(1, endsBlock: false) + Bytes.frame(9, flags: 4, stream: 3),
            code: .protocolError),
        Rule(
            testDescription: "a ping within a block",
            bytes: Bytes.headers(1, endsBlock: false) + Bytes.ping(), code: .protocolError),
        Rule(
            testDescription: "an unknown frame within a block",
            bytes: Bytes.headers(1, endsBlock: false) + Bytes.frame(99), code: .protocolError),
        Rule(
            testDescription: "data of another stream within a block",
            bytes: Bytes.headers(1) + Bytes.headers(3, endsBlock: false) + Bytes.data(1, [1]),
            code: .protocolError),
    ]

    @Test(arguments: connectionErrors) func endsTheConnection(_ rule: Rule) throws {
        let peer = TestPeer()
        peer.give(rule.bytes)
        #expect(peer.failure == rule.code)
        #expect(peer.state == .close)
        let last = try #require(peer.frames().last)
        #expect(last.type == 7 && last.number(at: 4) == rule.code.rawValue)
        // Nothing that comes behind it is served.
        peer.give(Bytes.call(101))
        #expect(peer.frames().isEmpty)
        #expect(peer.releasesEverything())
    }

    static let streamErrors: [Rule] = [
        Rule(
            testDescription: "priority of 4 bytes",
            bytes: Bytes.frame(2, stream: 1, [0, 0, 0, 3]), code: .frameSizeError),
        Rule(
            testDescription: "depends on itself",
            bytes: Bytes.frame(2, stream: 1, [0, 0, 0, 1, 1]), code: .protocolError),
        Rule(
            testDescription: "an update of nothing", bytes: Bytes.update(1, 0), code: .protocolError
        ),
        Rule(
            testDescription: "a window beyond 2³¹-1", bytes: Bytes.update(1, 0x7FFF_FFFF),
            code: .flowControlError),
        Rule(
            testDescription: "trailers that do not end it", bytes: Bytes.headers(1, [("a", "b")]),
            code: .protocolError),
        Rule(
            testDescription: "trailers with a pseudo-header field",
            bytes: Bytes.headers(1, [(":path", "/")], ends: true), code: .protocolError),
        Rule(
            testDescription: "trailers in upper case",
            bytes: Bytes.headers(1, [("A", "b")], ends: true), code: .protocolError),
        Rule(
            testDescription: "trailers that are too long",
            bytes: Bytes.headers(
                1, [("a", String(repeating: "b", count: 16_352))], ends: true),
            code: .protocolError),
    ]

    /// The stream is reset, and the connection goes on: what is under way on the stream is ignored.
    @Test(arguments: streamErrors) func endsTheStream(_ rule: Rule) {
        let peer = TestPeer()
        peer.give(Bytes.headers(1))
        _ = peer.frames()
        peer.give(rule.bytes)
        let frames = peer.frames()
        #expect(frames.count == 1)
        #expect(frames.first?.type == 3 && frames.first?.number(at: 0) == rule.code.rawValue)
        #expect(peer.failure == nil)
        peer.give(
            Bytes.data(1, [1, 2], ends: false) + Bytes.update(1, 5) + Bytes.reset(1)
                + Bytes.call(3, [5]))
        #expect(TestPeer.answer(3, in: peer.frames()).data == [5])
        #expect(peer.service.messages == [[5]])
        #expect(peer.releasesEverything())
    }

    /// What may come on a stream that is over, and frames that nobody knows.
    @Test func whatIsAllowed() {
        let peer = TestPeer()
        peer.give(Bytes.call(1))
        peer.give(Bytes.update(1, 9) + Bytes.reset(1) + Bytes.update(1, 0))
        peer.give(Bytes.frame(2, stream: 1, [0, 0, 0, 3, 1]))
        peer.give(Bytes.frame(2, stream: 9, [0x80, 0, 0, 3, 1]))
        peer.give(Bytes.frame(99, flags: 255, stream: 7, [1, 2, 3]))
        peer.give(Bytes.settings([(99, 7), (3, 0), (6, 1)]))
        // The reserved bit means nothing.
        peer.give(Bytes.headers(3 | 1 << 31) + Bytes.data(3, [3]))
        // Padding all over; priorities are passed over.
        let fields = Bytes.block(Bytes.request)
        peer.give(
            Bytes.frame(1, flags: 0x2C, stream: 5, [2, 0, 0, 0, 1, 9] + fields + [0, 0])
                + Bytes.frame(0, flags: 8, stream: 5, [3, 5, 0, 0, 0])
                + Bytes.frame(0, flags: 9, stream: 5, [0]))
        let frames = peer.frames()
        #expect(peer.failure == nil)
        for (stream, data) in [(1, [7]), (3, [3]), (5, [5])] as [(UInt32, [UInt8])] {
            #expect(TestPeer.answer(stream, in: frames).data == data)
        }
        #expect(peer.state == .idle)
    }

    @Test func continuationsCompleteBlocks() {
        let peer = TestPeer()
        let fields = Bytes.block(Bytes.request)
        peer.give(
            Bytes.frame(1, flags: 0, stream: 1, Array(fields.prefix(3)))
                + Bytes.frame(9, flags: 0, stream: 1, Array(fields[3..<20])))
        #expect(peer.state == .unfinished)
        peer.give(
            Bytes.frame(9, flags: 4, stream: 1, Array(fields[20...])) + Bytes.data(1, [1, 2]))
        #expect(TestPeer.answer(1, in: peer.frames()) == ([1, 2], true))
        // A call without a message, and trailers in parts.
        peer.give(
            Bytes.frame(1, flags: 1, stream: 3, fields) + Bytes.frame(9, flags: 4, stream: 3)
                + Bytes.headers(5) + Bytes.data(5, [4], ends: false)
                + Bytes.frame(1, flags: 1, stream: 5) + Bytes.frame(9, flags: 4, stream: 5))
        let frames = peer.frames()
        #expect(TestPeer.answer(3, in: frames) == ([], true))
        #expect(TestPeer.answer(5, in: frames) == ([4], true))
        #expect(peer.releasesEverything())
    }

    @Test func pingsAndSettingsAreAnswered() {
        let peer = TestPeer()
        _ = peer.frames()
        peer.give(Bytes.ping() + Bytes.settings([(1, 0)]) + Bytes.ping(1))
        #expect(
            peer.frames() == [
                SentFrame(type: 6, flags: 1, stream: 0, payload: [1, 2, 3, 4, 5, 6, 7, 8]),
                SentFrame(type: 4, flags: 1, stream: 0, payload: []),
            ])
        // The next block, and only that, says that no table is used.
        peer.give(Bytes.call(1) + Bytes.call(3))
        let blocks = peer.frames().filter { $0.type == 1 }.map(\.payload.first)
        #expect(blocks == [0x20, TestService.trailers[0], 0x88, TestService.trailers[0]])
    }
}
