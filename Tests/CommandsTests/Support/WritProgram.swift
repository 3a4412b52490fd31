import Foundation
import Testing

/// The `writ` program, run as a user runs it.
enum WritProgram {
    /// What a finished run left.
    struct Outcome {
        /// The exit code; a signal's number plus 128 when it was ended by one.
        let status: Int32
        let output: String
        let errors: String
    }

    /// `WRIT_BINARY`, or the program built with the tests, or that of a debug build.
    static let path: String = {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["WRIT_BINARY"] { return path }
        for argument in CommandLine.arguments where argument.contains(".xctest") {
            let folder = URL(fileURLWithPath: argument).deletingLastPathComponent()
            let path = folder.appendingPathComponent("writ").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return ".build/debug/writ"
    }()

    /// Runs the program in a directory and waits for its end, at most `seconds`.
    static func run(
        _ arguments: [String], in workplace: Workplace, input: [UInt8] = [], seconds: Double = 30
    ) throws -> Outcome {
        let name = "run-\(UInt64.random(in: 0 ... .max))"
        let inputPath = try workplace.write("\(name).in", input)
        let child = try ChildProcess(
            path, arguments, directory: workplace.path, input: inputPath,
            output: workplace.path("\(name).out"), errors: workplace.path("\(name).err"))
        let status = child.waitForEnd(seconds: seconds)
        defer {
            for part in ["in", "out", "err"] { try? workplace.remove("\(name).\(part)") }
        }
        return Outcome(
            status: try #require(status, "`writ \(arguments)` did not end in \(seconds) s"),
            output: workplace.text("\(name).out"), errors: workplace.text("\(name).err"))
    }
}

/// A program that was started here and is ended here, at the latest when it is released.
final class ChildProcess {
    let identifier: pid_t
    private var status: Int32?

    /// - Parameter descriptor: what the program finds as its descriptor 3.
    init(
        _ program: String, _ arguments: [String], directory: String, input: String = "/dev/null",
        output: String, errors: String, descriptor: Int32? = nil
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600)
        if let descriptor { unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, 3) }

        // Threads of tests block signals; a shell starts programs without a mask.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe posix_spawnattr_setsigmask(&attributes, &mask)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        // `env -C` changes the directory and becomes the program: the process stays the same.
        let absolute = URL(fileURLWithPath: program).path
        let command = ["env", "-C", directory, absolute] + arguments
        var words = unsafe command.map { unsafe strdup($0) }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var identifier = pid_t()
        let code = unsafe posix_spawn(
            &identifier, "/usr/bin/env", &actions, &attributes, words, environ)
        try #require(code == 0, "cannot start `\(absolute)`: error \(code)")
        self.identifier = identifier
    }

    deinit {
        guard status == nil else { return }
        kill(identifier, SIGKILL)
        var ignored: Int32 = 0
        unsafe waitpid(identifier, &ignored, 0)
    }

    func signal(_ number: Int32) {
        if status == nil { kill(identifier, number) }
    }

    /// Whether it has not ended yet.
    var isRunning: Bool {
        look()
        return status == nil
    }

    /// Waits for the end.
    /// - Returns: the exit code; `nil` when it did not end in time; it is killed on release then.
    func waitForEnd(seconds: Double) -> Int32? {
        let ended = eventually(within: seconds) { !isRunning }
        return ended ? status : nil
    }

    private func look() {
        guard status == nil else { return }
        var raw: Int32 = 0
        guard unsafe waitpid(identifier, &raw, WNOHANG) == identifier else { return }
        let signal = raw & 0x7F
        status = signal == 0 ? (raw >> 8) & 0xFF : 128 + signal
    }
}
