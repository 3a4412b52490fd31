import BenchSupport
import CBench
import Glibc

/// A server started for a benchmark; it ends with this object, and with this process.
final class ServerProcess {
    let process: Int32
    let socket: String
    private let log: String

    /// Starts a program and waits until its socket is there.
    init(_ arguments: [String], socket: String, core: Int?, log: String) throws {
        self.socket = socket
        self.log = log
        let words: [UInt8] = arguments.flatMap { Array($0.utf8) + [0] }
        process = unsafe bench_spawn(words, Int32(words.count), Int32(core ?? -1), log)
        guard process > 0 else {
            throw BenchError("cannot start `\(arguments[0])`: \(systemWords(-process))")
        }
        for _ in 0..<2000 {
            var status: Int32 = 0
            if unsafe waitpid(process, &status, WNOHANG) == process {
                let words = (try? TextFile.read(log)) ?? ""
                throw BenchError("`\(arguments[0])` did not start: \(words)")
            }
            // The file is there before the socket listens, so only a connection proves it.
            if let descriptor = try? LoadConnection.connect(socket, true) {
                close(descriptor)
                return
            }
            MonotonicTime.sleep(nanoseconds: 10_000_000)
        }
        kill(process, SIGKILL)
        throw BenchError("`\(arguments[0])` has no socket after 20 seconds")
    }

    /// The processor time of all threads that are alive, in nanoseconds. Source: proc(5), schedstat.
    func processorNanoseconds() throws -> UInt64 {
        let folder = "/proc/\(process)/task"
        guard let handle = unsafe opendir(folder) else {
            throw BenchError("the server is gone: \((try? TextFile.read(log)) ?? "")")
        }
        defer { unsafe closedir(handle) }
        var sum: UInt64 = 0
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            guard Int(name) != nil else { continue }
            let text = try TextFile.read("\(folder)/\(name)/schedstat")
            sum += text.split(separator: " ").first.flatMap { UInt64($0) } ?? 0
        }
        return sum
    }

    /// Sends the server a signal.
    func signal(_ number: Int32) { kill(process, number) }

    /// What the server has written to its log.
    var logText: String { (try? TextFile.read(log)) ?? "" }

    deinit {
        kill(process, SIGTERM)
        var status: Int32 = 0
        for _ in 0..<300 {
            if unsafe waitpid(process, &status, WNOHANG) != 0 { return }
            MonotonicTime.sleep(nanoseconds: 10_000_000)
        }
        kill(process, SIGKILL)
        _ = unsafe waitpid(process, &status, 0)
    }
}
