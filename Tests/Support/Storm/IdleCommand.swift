import SeededNumbers
import ArgumentParser
import Foundation
import WritClient

/// `writ-storm idle`: what a crowd of idle connections costs the one that works.
struct IdleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Measure a client alone and beside idle, half-sent and slow connections.",
        discussion: """
            Both are measured in turns of half a second in the same run, so that what the
            machine does meanwhile meets both alike.

            Exit codes: 0 all answers are right and p99 is under twice the undisturbed one,
            else 1.
            """)

    @OptionGroup var target: Target

    @Option(help: "How many connections are idle; every tenth has sent half a frame.")
    var connections = 1000

    @Option(help: "How long to measure altogether.")
    var seconds = 20

    @Option(help: "The ratio of the two p99 that is too much.")
    var limit = 2.0

    func validate() throws {
        guard (1...100_000).contains(connections), (1...3600).contains(seconds) else {
            throw ValidationError("--connections is 1 to 100000 and --seconds 1 to 3600")
        }
    }

    func run() throws {
        try raiseDescriptorLimit()
        let questions = try ScenarioQuestions(target.scenario)
        var alone: [Double] = []
        var crowded: [Double] = []
        var slowBytes = 0
        try measure(questions, into: &alone, seconds: 0.2)
        alone.removeAll()
        for turn in 0..<seconds {
            // Which comes first changes from turn to turn.
            for isCrowded in turn % 2 == 0 ? [false, true] : [true, false] {
                if isCrowded {
                    let crowd = try Crowd(
                        target.socket, questions, connections, seed: target.seed &+ UInt64(turn))
                    let slow = SlowReader(socket: target.socket, questions)
                    usleep(50_000)
                    try measure(questions, into: &crowded, seconds: 0.5)
                    slowBytes += try slow.stop()
                    try crowd.checkAlive()
                } else {
                    usleep(50_000)
                    try measure(questions, into: &alone, seconds: 0.5)
                }
            }
        }
        alone.sort()
        crowded.sort()
        let ratio = quantile(crowded, 0.99) / quantile(alone, 0.99)
        print("alone        \(figures(alone))")
        print(
            "crowded      \(figures(crowded))   beside \(connections) idle connections "
                + "(\(connections / 10) half-sent) and a slow reader (\(slowBytes >> 10) KiB read)")
        print("p99 ratio    \(Double(Int(ratio * 100)) / 100)")
        guard ratio < limit else { throw Finding("the p99 ratio is not under \(limit)") }
    }

    /// Asks one question after the other, on a new connection, and times each in microseconds.
    private func measure(
        _ questions: ScenarioQuestions, into times: inout [Double], seconds: Double
    ) throws {
        var connection = try Connection(path: target.socket)
        let deadline = ContinuousClock.now + .seconds(seconds)
        var index = 0
        while ContinuousClock.now < deadline {
            let question = questions.known[index % questions.known.count]
            index += 1
            let started = ContinuousClock.now
            let answer = try connection.decide(question.encoded)
            times.append((ContinuousClock.now - started) / .microseconds(1))
            guard question.isMet(by: answer) else {
                throw Finding("`\(question.name)` was answered with \(answer)")
            }
        }
    }

    private func quantile(_ sorted: [Double], _ part: Double) -> Double {
        sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }

    private func figures(_ sorted: [Double]) -> String {
        let (p50, p99) = (quantile(sorted, 0.5), quantile(sorted, 0.99))
        return "p50 \(Double(Int(p50 * 10)) / 10) µs   p99 \(Double(Int(p99 * 10)) / 10) µs   "
            + "\(sorted.count) answers, all right"
    }

    private func raiseDescriptorLimit() throws {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_max > rlim_t(connections + 64) else {
            throw Finding("the system allows only \(limit.rlim_max) open files")
        }
    }
}

/// Connections that do nothing, some of them in the middle of a frame.
final class Crowd {
    private let idle: [Idle]

    private final class Idle {
        let socket: RawSocket
        let isHalfSent: Bool

        init(_ socket: consuming RawSocket, isHalfSent: Bool) {
            self.socket = socket
            self.isHalfSent = isHalfSent
        }
    }

    init(
        _ path: String, _ questions: ScenarioQuestions, _ count: Int, seed: UInt64
    ) throws(Finding) {
        var random = SeededNumbers(seed: seed)
        var idle: [Idle] = []
        for index in 0..<count {
            let socket = try RawSocket(path: path)
            if index % 10 == 0 {
                let frame = FrameMutator.frame([random.pick(questions.known).encoded], id: 1)
                _ = socket.send(frame[..<(1 + random.below(frame.count - 1))])
            }
            idle.append(Idle(socket, isHalfSent: index % 10 == 0))
        }
        self.idle = idle
    }

    /// Every connection that has sent nothing is still there: it answers a ping.
    func checkAlive() throws(Finding) {
        var ping = [UInt8](repeating: 0, count: 16)
        (ping[0], ping[4], ping[5], ping[8]) = (16, 1, 5, 9)
        for connection in idle where !connection.isHalfSent {
            _ = connection.socket.send(ping[...])
        }
        for connection in idle where !connection.isHalfSent {
            var answer: [UInt8] = []
            guard connection.socket.wait(output: false, milliseconds: 5000),
                connection.socket.receive(into: &answer), answer.count == 16, answer[5] == 6
            else { throw Finding("an idle connection was not held: \(answer)") }
        }
    }
}

/// Sends far more questions than it reads answers of.
final class SlowReader: Sendable {
    private let stopped = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let outcome = Outcome()

    private final class Outcome: @unchecked Sendable {
        // Written by the thread before `ended`, read after it.
        var bytes = 0
        var finding: Finding?
    }

    init(socket path: String, _ questions: ScenarioQuestions) {
        let frame = FrameMutator.frame([questions.known[0].encoded], id: 1)
        let bytes = Array(Array(repeating: frame, count: 64).joined())
        Thread.detachNewThread { [self] in
            run(path, bytes)
            ended.signal()
        }
    }

    /// Ends it.
    /// - Returns: the bytes it has read.
    func stop() throws -> Int {
        stopped.signal()
        ended.wait()
        if let finding = outcome.finding { throw finding }
        return outcome.bytes
    }

    private func run(_ path: String, _ bytes: [UInt8]) {
        do throws(Finding) {
            let socket = try RawSocket(path: path)
            var offset = 0
            // Reads 4 KiB every 5 ms at most.
            while stopped.wait(timeout: .now() + .milliseconds(5)) == .timedOut {
                while true {
                    let sent = socket.send(bytes[offset...])
                    if sent < 0 { throw Finding("the slow reader was cut off") }
                    if sent == 0 { break }
                    offset = (offset + sent) % bytes.count
                }
                var received: [UInt8] = []
                guard socket.receive(into: &received, limit: 4096) else {
                    throw Finding("the slow reader was cut off")
                }
                outcome.bytes += received.count
            }
        } catch {
            outcome.finding = error
        }
    }
}
