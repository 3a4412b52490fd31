import ArgumentParser
import CedarSchema
import CedarSyntax
import EntityStore
import Glibc
import JSON
import Synchronization

/// How a command takes changes from standard input.
struct StreamOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Read one change a line from standard input until it ends; answer each in its turn."))
    var stream = false

    @Flag(help: "Answer each line of a stream as JSON.")
    var json = false

    static let discussion = """
        With --stream every line of standard input is a change of its own, and gets one line: \
        `revision N` once it is on disk, or `line L: ` and why it was refused. A refused line \
        changes nothing and the others go on. Changes that wait at the same time are committed \
        together, so send on without waiting for answers. Blank lines are passed over. Exit code 1 \
        when any line was refused.
        """

    /// Refuses a file beside a stream, and neither of both.
    func require(exactlyOne isFileGiven: Bool, _ name: String) throws {
        guard stream != isFileGiven else {
            throw ValidationError(
                stream
                    ? "--stream reads standard input: leave out \(name)"
                    : "Missing \(name): name it, or use --stream")
        }
        if json, !stream { throw ValidationError("--json answers a stream: add --stream") }
    }
}

/// Changes of single entities, one a line, from standard input to a store.
struct ChangeStream {
    let writer: GroupWriter
    let answers: StreamAnswers

    /// Reads standard input to its end and waits for all answers.
    ///
    /// - Parameter read: makes a change of a line.
    static func run(
        _ store: EntityStore, _ conformance: EntityConformance?, _ options: StreamOptions,
        _ read: (ValueJSON) throws(DataError) -> EntityChange
    ) throws {
        let writer = try failing { () throws(StoreError) in
            try GroupWriter(store, conformingTo: conformance)
        }
        let answers = StreamAnswers(isJSON: options.json)
        let stream = ChangeStream(writer: writer, answers: answers)
        defer { writer.close() }
        try stream.readLines(read)
        writer.close()
        if answers.refused > 0 { throw ExitCode(1) }
    }

    private func readLines(
        _ read: (ValueJSON) throws(DataError) -> EntityChange
    ) throws {
        var lines = LineSplitter(maximumBytes: StoreLimits.maximumElementBytes)
        var tape = JSONTape(limits: JSONLimits(maximumBytes: StoreLimits.maximumElementBytes))
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        var isMore = true
        while isMore {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure("cannot read standard input: \(systemWords(errno))")
            }
            isMore = count > 0
            lines.feed(chunk[..<count])
            if !isMore { lines.finish() }
            while let line = lines.next() { take(line, &tape, read) }
        }
    }

    private func take(
        _ line: LineSplitter.Line, _ tape: inout JSONTape,
        _ read: (ValueJSON) throws(DataError) -> EntityChange
    ) {
        let (answers, number) = (answers, line.number)
        guard let bytes = line.bytes else {
            let limit = StoreLimits.maximumElementBytes
            return refuse(number, "the line is longer than \(limit) bytes: shorten it")
        }
        let change: EntityChange
        do throws(DataError) {
            do throws(JSONError) {
                try tape.parse(bytes)
            } catch {
                throw DataError(error)
            }
            change = try read(ValueJSON(tape))
        } catch {
            return refuse(number, "byte \(error.offset + 1): \(error.message)")
        }
        writer.submit(change) { result in
            switch result {
            case .success(let revision): answers.accepted(number, revision)
            case .failure(let error): answers.refused(number, error.description)
            }
        }
    }

    /// Answers a line that is no change, in its turn.
    private func refuse(_ number: Int, _ message: String) {
        let answers = answers
        writer.submitRefused { answers.refused(number, message) }
    }
}

/// Prints an answer for each line of a stream.
final class StreamAnswers: Sendable {
    private let isJSON: Bool
    private let refusals = Atomic<Int>(0)

    init(isJSON: Bool) { self.isJSON = isJSON }

    /// Lines that were refused.
    var refused: Int { refusals.load(ordering: .acquiring) }

    func accepted(_ line: Int, _ revision: UInt64) {
        guard isJSON else { return printLine("revision \(revision)") }
        printLine("{\"line\":\(line),\"revision\":\(revision)}")
    }

    func refused(_ line: Int, _ message: String) {
        refusals.add(1, ordering: .acquiringAndReleasing)
        guard isJSON else { return printLine("line \(line): \(message)") }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("line")
        writer.integer(Int64(line))
        writer.key("error")
        writer.string(message)
        writer.endObject()
        printLine(String(decoding: writer.bytes, as: UTF8.self))
    }
}
