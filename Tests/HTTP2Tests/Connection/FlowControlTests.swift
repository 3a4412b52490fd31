@testable import HTTP2
import Testing

/// Windows of both directions, to the byte.
@Suite struct FlowControlTests {
    typealias Bytes = ClientBytes

    private func data(_ peer: TestPeer, _ stream: UInt32) -> (count: Int, ends: Bool) {
        let answer = TestPeer.answer(stream, in: peer.frames())
        return (answer.data.count, answer.ends)
    }

    @Test func answersFillTheWindowToTheByte() {
        for (size, sent, ends) in [(65_535, 65_535, true), (65_536, 65_535, false)] {
            let peer = TestPeer()
            peer.give(Bytes.call(1, TestService.request(forBytes: size)))
            #expect(data(peer, 1) == (sent, ends))
            #expect(peer.state == (ends ? .idle : .timed))
        }
    }

    @Test func answersWaitForBothWindows() {
        let peer = TestPeer()
        peer.give(Bytes.call(1, TestService.request(forBytes: 65_545)))
        #expect(data(peer, 1) == (65_535, false))
        peer.give(Bytes.update(1, 100))
        #expect(data(peer, 1) == (0, false))
        peer.give(Bytes.update(0, 4))
        #expect(data(peer, 1) == (4, false))
        // Another answer waits behind it, though its own window is open; one of nothing does not.
        peer.give(Bytes.call(3, [1, 2]) + Bytes.call(5, []))
        #expect(data(peer, 5) == (0, true))
        peer.give(Bytes.update(0, 5))
        #expect(data(peer, 1) == (5, false))
        peer.give(Bytes.update(0, 100))
        let frames = peer.frames()
        #expect(TestPeer.answer(1, in: frames) == ([9], true))
        #expect(TestPeer.answer(3, in: frames) == ([1, 2], true))
        #expect(peer.state == .idle && peer.releasesEverything())
    }

    @Test func initialWindowsChangeUnderWay() {
        let peer = TestPeer()
        peer.give(Bytes.update(0, 1 << 20) + Bytes.settings([(4, 10)]))
        peer.give(Bytes.call(1, TestService.request(forBytes: 30)))
        #expect(data(peer, 1) == (10, false))
        // Smaller than what was sent: the window is negative.
        peer.give(Bytes.settings([(4, 4)]))
        peer.give(Bytes.update(1, 6))
        #expect(data(peer, 1) == (0, false))
        peer.give(Bytes.update(1, 1))
        #expect(data(peer, 1) == (1, false))
        peer.give(Bytes.settings([(4, 24)]))
        #expect(data(peer, 1) == (19, true))
        #expect(peer.releasesEverything())
    }

    @Test func initialWindowsThatOverflow() {
        let peer = TestPeer()
        peer.give(Bytes.headers(1) + Bytes.update(1, 0x7FFF_FFFF - 65_535))
        #expect(peer.failure == nil)
        peer.give(Bytes.settings([(4, 65_535)]))
        #expect(peer.failure == nil)
        peer.give(Bytes.settings([(4, 65_536)]))
        #expect(peer.failure == .flowControlError)
    }

    @Test func connectionWindowsToTheLast() {
        let peer = TestPeer()
        peer.give(Bytes.update(0, 0x7FFF_FFFF - 65_535))
        #expect(peer.failure == nil)
        peer.give(Bytes.update(0, 1))
        #expect(peer.failure == .flowControlError)
    }

    @Test func framesAreAsLongAsThePeerTakes() {
        for (size, counts) in [(16_384, [16_384, 16_384, 7232]), (20_000, [20_000, 20_000])] {
            let peer = TestPeer()
            peer.give(Bytes.settings([(5, UInt32(size))]))
            peer.give(Bytes.call(1, TestService.request(forBytes: 40_000)))
            #expect(peer.frames().filter { $0.type == 0 }.map(\.payload.count) == counts)
        }
    }

