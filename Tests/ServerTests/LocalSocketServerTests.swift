import SeededNumbers
import CEpoll
import Glibc
import Server
import Testing
import Wire
import WritClient

/// Frames in, frames out, over a real socket.
@Suite struct LocalSocketServerTests {
    @Test func unauthorizedPeerIsRefused() throws {
        let directory = TemporaryDirectory()
        try directory.letOthersPass()
        let server = try startEcho(directory) {
            $0.allowedPeers = PeerAllowList(userIDs: [geteuid() &+ 1])
        }
        let client = RawClient(directory.socket)
        let (bytes, isAtEnd) = client.receive()
        #expect(seen(bytes) == [.refusal(0, .unauthorizedPeer)])
        #expect(isAtEnd)
        var connection = try Connection(path: directory.socket)
        #expect(throws: ClientError.self) { try connection.ping() }
        #expect(eventually { server.statistics[.refusedPeers] == 2 })
        server.stop(drainFor: .zero)
    }

    @Test func groupAllowsAPeer() throws {
        let directory = TemporaryDirectory()
        try directory.letOthersPass()
        let server = try startEcho(directory) {
            $0.allowedPeers = PeerAllowList(userIDs: [], groupIDs: [getegid()])
        }
        var connection = try Connection(path: directory.socket)
        try connection.ping()
        server.stop(drainFor: .zero)
    }

    struct Malformed: Sendable, CustomTestStringConvertible {
        let name: String
        let frame: [UInt8]
        let response: [Seen]
        var testDescription: String { name }
    }

    static func changed(_ offset: Int, _ byte: UInt8) -> [UInt8] {
        var frame = decideFrame(id: 5, 1)
        frame[offset] = byte
        return frame
    }

    static let fatal: [Malformed] = [
        Malformed(
            name: "length 15", frame: changed(0, 15), response: [.refusal(5, .malformedFrame)]),
        Malformed(
            name: "length too large", frame: changed(3, 1),
            response: [.refusal(5, .frameTooLarge)]),
        Malformed(name: "version", frame: changed(4, 9), response: [.refusal(0, .wrongVersion)]),
        Malformed(name: "kind", frame: changed(5, 99), response: [.refusal(5, .unknownKind)]),
        Malformed(
            name: "a server's kind", frame: changed(5, 2), response: [.refusal(5, .unknownKind)]),
        Malformed(name: "flags", frame: changed(6, 1), response: [.refusal(5, .malformedFrame)]),
        Malformed(
            name: "a ping with a body", frame: changed(5, 5),
            response: [.refusal(5, .malformedFrame)]),
    ]

