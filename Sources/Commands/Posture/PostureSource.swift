import EntityStore
import Glibc
import JSON
import Posture

/// One input: a document a line, or a single document over many lines.
final class PostureSource {
    private let intake: PostureIntake
    private let name: String
    /// Whether every document ends with its line.
    private let hasLinesOnly: Bool
    private let bar = ProgressBar("ingesting")
    private var lines = LineSplitter(maximumBytes: PostureLimits.maximumDocumentBytes)
    private var tape = PostureReader.makeTape()
    private var isFirst = true
    /// The lines of a document that does not end with its first one.
    private var whole: [UInt8]?

    init(_ intake: PostureIntake, name: String, hasLinesOnly: Bool = false) {
        self.intake = intake
        self.name = name
        self.hasLinesOnly = hasLinesOnly
    }

    /// Reads a file to its end; - is standard input.
    func read(_ path: String) throws(Failure) {
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure("cannot read `\(path)`: \(systemWords(errno))")
        }
        defer { if path != "-" { close(descriptor) } }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure("cannot read `\(path)`: \(systemWords(errno))")
            }
            if count == 0 { break }
            feed(chunk[..<count])
            bar.update(nil, "\(grouped(intake.counts.reports)) reports")
        }
        end()
    }

    /// Takes bytes as they come.
    func feed(_ bytes: ArraySlice<UInt8>) {
        lines.feed(bytes)
        takeLines()
    }

    /// Takes what is left when no more comes.
    func end() {
        lines.finish()
        takeLines()
        if let whole { intake.take(whole, &tape, place: name) }
        whole = nil
    }

    func finish() { bar.finish() }

    private func takeLines() {
        while let line = lines.next() {
            let place = "\(name), line \(line.number)"
            guard let bytes = line.bytes else {
                let limit = PostureLimits.maximumDocumentBytes
                intake.refuse(PostureError(.tooLarge, "it is longer than \(limit) bytes"), place)
                continue
            }
            if whole != nil {
                guard (whole?.count ?? 0) + bytes.count < PostureLimits.maximumDocumentBytes else {
                    intake.refuse(PostureError(.tooLarge, "the document is too long"), place)
                    whole = []
                    continue
                }
                whole?.append(10)
                whole?.append(contentsOf: bytes)
            } else if isFirst, !hasLinesOnly, !isComplete(bytes) {
                whole = bytes
            } else {
                intake.take(bytes, &tape, place: place)
            }
            isFirst = false
        }
    }

    /// Whether a line is a document, or wrong by itself: only one that lacks its end is continued.
    private func isComplete(_ line: [UInt8]) -> Bool {
        do throws(JSONError) {
            try tape.parse(line)
            return true
        } catch {
            return error.offset < line.count
        }
    }
}
