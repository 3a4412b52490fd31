import CBench
import Glibc

/// What is known of the machine, and what is asked of it.
package enum Machine {
    /// The cores and their model, as in "2 × AMD EPYC".
    package static let description: String = {
        let model = (try? TextFile.read("/proc/cpuinfo"))?
            .split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":").last.map { $0.drop { $0 == " " } }
        return "\(coreCount) × \(model ?? "unknown processor")"
    }()

    /// The cores that are online.
    package static var coreCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    /// Binds the calling thread, and those it starts, to one core.
    package static func pin(to core: Int) throws(BenchError) {
        let code = bench_pin(Int32(core))
        guard code == 0 else {
            throw BenchError(
                "cannot run on core \(core): \(systemWords(code))")
        }
    }

    /// Lets the calling thread run on any core again.
    package static func unpin() { _ = bench_unpin() }

    /// The memory of this process that is resident and no file's, in bytes.
    ///
    /// Pages of a mapped file, as LMDB's, are the page cache's and not counted. Source: proc(5),
    /// `RssAnon`.
    package static func privateBytes() throws(BenchError) -> Int {
        bench_trim()
        let lines = try TextFile.read("/proc/self/status").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("RssAnon:") }),
            let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
                .dropFirst().first.flatMap({ Int($0) })
        else { throw BenchError("`/proc/self/status` does not tell `RssAnon`") }
        return kibibytes << 10
    }
}

/// Why a benchmark cannot go on: a sentence for people.
package struct BenchError: Error, CustomStringConvertible, Sendable {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// What the system says to an error number.
package func systemWords(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

/// The value of an environment variable; nil when there is none or it is empty.
package func environment(_ name: String) -> String? {
    let value = unsafe getenv(name).map { unsafe String(cString: $0) }
    return value == "" ? nil : value
}

/// Files read and written whole.
package enum TextFile {
    package static func bytes(_ path: String) throws(BenchError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("read", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    package static func read(_ path: String) throws(BenchError) -> String {
        String(decoding: try bytes(path), as: UTF8.self)
    }

    /// Writes a file anew.
    package static func write(_ bytes: [UInt8], to path: String) throws(BenchError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("write", path) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ verb: String, _ path: String) -> BenchError {
        BenchError("cannot \(verb) `\(path)`: \(systemWords(errno))")
    }
}

/// A directory that is removed, with the files in it and in its own directories, when this is gone.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// - Parameter parent: where it is made; `TMPDIR` or `/tmp` unless given.
    package init(in parent: String? = nil) throws(BenchError) {
        let parent =
            parent ?? environment("TMPDIR") ?? "/tmp"
        var template = Array("\(parent)/writ-bench-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
        }
        guard made else {
            throw BenchError(
                "cannot make a directory in `\(parent)`: "
                    + systemWords(errno))
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ root: String) {
        var pending = [root]
        var folders: [String] = []
        while let folder = pending.popLast() {
            folders.append(folder)
            guard let handle = unsafe opendir(folder) else { continue }
            while let entry = unsafe readdir(handle) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                        unsafe String(cString: $0)
                    }
                }
                if name == "." || name == ".." { continue }
                let path = "\(folder)/\(name)"
                if unsafe unlink(path) != 0 { pending.append(path) }
            }
            unsafe closedir(handle)
        }
        for folder in folders.reversed() { unsafe rmdir(folder) }
    }
}
