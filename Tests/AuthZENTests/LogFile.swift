import Glibc
import JSON

/// A file that a service under test logs to.
final class LogFile: Sendable {
    let descriptor: Int32
    private let directory: TemporaryDirectory
    private var path: String { directory.path + "/log" }

    init(in directory: TemporaryDirectory) throws {
        self.directory = directory
        descriptor = unsafe open(directory.path + "/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        if descriptor < 0 { throw TestFailure("no log file") }
    }

    deinit { _ = close(descriptor) }

    /// What was logged so far, without the ends of the lines.
    func lines() throws -> [String] {
        guard let bytes = readFile(path) else { throw TestFailure("the log cannot be read") }
        return bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    /// What was logged so far, by lines that are JSON.
    func objects() throws -> [JSONTape] {
        try lines().map { try JSONTape(parsing: Array($0.utf8)) }
    }
}
