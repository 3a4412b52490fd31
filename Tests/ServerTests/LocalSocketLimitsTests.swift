import CEpoll
import Glibc
import Server
import Synchronization
import Testing
import Wire
import WritClient

/// Bounds, and that whoever passes one disturbs nobody else.
@Suite struct LocalSocketLimitsTests {
    @Test func connectionLimitAndOneMore() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory, workers: 2) { $0.maximumConnections = 3 }
        var first = try Connection(path: directory.socket)
        try first.ping()
        var second = try Connection(path: directory.socket)
        try second.ping()
        do {
            var third = try Connection(path: directory.socket)
            try third.ping()
            let fourth = RawClient(directory.socket)
            #expect(seen(fourth.receive().bytes) == [.refusal(0, .overloaded)])
            #expect(try first.decide(question(1)).isAllowed)
            #expect(eventually { server.statistics[.refusedOverload] == 1 })
        }
        #expect(eventually { server.statistics[.open] == 2 })
        var fifth = try Connection(path: directory.socket)
        try fifth.ping()
        server.stop(drainFor: .zero)
    }

    @Test func halfSentFramesTimeOut() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory) { $0.incompleteFrameTimeout = .milliseconds(150) }
        let idle = RawClient(directory.socket)
        let slow = RawClient(directory.socket)
        slow.send(Array(decideFrame(id: 1, 1).prefix(40)))
        // More bytes of the same frame do not earn more time.
        usleep(80_000)
        slow.send([1])
        let (bytes, isAtEnd) = slow.receive()
        #expect(seen(bytes) == [.refusal(0, .incompleteFrameTimeout)])
        #expect(isAtEnd)
        idle.send(decideFrame(id: 2, 1))
        #expect(seen(idle.receive(64).bytes) == [.answer(2, .allow, .decided)])
        #expect(eventually { server.statistics[.incompleteTimeouts] == 1 })
        #expect(eventually { server.statistics[.bufferedBytes] == 0 })
        server.stop(drainFor: .zero)
    }

    @Test func slowReaderIsClosedAndDisturbsNobody() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(
            directory,
            change: {
                $0.slowReaderTimeout = .milliseconds(400)
                $0.maximumInFlightBytes = 64 << 10
            },
            handler: {
                var handler = EchoHandler()
                handler.reason = [UInt8](repeating: 0x61, count: 2000)
                return handler
            })
        let slow = RawClient(directory.socket)
        let frame = decideFrame(id: 1, 1)
        var frames: [UInt8] = []
        for _ in 0..<500 { frames += frame }
        // Sent until the server leaves the input alone and the socket is full.
        var refusals = 0
        while refusals < 5 {
            if slow.sendAvailable(frames) <= 0 {
                refusals += 1
                usleep(10_000)
            }
        }
        var good = try Connection(path: directory.socket)
        for _ in 0..<200 { #expect(try good.decide(question(1)).isAllowed) }
        // One turn's answers may pass the bound: 64 KiB and one frame's.
        #expect(server.statistics[.bufferedBytes] <= 512 << 10)
        #expect(eventually { server.statistics[.slowReaders] == 1 })
        #expect(eventually { server.statistics[.bufferedBytes] == 0 })
        #expect(try good.decide(question(1)).isAllowed)
        server.stop(drainFor: .zero)
    }

    @Test func pausedReaderGoesOnWhereItStopped() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(
            directory, change: { $0.maximumInFlightBytes = 10_000 },
            handler: {
                var handler = EchoHandler()
                handler.reason = [UInt8](repeating: 0x61, count: 2000)
                return handler
            })
        let client = RawClient(directory.socket)
        let count = 2000
        var frames: [UInt8] = []
        for id in 1...count { frames += decideFrame(id: UInt64(id), 1) }
        var sent = 0
        while sent < frames.count {
            let taken = client.sendAvailable(Array(frames[sent...]))
            if taken > 0 { sent += taken } else { break }
        }
        usleep(100_000)
        // An answer of 2,000 bytes of reason is 2,056 long with its header.
        var received: [UInt8] = []
        while received.count < count * 2056 {
            let (bytes, isAtEnd) = client.receive(min(count * 2056 - received.count, 100_000))
            received += bytes
            if sent < frames.count {
                let taken = client.sendAvailable(Array(frames[sent...]))
                if taken > 0 { sent += taken }
            }
            if isAtEnd || bytes.isEmpty { break }
        }
        #expect(seen(received) == (1...UInt64(count)).map { .answer($0, .allow, .decided) })
        server.stop(drainFor: .zero)
    }

    @Test func bufferLimitRefusesOneConnection() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory) {
            $0.maximumBufferedBytesPerWorker = 2 << 20
        }
        let half = Array(decideFrame(id: 1, 1, contextBytes: (1 << 20) - 72).prefix(700_000))
        let first = RawClient(directory.socket)
        first.send(half)
        #expect(eventually { server.statistics[.bufferedBytes] == 1 << 20 })
        let second = RawClient(directory.socket)
        second.send(half)
        let third = RawClient(directory.socket)
        third.send(half)
        #expect(eventually { server.statistics[.bufferRefusals] >= 1 })
        var good = try Connection(path: directory.socket)
        #expect(try good.decide(question(1)).isAllowed)
        #expect(server.statistics[.bufferedBytes] <= 2 << 20)
        server.stop(drainFor: .zero)
    }

    @Test func thousandIdleConnections() throws {
        let directory = TemporaryDirectory()
        var limit = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 8192)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let server = try startEcho(directory, workers: 2)
        var clients: [Int32] = []
        for _ in 0..<1000 {
            let client = RawClient(directory.socket)
            clients.append(dup(client.number))
        }
        #expect(eventually { server.statistics[.open] == 1000 })
        #expect(eventually { server.statistics[.bufferedBytes] == 0 })
        var good = try Connection(path: directory.socket)
        for _ in 0..<100 { #expect(try good.decide(question(1)).isAllowed) }
        for client in clients { _ = close(client) }
        #expect(eventually { server.statistics[.open] == 1 })
        server.stop(drainFor: .seconds(1))
    }

    @Test func lackOfDescriptorsRefusesWithoutSpinning() async {
        await #expect(processExitsWith: .success) {
            let directory = TemporaryDirectory()
            let server = try startEcho(directory)
            var good = try Connection(path: directory.socket)
            try good.ping()
            let waiting = RawClient()
            var limit = rlimit(rlim_cur: 64, rlim_max: 64)
            _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            var fillers: [Int32] = []
            while true {
                let filler = dup(0)
                if filler < 0 { break }
                fillers.append(filler)
            }
            waiting.connect(directory.socket)
            let refused = seen(waiting.receive().bytes)
            var before = rusage()
            _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &before)
            usleep(300_000)
            var after = rusage()
            _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &after)
            let answered = try good.decide(question(1)).isAllowed
            for filler in fillers { _ = close(filler) }
            var late = try Connection(path: directory.socket)
            try late.ping()
            server.stop(drainFor: .seconds(1))
            let usedMicroseconds =
                (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1_000_000
                + Int(after.ru_utime.tv_usec - before.ru_utime.tv_usec)
                + (after.ru_stime.tv_sec - before.ru_stime.tv_sec) * 1_000_000
                + Int(after.ru_stime.tv_usec - before.ru_stime.tv_usec)
            let isRight =
                refused == [.refusal(0, .overloaded)] && answered && usedMicroseconds < 100_000
            exit(isRight ? 0 : 1)
        }
    }
}
