import Glibc

/// A file that was read while nobody wrote it.
///
/// Half a list of who is refused lets the other half in, and half a set of policies allows what the rest
/// forbids. Where the system tells whether anybody has a file open for writing, such a file is not
/// read; where it does not, a file is read once it has been left alone for a quarter of a second. In
/// both cases what was read counts only when the file is the same afterwards.
///
/// Whoever writes a file in steps, opening it anew for each, is not noticed: replace files by a rename.
package struct SettledFile: Sendable {
    /// The whole file.
    package let bytes: [UInt8]
    /// The file that was read; another one may be at the path since.
    package let stamp: FileStamp

    /// How long a file is left alone before it is read where nobody says who writes it.
    static let quietNanoseconds: Int64 = 250_000_000
    /// More than a step of the clock that files are stamped by: a change after that shows.
    static let clockStepNanoseconds: Int64 = 12_000_000
    /// How long ``init(_:maximumBytes:waitingMilliseconds:)`` waits at a start.
    package static let startPatienceMilliseconds = 1_000

    /// Reads a file.
    ///
    /// - Parameter milliseconds: how long to wait for somebody who writes the file.
    /// - Throws: `beingWritten` when that was not long enough.
    package init(
        _ path: String, maximumBytes: Int, waitingMilliseconds milliseconds: Int = 0
    ) throws(FileProblem) {
        let end = Self.monotonicMilliseconds() + Int64(milliseconds)
        while true {
            do throws(FileProblem) {
                self = try Self.readOnce(path, maximumBytes: maximumBytes)
                return
            } catch {
                guard error.kind == .beingWritten, Self.monotonicMilliseconds() < end else {
                    throw error
                }
                usleep(20_000)
            }
        }
    }

    private init(bytes: [UInt8], stamp: FileStamp) {
        self.bytes = bytes
        self.stamp = stamp
    }

    private static func readOnce(
        _ path: String, maximumBytes: Int
    ) throws(FileProblem) -> SettledFile {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileProblem(path, .unreadable(errno)) }
        defer { close(descriptor) }
        guard let first = FileStamp(descriptor: descriptor) else {
            throw FileProblem(path, .unreadable(errno))
        }
        guard first.isRegular else {
            let bytes = try read(descriptor, path, maximumBytes)
            return SettledFile(bytes: bytes, stamp: first)
        }
        let writers = WriterLook(descriptor)
        guard writers != .some, let stamp = settled(descriptor, writers) else {
            throw FileProblem(path, .beingWritten)
        }
        let bytes = try read(descriptor, path, maximumBytes)
        guard WriterLook(descriptor) != .some, FileStamp(descriptor: descriptor) == stamp else {
            throw FileProblem(path, .beingWritten)
        }
        return SettledFile(bytes: bytes, stamp: stamp)
    }

    /// The stamp of a file from which any later change differs; nil when it may not be read yet.
    private static func settled(_ descriptor: Int32, _ writers: WriterLook) -> FileStamp? {
        guard let stamp = FileStamp(descriptor: descriptor) else { return nil }
        let age = realNanoseconds() - stamp.changed
        let wanted = writers == .none ? clockStepNanoseconds : quietNanoseconds
        if age >= wanted { return stamp }
        // The stamp of a machine whose clock is ahead says nothing: look twice.
        let isAhead = age < 0
        guard writers == .none || isAhead else { return nil }
        usleep(UInt32((isAhead ? wanted : wanted - age) / 1_000))
        let again = FileStamp(descriptor: descriptor)
        return again == stamp ? again : nil
    }

    private static func read(
        _ descriptor: Int32, _ path: String, _ maximumBytes: Int
    ) throws(FileProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileProblem(path, .unreadable(errno)) }
            if count == 0 { return bytes }
            guard bytes.count + count <= maximumBytes else {
                throw FileProblem(path, .tooLarge(maximumBytes: maximumBytes))
            }
            bytes += buffer[..<count]
        }
    }

    private static func realNanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return FileStamp.nanoseconds(time)
    }

    private static func monotonicMilliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return FileStamp.nanoseconds(time) / 1_000_000
    }
}

/// Why a file was not read.
package struct FileProblem: Error, CustomStringConvertible, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// The system's error number.
        case unreadable(Int32)
        case tooLarge(maximumBytes: Int)
        /// Somebody has it open for writing, or it changed a moment ago.
        case beingWritten
    }

    package let path: String
    package let kind: Kind

    package init(_ path: String, _ kind: Kind) {
        self.path = path
        self.kind = kind
    }

    package var description: String {
        switch kind {
        case .unreadable(let number):
            "cannot read `\(path)`: \(unsafe String(cString: strerror(number)))"
        case .tooLarge(let maximum): "`\(path)` is larger than \(maximum) bytes"
        case .beingWritten: "`\(path)` \(Self.beingWrittenWords)"
        }
    }

    /// What is the matter with a file that is being written, and what to do.
    package static let beingWrittenWords =
        "is being written: close it, or write another file and rename it over this one"
}
