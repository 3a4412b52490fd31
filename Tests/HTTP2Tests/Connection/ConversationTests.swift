@testable import HTTP2
import SeededNumbers
import Testing

/// Whatever way the bytes come, the answers are the same; whatever is done to them, nothing breaks.
@Suite struct ConversationTests {
    typealias Bytes = ClientBytes

    private static func answers(to parts: [ArraySlice<UInt8>]) -> [UInt8] {
        let peer = TestPeer(greets: false)
        for part in parts { peer.give(Array(part)) }
        #expect(peer.failure == nil)
        return peer.takeSent()
    }

    @Test func conversationIsServed() {
        let peer = TestPeer(greets: false)
        peer.give(Conversations.whole)
        #expect(peer.failure == nil && peer.state == .idle)
        let frames = peer.frames()
        let answers: [(UInt32, Int)] = [
            (1, 9), (3, 2), (5, 4), (7, 300), (13, 120), (15, 0),
        ]
        for (stream, count) in answers {
            let answer = TestPeer.answer(stream, in: frames)
            #expect(answer.data.count == count && answer.ends)
        }
        #expect(peer.service.messages.count == 6)
        #expect(!frames.contains { $0.type == 3 || $0.type == 7 })
        #expect(peer.releasesEverything())
    }

    @Test func everySplitGivesTheSameAnswers() {
        let bytes = Conversations.whole
        let expected = Self.answers(to: [bytes[...]])
        for place in bytes.indices {
            #expect(Self.answers(to: [bytes[..<place], bytes[place...]]) == expected)
        }
        #expect(Self.answers(to: bytes.indices.map { bytes[$0...$0] }) == expected)
    }

    @Test func everyTruncationGivesTheFirstAnswers() {
        let bytes = Conversations.whole
        let expected = Self.answers(to: [bytes[...]])
        for count in bytes.indices {
            let peer = TestPeer(greets: false)
            peer.give(Array(bytes.prefix(count)))
            #expect(peer.failure == nil)
            #expect(expected.starts(with: peer.takeSent()))
            #expect(peer.releasesEverything())
        }
    }

    /// Conversations for each of the eight parts of the test.
    private static let rounds: UInt64 = 300

    /// Frames turned over in every way: no crash, whole frames out, memory given back, and nothing
    /// that was not sent gets to the service.
    @Test(arguments: 0..<8) func mutations(_ worker: UInt64) {
        for seed in worker * Self.rounds..<(worker + 1) * Self.rounds {
            var numbers = SeededNumbers(seed: seed)
            let peer = TestPeer(greets: false) {
                $0.maximumHeldBytes = 70_000
                $0.maximumMessageBytes = 100
                $0.maximumUnsentBytes = 400
                $0.maximumStreams = 4
                $0.maximumHeaderListBytes = 1024
            }
            var rest = Self.mutate(&numbers)[...]
            peer.room = Int.random(in: 1...5000, using: &numbers)
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...700, using: &numbers))
                rest = rest.dropFirst(part.count)
                peer.give(Array(part))
                if Int.random(in: 0..<20, using: &numbers) == 0 {
                    peer.now += 300_000_000
                    peer.sweep()
                }
                if Int.random(in: 0..<200, using: &numbers) == 0 { peer.drain() }
            }
            let frames = peer.frames()
            #expect(!peer.service.messages.contains(Conversations.secret))
            for stream in Set(frames.filter { $0.type == 0 }.map(\.stream)) {
                let data = TestPeer.answer(stream, in: frames).data
                #expect(
                    peer.service.messages.contains { TestService.reply(to: $0).starts(with: data) })
            }
            #expect(
                frames.lastIndex { $0.type == 7 && $0.number(at: 4) != 0 }
                    .map { $0 == frames.count - 1 } ?? true, "nothing follows an error")
            #expect(peer.connection.streams.count <= 4)
            #expect(peer.releasesEverything())
        }
    }

    private static func mutate(_ numbers: inout SeededNumbers) -> [UInt8] {
        var frames = Conversations.frames
        for _ in 0..<Int.random(in: 1...6, using: &numbers) {
            let index = Int.random(in: frames.indices, using: &numbers)
            switch Int.random(in: 0..<9, using: &numbers) {
            case 0: frames.swapAt(index, Int.random(in: frames.indices, using: &numbers))
            case 1:
                frames.insert(frames[index], at: Int.random(in: frames.indices, using: &numbers))
            case 2: if frames.count > 3 { frames.remove(at: index) }
            // The type, the flags, the stream, the length: what decides most.
            case 3: frames[index][3] = UInt8.random(in: 0...10, using: &numbers)
            case 4: frames[index][4] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
            case 5: frames[index][8] = UInt8.random(in: 0...17, using: &numbers)
            case 6: frames[index][2] &+= UInt8.random(in: 254...255, using: &numbers) &- 253
            default:
                let place = Int.random(in: frames[index].indices, using: &numbers)
                frames[index][place] = UInt8.random(in: 0...255, using: &numbers)
            }
        }
        return Bytes.preface + frames.flatMap { $0 }
    }
}
