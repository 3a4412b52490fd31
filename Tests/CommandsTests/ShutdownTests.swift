import Foundation
import Synchronization
import Testing
import Wire
import WritClient

@Suite("writ serve: stopping")
struct ShutdownTests {
    /// What one client saw.
    private struct Tally {
        var sent = 0
        var answered = 0
        var wrong = 0
        var end = ""
    }

    /// Sends windows of pipelined questions until the connection ends.
    private static func load(
        _ socket: String, _ question: EncodedRequest, until deadline: ContinuousClock.Instant
    ) -> Tally {
        var tally = Tally()
        do throws(ClientError) {
            var connection = try Connection(path: socket)
            while ContinuousClock.now < deadline {
                var waiting: Set<UInt64> = []
                for _ in 0..<32 { waiting.insert(try connection.enqueue(question)) }
                tally.sent += 32
                try connection.flush()
                while !waiting.isEmpty {
                    guard case .answers(let id, let answers) = try connection.receive() else {
                        tally.wrong += 1
                        continue
                    }
                    let isKnown = waiting.remove(id) != nil
                    tally.answered += 1
                    if !isKnown || answers.count != 1 || !answers[0].isAllowed { tally.wrong += 1 }
                }
            }
            tally.end = "the time was up"
        } catch {
            if case .refused(.shuttingDown, _) = error {
                tally.end = "refused"
            } else {
                tally.end = error.description
            }
        }
        return tally
    }

    @Test(
        "Under load every request is answered or the connection ends with a refusal",
        arguments: [SIGTERM, SIGINT])
    func underLoad(_ signal: Int32) throws {
        let server = try RunningServer()
        let question = try PhotoWorld.question(#"User::"alice""#)
        let tallies = Mutex<[Tally]>([])
        let deadline = ContinuousClock.now + .seconds(20)
        let socket = server.socket
        let threads = DispatchGroup()
        for _ in 0..<6 {
            Thread.detachNewThread { [threads] in
                let tally = Self.load(socket, question, until: deadline)
                tallies.withLock { $0.append(tally) }
                threads.leave()
            }
            threads.enter()
        }
        usleep(300_000)
        server.process.signal(signal)
        #expect(server.process.waitForEnd(seconds: 15) == 0)
        threads.wait()
        #expect(!server.workplace.exists("run/writ.sock"))
        for tally in tallies.withLock({ $0 }) {
            #expect(tally.answered > 0)
            #expect(tally.wrong == 0)
            #expect(tally.end == "refused", "\(tally)")
        }
        #expect(server.log.contains("stopped"))
    }

    @Test("An idle connection is told that the server stops")
    func idle() throws {
        let server = try RunningServer()
        var connection = try server.connect()
        let question = try PhotoWorld.question(#"User::"alice""#)
        #expect(try connection.decide(question).isAllowed)
        #expect(server.stop() == 0)
        #expect {
            _ = try connection.decide(question)
        } throws: { error in
            if case .refused(.shuttingDown, _) = error as? ClientError { return true }
            return false
        }
    }

    @Test("A client that never reads cannot keep the server from stopping")
    func unreadAnswers() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        let server = try RunningServer(workplace)
        var connection = try server.connect { options in
            options.maximumBufferedBytes = 0
            options.responseTimeout = .seconds(1)
        }
        let batch = Array(repeating: try PhotoWorld.question(#"User::"alice""#), count: 4000)
        do {
            while true {
                try connection.enqueueBatch(batch)
                try connection.flush()
            }
        } catch ClientError.timeout {
            // The server has stopped reading, as it should.
        }
        let started = ContinuousClock.now
        #expect(server.stop(seconds: 20) == 0)
        #expect(ContinuousClock.now - started < .seconds(10))
    }

    @Test("SIGTERM during start-up is not lost")
    func early() throws {
        let workplace = try Workplace()
        try PhotoWorld.write(to: workplace)
        try workplace.write("writ.yaml", RunningServer.configuration)
        for delay in [20_000, 40_000, 80_000] as [UInt32] {
            let process = try ChildProcess(
                WritProgram.path, ["serve", "--config", "writ.yaml"], directory: workplace.path,
                output: workplace.path("out"), errors: workplace.path("err"))
            usleep(delay)
            process.signal(SIGTERM)
            let status = process.waitForEnd(seconds: 10)
            // Before the signals are taken over the system's own way ends it.
            #expect(status == 0 || status == 128 + SIGTERM)
            #expect(!workplace.exists("run/writ.sock"))
        }
    }
}
