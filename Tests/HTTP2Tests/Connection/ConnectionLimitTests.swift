@testable import HTTP2
import Testing

/// Floods, slowness, and the end of the service.
@Suite struct ConnectionLimitTests {
    typealias Bytes = ClientBytes

    @Test func streamsAreLimited() {
        let peer = TestPeer { $0.maximumStreams = 2 }
        peer.give(Bytes.headers(1) + Bytes.headers(3))
        _ = peer.frames()
        peer.give(Bytes.headers(5) + Bytes.data(5, [1]))
        #expect(peer.frames() == [SentFrame(type: 3, flags: 0, stream: 5, payload: [0, 0, 0, 7])])
        peer.give(Bytes.data(1, [1]) + Bytes.call(7, [7]))
        #expect(TestPeer.answer(7, in: peer.frames()).data == [7])
        // An answer that waits for a window is open as well.
        peer.give(Bytes.settings([(4, 0)]) + Bytes.data(3, [1]) + Bytes.call(9, [9]))
        _ = peer.frames()
        peer.give(Bytes.call(11))
        #expect(peer.frames().map(\.payload) == [[0, 0, 0, 7]])
    }

    struct Flood: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let frame: @Sendable (UInt32) -> [UInt8]
    }

    static let controlFloods = [
        Flood(testDescription: "pings") { _ in Bytes.ping() },
        Flood(testDescription: "answers to pings") { _ in Bytes.ping(1) },
        Flood(testDescription: "settings") { _ in Bytes.settings([]) },
        Flood(testDescription: "acknowledgements") { _ in Bytes.frame(4, flags: 1) },
        Flood(testDescription: "priorities") { _ in Bytes.frame(2, stream: 7, [0, 0, 0, 1, 1]) },
        Flood(testDescription: "unknown frames") { _ in Bytes.frame(99) },
        Flood(testDescription: "window updates") { _ in Bytes.update(0, 1) },
        Flood(testDescription: "empty data") { _ in Bytes.data(1, [], ends: false) },
        Flood(testDescription: "padding alone") { _ in
            Bytes.frame(0, flags: 8, stream: 1, [2, 0, 0])
        },
    ]

    @Test(arguments: controlFloods) func controlFramesAreLimited(_ flood: Flood) {
        let peer = TestPeer { $0.maximumControlFrames = 20 }
        peer.give(Bytes.headers(1))
        // The settings of the greeting and their acknowledgement were two.
        for number in 0..<18 as Range<UInt32> { peer.give(flood.frame(number)) }
        #expect(peer.failure == nil)
        peer.now += 10_000_000_001
        for number in 0..<20 as Range<UInt32> { peer.give(flood.frame(number)) }
        #expect(peer.failure == nil)
        peer.give(flood.frame(0))
        #expect(peer.failure == .enhanceYourCalm)
    }

    /// Answers call for window updates; those are no flood.
    @Test func windowUpdatesForAnswersAreFree() {
        let peer = TestPeer { $0.maximumControlFrames = 20 }
        for stream in stride(from: UInt32(1), to: 1001, by: 2) {
            peer.give(Bytes.call(stream) + Bytes.update(0, 1))
        }
        #expect(peer.failure == nil)
    }

    static let resetFloods = [
        Flood(testDescription: "resets") { Bytes.headers($0) + Bytes.reset($0) },
        Flood(testDescription: "updates of nothing") { Bytes.headers($0) + Bytes.update($0, 0) },
        Flood(testDescription: "windows that overflow") {
            Bytes.headers($0) + Bytes.update($0, 0x7FFF_FFFF)
        },
        Flood(testDescription: "malformed lists") { Bytes.headers($0, []) },
        Flood(testDescription: "wrong lengths") {
            Bytes.headers($0, extra: [("content-length", "9")]) + Bytes.data($0, [1])
        },
        Flood(testDescription: "trailers that do not end") {
            Bytes.headers($0) + Bytes.headers($0, [])
        },
        Flood(testDescription: "bad priorities") {
            Bytes.headers($0) + Bytes.frame(2, stream: $0, [0, 0, 0, 0])
        },
    ]

    /// To make us reset is no cheaper a flood than to reset.
    @Test(arguments: resetFloods) func resetsAreLimited(_ flood: Flood) {
        let peer = TestPeer {
            $0.maximumResets = 20
            $0.maximumControlFrames = 1000
        }
        for number in 0..<20 as Range<UInt32> { peer.give(flood.frame(2 * number + 1)) }
        #expect(peer.failure == nil)
        peer.now += 10_000_000_001
        for number in 20..<40 as Range<UInt32> { peer.give(flood.frame(2 * number + 1)) }
        #expect(peer.failure == nil)
        peer.give(flood.frame(81))
        #expect(peer.failure == .enhanceYourCalm)
        #expect(peer.releasesEverything())
    }

    @Test func continuationsAreLimited() {
        for (frames, failure) in [(3, nil), (6, .enhanceYourCalm)] as [(Int, ErrorCode?)] {
            let peer = TestPeer()
            peer.give(Bytes.headers(1, endsBlock: false))
            for _ in 0..<frames { peer.give(Bytes.frame(9, stream: 1)) }
            #expect(peer.failure == failure)
            #expect(peer.releasesEverything())
        }
        let peer = TestPeer { $0.maximumHeaderListBytes = 1024 }
        peer.give(Bytes.headers(1, endsBlock: false))
        peer.give(Bytes.frame(9, stream: 1, [UInt8](repeating: 0x82, count: 2000)))
        #expect(peer.failure == .enhanceYourCalm)
    }

    @Test func beginningsMustComeInTime() {
        for bytes in [[], Array(Bytes.preface.prefix(10)), Bytes.preface] {
            let peer = TestPeer(greets: false) { $0.patienceNanoseconds = 1000 }
            peer.give(bytes)
            peer.now += 1000
            peer.sweep()
            #expect(peer.failure == nil && peer.state == .unfinished)
            peer.now += 1
            peer.sweep()
            #expect(peer.failure == .enhanceYourCalm && peer.state == .close)
        }
    }

    @Test func settingsMustBeAcknowledged() {
        let peer = TestPeer(greets: false)
        peer.give(Bytes.preface + Bytes.settings([]) + Bytes.call(1))
        #expect(peer.state == .timed)
        peer.now += 10_000_000_000
        peer.sweep()
        #expect(peer.failure == nil)
        peer.now += 1
        peer.sweep()
        #expect(peer.failure == .settingsTimeout)
    }

    @Test func blocksMustComeInTime() {
        let peer = TestPeer { $0.patienceNanoseconds = 1000 }
        peer.now += 5000
        peer.give(Bytes.headers(1, endsBlock: false))
        peer.now += 999
        peer.give(Bytes.frame(9, stream: 1))
        peer.sweep()
        #expect(peer.failure == nil && peer.state == .unfinished)
        peer.now += 1
        peer.sweep()
        #expect(peer.failure == .enhanceYourCalm)
        #expect(peer.releasesEverything())
    }

    @Test func callsExpire() {
        let peer = TestPeer()
        for stream in stride(from: UInt32(1), to: 200, by: 2) {
            peer.give(Bytes.headers(stream) + Bytes.data(stream, [1], ends: false))
        }
        _ = peer.frames()
        peer.now += 999_999_999
        peer.sweep()
        #expect(peer.frames().isEmpty && peer.state == .timed)
        peer.now += 1
        // Two looks find all of them.
        peer.sweep()
        peer.sweep()
        #expect(peer.frames().count == 200)
        #expect(peer.service.failures == [CallFailure](repeating: .messageTooLate, count: 100))
        #expect(peer.state == .idle)
        peer.give(Bytes.data(1, [1]) + Bytes.call(201, [3]))
        #expect(TestPeer.answer(201, in: peer.frames()).data == [3])
        #expect(peer.releasesEverything())
    }

    @Test func answersWithoutAHeadAreNone() {
        let peer = TestPeer()
        _ = peer.frames()
        peer.give(Bytes.call(1, path: "/silent"))
        #expect(peer.frames().map(\.payload) == [[0, 0, 0, 2], [0, 0, 0, 0]].dropLast())
    }

    @Test func shareAndRoomAreKept() {
        let peer = TestPeer()
        peer.share = 1
        peer.give(Bytes.call(1, [1]) + Bytes.call(3, [3]))
        #expect(peer.service.messages == [[1], [3]])
        peer.room = 1
        peer.give(Bytes.call(5, [5]) + Bytes.call(7, [7]))
        let frames = peer.frames()
        for stream in [1, 3, 5, 7] as [UInt32] {
            #expect(TestPeer.answer(stream, in: frames) == ([UInt8(stream)], true))
        }
    }

    @Test func drains() {
        let peer = TestPeer()
        peer.give(Bytes.headers(1))
        _ = peer.frames()
        peer.drain()
        var frames = peer.frames()
        #expect(frames.map(\.type) == [7, 6])
        #expect(frames[0].number(at: 0) == 0x7FFF_FFFF && frames[0].number(at: 4) == 0)
        // What was under way is still served.
        peer.give(Bytes.call(3, [3]))
        #expect(TestPeer.answer(3, in: peer.frames()).data == [3])
        peer.drain()
        #expect(peer.frames().isEmpty && peer.state == .timed)
        // Another ping's answer means nothing.
        peer.give(Bytes.ping(1))
        #expect(peer.frames().isEmpty)
        peer.give(Bytes.frame(6, flags: 1, frames[1].payload))
        frames = peer.frames()
        #expect(frames.map(\.type) == [7] && frames[0].number(at: 0) == 3)
        #expect(peer.state == .timed)
        peer.give(Bytes.call(5))
        #expect(peer.frames().map(\.payload) == [[0, 0, 0, 7]])
        peer.give(Bytes.data(1, [1]))
        #expect(TestPeer.answer(1, in: peer.frames()).data == [1])
        #expect(peer.state == .close && peer.failure == nil)
    }

    @Test func peersThatLeave() {
        let peer = TestPeer()
        peer.give(Bytes.headers(1) + Bytes.frame(7, [UInt8](repeating: 0, count: 8)))
        #expect(peer.state == .timed)
        peer.give(Bytes.data(1, [1]))
        #expect(TestPeer.answer(1, in: peer.frames()).data == [1])
        #expect(peer.state == .close && peer.failure == nil)
    }
}
