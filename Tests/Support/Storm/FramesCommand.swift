import SeededNumbers
import ArgumentParser
import CedarEngine
import Glibc
import WritClient

/// `writ-storm frames`: spoilt frames, each with the one right answer.
struct FramesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frames",
        abstract: "Send mutated frames and check every response.",
        discussion: """
            A model of the protocol and the engine in this process say what must come back,
            to the last byte; a good client asks known questions all the while.

            Exit codes: 0 everything was right, 1 otherwise.
            """)

    @OptionGroup var target: Target

    @Option(help: "How many frames to send.")
    var count = 100_000

    @Option(help: "The server's process, to watch its memory.")
    var pid: Int32?

    @Option(help: "The growth of the server's memory that is borne, in MiB.")
    var growth = 16

    func validate() throws {
        guard (1...100_000_000).contains(count) else {
            throw ValidationError("--count must be from 1 to 100000000")
        }
    }

    func run() throws {
        let questions = try ScenarioQuestions(target.scenario)
        var revision: UInt64 = 0
        do {
            var connection = try Connection(path: target.socket)
            revision = try connection.decide(questions.known[0].encoded).revision
        }
        let model = FrameModel(
            engine: questions.engine, maximumFrameBytes: 1 << 20, maximumBatchItems: 4096,
            revision: revision)
        var check = ResponseCheck(
            policyVersion: questions.engine.ruleset.version, revision: revision)
        var mutator = FrameMutator(questions, seed: target.seed)
        var random = SeededNumbers(seed: ~target.seed)
        var workspace = Workspace()
        let client = GoodClient(socket: target.socket, known: questions.known)

        let started = ContinuousClock.now
        var (sent, connections, dropped) = (0, 0, 0)
        var warmBytes: Int?
        while sent < count {
            let frames = mutator.connection(maximumFrames: count - sent)
            let bytes = Array(frames.joined())
            let socket = try RawSocket(path: target.socket)
            sent += frames.count
            connections += 1
            if random.chance(1, in: 50) {
                // A client that goes away without reading.
                _ = socket.send(bytes[...])
                dropped += 1
            } else {
                let piece = random.chance(1, in: 10) ? 1 + random.below(300) : Int.max
                let expected = try model.responses(to: bytes, workspace: &workspace)
                let received = try socket.exchange(bytes, pieceBytes: piece)
                do {
                    try check.check(received, against: expected)
                } catch {
                    throw Finding("connection \(connections), seed \(target.seed): \(error)")
                }
            }
            if let finding = client.finding { throw Finding(finding) }
            if warmBytes == nil, sent >= count / 10 { warmBytes = try residentBytes() }
        }
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        let good = client.stop()
        if let finding = good.finding { throw Finding(finding) }
        try report(check.figures, sent, connections, dropped, good.right, seconds)
        try judgeMemory(warmBytes, try residentBytes())
    }

    private func report(
        _ figures: ResponseCheck.Figures, _ sent: Int, _ connections: Int, _ dropped: Int,
        _ right: Int, _ seconds: Double
    ) throws {
        print(
            """
            frames       \(sent) on \(connections) connections in \(Int(seconds * 10)) tenths of a second
            answered     \(figures.allowed) allow, \(figures.denied) deny \
            (\(figures.malformed) malformed), \(figures.late) late, \(figures.pongs) pong
            refused      \(figures.refusals) connections; \(dropped) left without reading
            good client  \(right) answers, all right
            """)
    }

    private func judgeMemory(_ warm: Int?, _ last: Int?) throws {
        guard let warm, let last else { return }
        print("memory       \(warm >> 10) KiB after a tenth, \(last >> 10) KiB at the end")
        guard last - warm <= growth << 20 else {
            throw Finding("the server's memory grew by \((last - warm) >> 10) KiB")
        }
    }

    /// The server's resident memory. Source: proc(5), `statm`, second field, in pages.
    private func residentBytes() throws -> Int? {
        guard let pid else { return nil }
        guard let file = unsafe fopen("/proc/\(pid)/statm", "r") else {
            throw Finding("the server is gone")
        }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard unsafe fgets(&line, 256, file) != nil else { throw Finding("the server is gone") }
        let text = String(
            decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Finding("cannot read the server's memory")
        }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