    @Test func unsentAnswersAreLimited() {
        for (size, failure) in [(994, nil), (995, .enhanceYourCalm)] as [(Int, ErrorCode?)] {
            let peer = TestPeer { $0.maximumUnsentBytes = 1000 + TestService.trailers.count - 6 }
            peer.give(Bytes.settings([(4, 0)]))
            peer.give(Bytes.call(1, TestService.request(forBytes: size)))
            #expect(peer.failure == failure)
            #expect(peer.releasesEverything())
        }
    }

    @Test func unsentBytesAreCountedDown() {
        let peer = TestPeer { $0.maximumUnsentBytes = 1000 }
        peer.give(Bytes.settings([(4, 0)]))
        // More than the limit, one after the other: taken, reset, or past their time.
        for stream in stride(from: UInt32(1), to: 60, by: 6) {
            peer.give(Bytes.call(stream, TestService.request(forBytes: 900)))
            peer.give(Bytes.update(stream, 500) + Bytes.update(stream, 500))
            peer.give(Bytes.call(stream + 2, TestService.request(forBytes: 900)))
            peer.give(Bytes.update(stream + 2, 100) + Bytes.reset(stream + 2))
            peer.give(Bytes.call(stream + 4, TestService.request(forBytes: 900)))
            peer.now += 2_000_000_000
            peer.sweep()
            #expect(peer.frames().last?.payload == [0, 0, 0, 8])
        }
        #expect(peer.failure == nil && peer.state == .idle)
        #expect(peer.connection.unsentBytes == 0)
        #expect(peer.releasesEverything())
    }

    @Test func streamWindowsOfOursAreKept() {
        let peer = TestPeer { $0.maximumMessageBytes = 70_000 }
        #expect(peer.frames().first?.payload.count == 18)
        peer.give(Bytes.headers(1))
        for _ in 0..<4 {
            peer.give(Bytes.data(1, [UInt8](repeating: 1, count: 16_384), ends: false))
        }
        // Padding counts for the window and not for the message.
        peer.give(Bytes.frame(0, flags: 8, stream: 1, [200] + [UInt8](repeating: 0, count: 4463)))
        #expect(peer.failure == nil && peer.frames().isEmpty)
        peer.give(Bytes.data(1, [1]))
        #expect(peer.frames().map(\.payload) == [[0, 0, 0, 3]])
    }

    @Test func messagesAreLimited() {
        let peer = TestPeer { $0.maximumMessageBytes = 100 }
        peer.give(Bytes.call(1, [UInt8](repeating: 1, count: 100)))
        _ = peer.frames()
        peer.give(Bytes.call(3, [UInt8](repeating: 1, count: 101)))
        #expect(peer.frames().map(\.type) == [1])
        peer.give(
            Bytes.headers(5) + Bytes.data(5, [UInt8](repeating: 1, count: 60), ends: false)
                + Bytes.data(5, [UInt8](repeating: 1, count: 41), ends: false))
        #expect(peer.frames().map(\.type) == [1, 3])
        #expect(peer.service.failures == [.messageTooLong, .messageTooLong])
        #expect(peer.releasesEverything())
    }

    /// What unfinished messages hold is not granted again; all else is.
    @Test func heldBytesAreLimited() {
        let peer = TestPeer { $0.maximumHeldBytes = 70_000 }
        let first = peer.frames().first { $0.type == 8 }
        #expect(first.map { Int($0.number(at: 0)) } == 70_000 - 65_535)
        let part = [UInt8](repeating: 1, count: 10_000)
        for round in 0..<50 as Range<UInt32> {
            peer.give(Bytes.call(2 * round + 1, part))
        }
        #expect(peer.failure == nil)
        let granted = peer.frames().filter { $0.type == 8 }.reduce(0) { $0 + Int($1.number(at: 0)) }
        #expect((480_000...500_000).contains(granted))
        let held = 70_000 - (500_000 - granted)
        peer.give(Bytes.headers(201))
        for _ in 0..<held / 10_000 { peer.give(Bytes.data(201, part, ends: false)) }
        #expect(peer.failure == nil)
        peer.give(Bytes.data(201, part, ends: false))
        #expect(peer.failure == .flowControlError)
    }
}
