import BenchSupport
import CBench
import Glibc

/// A `writ posture ingest` beside this process.
final class IngestProcess {
    private let process: Int32
    private let log: String
    private let started = MonotonicTime.now()
    private(set) var seconds = 0.0
    private var status: Int32?

    init(_ arguments: [String], core: Int?, log: String) throws {
        self.log = log
        let words: [UInt8] = arguments.flatMap { Array($0.utf8) + [0] }
        process = unsafe bench_spawn(words, Int32(words.count), Int32(core ?? -1), log)
        guard process > 0 else {
            throw BenchError("cannot start `\(arguments[0])`: \(systemWords(-process))")
        }
    }

    /// Whether it has ended; asking costs a system call.
    var isOver: Bool {
        guard status == nil else { return true }
        var status: Int32 = 0
        guard unsafe waitpid(process, &status, WNOHANG) == process else { return false }
        seconds = Double(MonotonicTime.now() &- started) / 1e9
        self.status = status
        return true
    }

    /// - Throws: when not all reports changed their device.
    func requireSuccess(reports: Int) throws {
        let text = (try? TextFile.read(log)) ?? ""
        guard status == 0, text.contains(#""changed":\#(reports),"#) else {
            throw BenchError("the reports were not taken: \(text.suffix(400))")
        }
    }

    deinit {
        guard status == nil else { return }
        kill(process, SIGKILL)
        var status: Int32 = 0
        _ = unsafe waitpid(process, &status, 0)
    }
}
