import CEpoll
import Glibc
import Server
import Synchronization
import Testing
import Wire
import WritClient

/// The end of a server, idle and under load.
@Suite struct LocalSocketStopTests {
    @Test func idleConnectionsAreTold() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory, workers: 2)
        let client = RawClient(directory.socket)
        client.send(decideFrame(id: 1, 1))
        #expect(client.receive(64).bytes.count == 64)
        server.stop(drainFor: .seconds(1))
        let (bytes, isAtEnd) = client.receive()
        #expect(seen(bytes) == [.refusal(0, .shuttingDown)])
        #expect(isAtEnd)
        #expect(unsafe access(directory.socket, F_OK) != 0)
        #expect(throws: ClientError.noServer(path: directory.socket)) {
            _ = try Connection(path: directory.socket)
        }
        server.stop(drainFor: .seconds(1))
    }

    @Test func unreadAnswersAreCutAtTheEndOfTheDrain() throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(
            directory,
            handler: {
                var handler = EchoHandler()
                handler.reason = [UInt8](repeating: 0x61, count: 4000)
                return handler
            })
        let client = RawClient(directory.socket)
        var frames: [UInt8] = []
        for id in 1...1000 { frames += decideFrame(id: UInt64(id), 1) }
        client.send(frames)
        usleep(50_000)
        let start = ContinuousClock.now
        server.stop(drainFor: .milliseconds(200))
        #expect(ContinuousClock.now - start < .seconds(2))
    }

    /// Every request sent before the stop is answered or known as undecided, in order.
    @Test(arguments: [1, 2]) func stopDuringLoad(_ workers: Int) throws {
        let directory = TemporaryDirectory()
        let server = try startEcho(directory, workers: workers)
        let path = directory.socket
        var threads: [pthread_t] = []
        final class Work: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let shared = Shared()
        for _ in 0..<4 {
            let work = Work {
                let client = RawClient(path)
                var next: UInt64 = 1
                var expected: UInt64 = 1
                var rest: [UInt8] = []
                while true {
                    var frames: [UInt8] = []
                    for _ in 0..<20 {
                        frames += decideFrame(id: next, 1)
                        next += 1
                    }
                    client.send(frames)
                    shared.rounds.add(1, ordering: .relaxed)
                    let (bytes, isAtEnd) = client.receive(20 * 64)
                    rest += bytes
                    for frame in seen(rest) {
                        if frame == .answer(expected, .allow, .decided) {
                            expected += 1
                        } else if frame == .refusal(0, .shuttingDown) {
                            shared.told.add(1, ordering: .relaxed)
                            return
                        } else {
                            shared.faults.add(1, ordering: .relaxed)
                            return
                        }
                    }
                    rest = []
                    if isAtEnd {
                        shared.faults.add(1, ordering: .relaxed)
                        return
                    }
                }
            }
            var thread = pthread_t()
            let argument = unsafe Unmanaged.passRetained(work).toOpaque()
            _ = unsafe pthread_create(
                &thread, nil,
                {
                    unsafe Unmanaged<Work>.fromOpaque($0!).takeRetainedValue().body()
                    return nil
                }, argument)
            threads.append(thread)
        }
        #expect(eventually { shared.rounds.load(ordering: .relaxed) > 400 })
        server.stop(drainFor: .seconds(2))
        for thread in threads { _ = pthread_join(thread, nil) }
        #expect(shared.faults.load(ordering: .relaxed) == 0)
        #expect(shared.told.load(ordering: .relaxed) == 4)
        #expect(unsafe access(path, F_OK) != 0)
    }

    private final class Shared: Sendable {
        let rounds = Atomic<Int>(0)
        let told = Atomic<Int>(0)
        let faults = Atomic<Int>(0)
    }

    @Test func restartAtTheSamePath() throws {
        let directory = TemporaryDirectory()
        for _ in 0..<5 {
            let server = try startEcho(directory)
            var connection = try Connection(path: directory.socket)
            try connection.ping()
            server.stop(drainFor: .seconds(1))
        }
    }
}