    @Test(arguments: fatal) func bytesThatAreNoFrameEndTheConnection(_ row: Malformed) throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        let client = RawClient(directory.socket)
        client.send(decideFrame(id: 4, 1) + row.frame + decideFrame(id: 6, 1))
        let (bytes, isAtEnd) = client.receive()
        #expect(seen(bytes) == [.answer(4, .allow, .decided)] + row.response)
        #expect(isAtEnd)
        #expect(eventually { server.statistics[.malformedFrames] == 1 })
        server.stop(drainFor: .zero)
    }

    @Test func bodiesThatAreNoRequestAreDeniedAndTheNextIsAnswered() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        let client = RawClient(directory.socket)
        client.send(Self.changed(20, 1) + Self.changed(32, 9) + decideFrame(id: 6, 1))
        let (bytes, _) = client.receive(56 + 56 + 64)
        #expect(
            seen(bytes) == [
                .answer(5, .deny, .malformedRequest), .answer(5, .deny, .malformedRequest),
                .answer(6, .allow, .decided),
            ])
        #expect(eventually { server.statistics[.malformedBodies] == 2 })
        server.stop(drainFor: .zero)
    }

    @Test func silentHandlerIsADeny() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        var connection = try Connection(path: directory.socket)
        let answer = try connection.decide(question(3))
        #expect(answer.decision == .deny && answer.cause == .internalError)
        let denied = try connection.decide(question(2))
        #expect(denied.decision == .deny && denied.cause == .decided)
        let allowed = try connection.decide(question(1))
        #expect(allowed.isAllowed && allowed.reasons == ["echo"])
        #expect(allowed.policyVersion == 11 && allowed.revision == 22)
        server.stop(drainFor: .zero)
    }

    @Test func byteByByte() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        let client = RawClient(directory.socket)
        for byte in decideFrame(id: 1, 1) + decideFrame(id: 2, 2) { client.send([byte]) }
        let (bytes, _) = client.receive(64 + 56)
        #expect(seen(bytes) == [.answer(1, .allow, .decided), .answer(2, .deny, .decided)])
        server.stop(drainFor: .zero)
    }

    @Test func thousandFramesInOneWrite() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory) { $0.maximumRequestsPerTurn = 100 }
        let client = RawClient(directory.socket)
        var frames: [UInt8] = []
        for id in 1...1000 { frames += decideFrame(id: UInt64(id), 1) }
        client.send(frames)
        let (bytes, _) = client.receive(1000 * 64)
        #expect(seen(bytes) == (1...1000).map { .answer($0, .allow, .decided) })
        #expect(eventually { server.statistics[.bufferedBytes] == 0 })
        server.stop(drainFor: .zero)
    }

    @Test func frameAtTheLimitAndOnePast() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        let client = RawClient(directory.socket)
        client.send(decideFrame(id: 1, 1, contextBytes: (1 << 20) - 72))
        #expect(seen(client.receive(64).bytes) == [.answer(1, .allow, .decided)])
        client.send(decideFrame(id: 2, 1, contextBytes: (1 << 20) - 72 + 8))
        #expect(seen(client.receive().bytes) == [.refusal(2, .frameTooLarge)])
        #expect(eventually { server.statistics[.bufferedBytes] == 0 })
        server.stop(drainFor: .zero)
    }

    @Test func batchesAnswerEachItem() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        var connection = try Connection(path: directory.socket)
        let answers = try connection.decideBatch([question(1), question(2), question(3)])
        #expect(answers.map(\.decision) == [.allow, .deny, .deny])
        #expect(answers.map(\.cause) == [.decided, .decided, .internalError])
        let many = try connection.decideBatch(Array(repeating: question(1), count: 4096))
        #expect(many.count == 4096 && many.allSatisfy(\.isAllowed))
        server.stop(drainFor: .zero)
    }

    @Test func batchWhoseAnswersDoNotFitIsDeniedAtItsEnd() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(
            directory,
            change: {
                $0.frameLimits = FrameLimits(
                    maximumFrameBytes: 24 + 100 * 40 + 1000, maximumBatchItems: 100,
                    maximumAnswerBytes: 1000)
            },
            handler: {
                var handler = EchoHandler()
                handler.reason = [UInt8](repeating: 0x61, count: 300)
                return handler
            })
        var connection = try Connection(path: directory.socket)
        let answers = try connection.decideBatch(Array(repeating: question(1), count: 60))
        // 60 shortest answers leave 2,624 bytes: eight reasons of 304 bytes more than the shortest.
        let allowed = answers.prefix(while: \.isAllowed).count
        #expect(allowed > 0 && allowed < 60)
        #expect(answers[allowed...].allSatisfy { $0.decision == .deny && $0.cause == .tooLarge })
        server.stop(drainFor: .zero)
    }

    @Test func pastDeadlinesAreDenied() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(
            directory,
            handler: {
                var handler = EchoHandler()
                handler.delayMicroseconds = 1000
                return handler
            })
        var connection = try Connection(path: directory.socket)
        let answers = try connection.decideBatch(
            Array(repeating: question(1), count: 100), deadline: .milliseconds(10))
        #expect(answers[0].isAllowed)
        #expect(answers[99].cause == .deadlineExceeded && !answers[99].isAllowed)
        #expect(eventually { server.statistics[.deadlinesMissed] > 0 })
        server.stop(drainFor: .zero)
    }

    @Test func halfCloseIsAnswered() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        let client = RawClient(directory.socket)
        client.send(decideFrame(id: 1, 1) + decideFrame(id: 2, 2))
        client.closeOutput()
        let (bytes, isAtEnd) = client.receive()
        #expect(seen(bytes) == [.answer(1, .allow, .decided), .answer(2, .deny, .decided)])
        #expect(isAtEnd)
        server.stop(drainFor: .zero)
    }

    @Test func endInsideAFrameIsRefused() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        let client = RawClient(directory.socket)
        client.send(decideFrame(id: 1, 1) + decideFrame(id: 2, 2).prefix(40))
        client.closeOutput()
        let (bytes, isAtEnd) = client.receive()
        #expect(seen(bytes) == [.answer(1, .allow, .decided), .refusal(0, .malformedFrame)])
        #expect(isAtEnd)
        #expect(eventually { server.statistics[.open] == 0 })
        server.stop(drainFor: .zero)
    }

    @Test func mutatedFramesLeaveTheServerAnswering() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory)
        var good = try Connection(path: directory.socket)
        var random = SeededNumbers(seed: 20_260_101)
        let whole = decideFrame(id: 1, 1, contextBytes: 64)
        for round in 0..<400 {
            let client = RawClient(directory.socket)
            var stream: [UInt8] = []
            for _ in 0..<50 {
                var frame = whole
                // Most changes hit the body, so that many frames of a connection are read.
                for _ in 0..<Int(random.next() % 3) {
                    let first = random.next() % 8 == 0 ? 0 : 16
                    let offset = first + Int(random.next() % UInt64(frame.count - first))
                    frame[offset] = UInt8(truncatingIfNeeded: random.next())
                }
                if random.next() % 16 == 0 { frame.removeLast(Int(random.next() % 40)) }
                stream += frame
            }
            client.send(stream)
            client.closeOutput()
            let (bytes, isAtEnd) = client.receive()
            #expect(isAtEnd && !seen(bytes).contains(.broken), "round \(round)")
            if round % 10 == 0 { #expect(try good.decide(question(1)).isAllowed) }
        }
        #expect(try good.decide(question(2)).decision == .deny)
        #expect(eventually { server.statistics[.open] == 1 })
        #expect(eventually { server.statistics[.bufferedBytes] == 0 })
        server.stop(drainFor: .seconds(1))
    }
}
