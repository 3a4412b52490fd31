import CEpoll
import Glibc
import Server
import Testing

/// A protocol of lines on the loop: what the loop owes to any protocol.
@Suite struct StreamServerTests {
    @Test func connectionLimitAndOneMore() throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log) {
            $0.limits.maximumConnections = 2
        }
        let first = RawClient(directory.socket)
        let second = RawClient(directory.socket)
        first.say("a")
        second.say("b")
        #expect(first.hear(2).text == "a\n")
        #expect(second.hear(2).text == "b\n")
        let third = RawClient(directory.socket)
        #expect(third.hear() == ("refused tooManyConnections\n", true))
        #expect(eventually { server.statistics[.refusedOverload] == 1 })
        #expect(log.now.begun == 2, "who is refused never begins")
        server.stop(drainFor: .zero)
    }

    @Test func peersThatAreNotListed() throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log) {
            $0.allowedPeers = PeerAllowList(userIDs: [])
        }
        #expect(RawClient(directory.socket).hear() == ("refused unauthorizedPeer\n", true))
        #expect(eventually { server.statistics[.refusedPeers] == 1 })
        #expect(log.now.begun == 0)
        server.stop(drainFor: .zero)
    }

    @Test func unfinishedLinesTimeOut() throws {
        let directory = TemporaryDirectory()
        let server = try startLines(.unixSocket(path: directory.socket)) {
            $0.limits.incompleteTimeout = .milliseconds(150)
        }
        let idle = RawClient(directory.socket)
        let slow = RawClient(directory.socket)
        slow.say("whole")
        #expect(slow.hear(6).text == "whole\n")
        slow.send([0x61])
        // More bytes of the same line do not earn more time.
        usleep(80_000)
        slow.send([0x61])
        let start = ContinuousClock.now
        #expect(slow.hear() == ("refused incompleteTimeout\n", true))
        #expect(ContinuousClock.now - start < .milliseconds(140))
        idle.say("a")
        #expect(idle.hear(2).text == "a\n")
        #expect(eventually { server.statistics[.incompleteTimeouts] == 1 })
        #expect(eventually { server.statistics[.bufferedBytes] == 0 })
        server.stop(drainFor: .zero)
    }

    @Test func whoIsExpectedToBeginAndDoesNot() throws {
        let directory = TemporaryDirectory()
        let server = try startLines(.unixSocket(path: directory.socket), greets: true) {
            $0.limits.incompleteTimeout = .milliseconds(150)
        }
        let silent = RawClient(directory.socket)
        let begins = RawClient(directory.socket)
        begins.say("a")
        #expect(silent.hear() == ("hello\nrefused incompleteTimeout\n", true))
        #expect(begins.hear(8, seconds: 1) == ("hello\na\n", false))
        usleep(200_000)
        begins.say("b")
        #expect(begins.hear(2).text == "b\n")
        server.stop(drainFor: .zero)
    }

    @Test func theEndInsideALineAndBetweenLines() throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log)
        let inside = RawClient(directory.socket)
        inside.send(Array("a\nhalf".utf8))
        inside.closeOutput()
        #expect(inside.hear() == ("a\nrefused endedInside\n", true))
        let between = RawClient(directory.socket)
        between.send(Array("a\n".utf8))
        between.closeOutput()
        #expect(between.hear() == ("a\n", true))
        #expect(eventually { log.now.ended == 2 && log.now.begun == 2 })
        server.stop(drainFor: .zero)
    }

    @Test func lineThatIsTooLongIsTheProtocolsToRefuse() throws {
        let directory = TemporaryDirectory()
        let server = try startLines(.unixSocket(path: directory.socket))
        let client = RawClient(directory.socket)
        client.send([UInt8](repeating: 0x61, count: LineProtocol.longest))
        #expect(client.hear(seconds: 0) == ("", false))
        client.send([0x61])
        #expect(client.hear() == ("too long\n", true))
        server.stop(drainFor: .zero)
    }

    @Test func slowReaderIsLeftAloneThenCut() throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log) {
            $0.limits.maximumInFlightBytes = 100_000
            $0.limits.slowReaderTimeout = .seconds(1)
        }
        let slow = RawClient(directory.socket)
        // 40 MB of answers to 10 KB of questions.
        slow.send(Array(repeatElement("big 40000\n", count: 1000).joined().utf8))
        #expect(eventually { server.statistics[.bufferedBytes] > 0 })
        usleep(50_000)
        #expect(server.statistics[.bufferedBytes] < 512 << 10)
        #expect(log.now.served < 100, "\(log.now.served) answered for a peer that does not read")
        let good = RawClient(directory.socket)
        good.say("a")
        #expect(good.hear(2).text == "a\n")
        #expect(eventually { server.statistics[.slowReaders] == 1 })
        #expect(eventually { server.statistics[.bufferedBytes] == 0 && log.now.ended == 1 })
        server.stop(drainFor: .zero)
    }

    @Test(arguments: [1, 1000, 70_000, 1 << 20]) func slowReaderThatGoesOn(_ inFlight: Int) throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log) {
            $0.limits.maximumInFlightBytes = inFlight
        }
        let client = RawClient(directory.socket)
        let count = 300
        var expected: [UInt8] = []
        var sent = ""
        for number in 1...count {
            sent += "big 9999\n\(number)\n"
            expected += [UInt8](repeating: 0x78, count: 9999) + Array("\n\(number)\n".utf8)
        }
        client.send(Array(sent.utf8))
        usleep(50_000)
        #expect(log.now.served < 2 * count, "the bound was not felt")
        #expect(client.receive(expected.count).bytes == expected)
        #expect(eventually { server.statistics[.bufferedBytes] == 0 })
        client.say("more")
        #expect(client.hear(5).text == "more\n")
        server.stop(drainFor: .zero)
    }

    @Test func memoryOfTheWorkerIsBounded() throws {
        let directory = TemporaryDirectory()
        let server = try startLines(.unixSocket(path: directory.socket)) {
            $0.limits.maximumBufferedBytesPerWorker = 8192
        }
        let first = RawClient(directory.socket)
        first.send([0x61])
        let second = RawClient(directory.socket)
        second.send([0x61])
        #expect(eventually { server.statistics[.bufferedBytes] == 8192 })
        let third = RawClient(directory.socket)
        third.send([0x61])
        #expect(third.hear() == ("refused noMemory\n", true))
        #expect(eventually { server.statistics[.bufferRefusals] == 1 })
        let good = RawClient(directory.socket)
        good.say("a")
        #expect(good.hear(2).text == "a\n")
        server.stop(drainFor: .zero)
    }

    @Test func protocolThatNeverHasRoomEnds() throws {
        let directory = TemporaryDirectory()
        let server = try startLines(.unixSocket(path: directory.socket))
        let client = RawClient(directory.socket)
        client.say("a", "stuck", "b")
        #expect(client.hear() == ("a\nrefused noMemory\n", true))
        server.stop(drainFor: .zero)
    }

    @Test func shareOfATurnAndOneMore() throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log) {
            $0.limits.maximumRequestsPerTurn = 2
        }
        let client = RawClient(directory.socket)
        client.say("1", "2", "3", "4", "5")
        #expect(client.hear(10).text == "1\n2\n3\n4\n5\n")
        #expect(log.now.mostInOneCall == 2)
        server.stop(drainFor: .zero)
    }

    @Test func whatWaitsDoesNotHoldOthersUp() throws {
        let directory = TemporaryDirectory()
        let server = try startLines(.unixSocket(path: directory.socket))
        let waits = RawClient(directory.socket)
        waits.say("a", "wait", "b")
        let other = RawClient(directory.socket)
        other.say("c")
        #expect(other.hear(2).text == "c\n")
        #expect(waits.hear(11).text == "a\nwaited\nb\n")
        server.stop(drainFor: .zero)
    }

    @Test func sweepReachesWhomItMust() throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log)
        let idle = RawClient(directory.socket)
        idle.say("a")
        #expect(idle.hear(2).text == "a\n")
        usleep(250_000)
        #expect(log.now.sweeps == 0, "nothing is open")
        let waits = RawClient(directory.socket)
        let start = ContinuousClock.now
        waits.say("later")
        #expect(waits.hear(5).text == "late\n")
        #expect(ContinuousClock.now - start > .milliseconds(250))
        #expect(log.now.sweeps == 3)
        // Between two sweeps the connection is served as ever.
        waits.say("later", "a")
        #expect(waits.hear(7).text == "a\nlate\n")
        usleep(250_000)
        #expect(log.now.sweeps == 6, "what was open is done")
        server.stop(drainFor: .zero)
    }

    @Test func drainWaitsForWhatIsOpen() throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log, workers: 2)
        let idle = RawClient(directory.socket)
        let open = RawClient(directory.socket)
        idle.say("a")
        #expect(idle.hear(2).text == "a\n")
        open.say("later", "a")
        #expect(open.hear(2).text == "a\n")
        open.say("b")
        let start = ContinuousClock.now
        server.stop(drainFor: .seconds(5))
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(idle.hear() == ("draining\n", true))
        #expect(open.hear() == ("b\ndraining\nlate\n", true))
        #expect(log.now.ended == 2)
        #expect(server.statistics[.open] == 0)
    }

    @Test func drainEndsInTime() throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log)
        let open = RawClient(directory.socket)
        open.say("never", "a")
        #expect(open.hear(2).text == "a\n")
        let start = ContinuousClock.now
        server.stop(drainFor: .milliseconds(200))
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(open.hear() == ("draining\n", true))
        #expect(log.now.ended == 1)
        #expect(log.now.drains > 1)
    }

    @Test func everyBeginningHasItsEnd() throws {
        let directory = TemporaryDirectory()
        let log = LineLog()
        let server = try startLines(.unixSocket(path: directory.socket), log, workers: 2)
        for _ in 0..<50 {
            let asked = RawClient(directory.socket)
            asked.say("bye", "more")
            #expect(asked.hear() == ("bye\n", true))
            let silent = RawClient(directory.socket)
            silent.send([0x61])
        }
        #expect(eventually { log.now.ended == 100 })
        #expect(log.now.begun == 100)
        #expect(log.now.peers.allSatisfy { $0?.userID == geteuid() })
        #expect(eventually { server.statistics[.bufferedBytes] == 0 })
        server.stop(drainFor: .zero)
        #expect(log.now.batches > 0)
    }
}
