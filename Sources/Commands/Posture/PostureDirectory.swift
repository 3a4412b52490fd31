import EntityStore
import Glibc
import Posture

/// Reads the files of a directory as they appear, until it is asked to end.
struct PostureDirectory {
    private let path: String
    private let intake: PostureIntake

    init(_ path: String, _ intake: PostureIntake) {
        self.path = path
        self.intake = intake
    }

    func run() throws(Failure) {
        EndRequest.install()
        while !EndRequest.isMade {
            for name in try names() where !EndRequest.isMade { read(name) }
            usleep(250_000)
        }
    }

    /// The files to read, in the order of their names; not those that are being written.
    private func names() throws(Failure) -> [String] {
        guard let stream = unsafe opendir(path) else {
            throw Failure("cannot read the directory `\(path)`: \(systemWords(errno))")
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let isLeft = [".tmp", ".refused"].contains { name.hasSuffix($0) }
            if !name.hasPrefix("."), !isLeft { names.append(name) }
        }
        return names.sorted()
    }

    private func read(_ name: String) {
        let file = path + "/" + name
        var status = stat()
        guard unsafe lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        let before = intake.counts.refusedTotal
        let source = PostureSource(intake, name: file)
        do throws(Failure) {
            try source.read(file)
        } catch {
            return intake.tell(error.description)
        }
        // Before the file goes, all of it is on disk; until then a crash only repeats it.
        while !intake.isSettled { usleep(1_000) }
        source.finish()
        if intake.counts.refusedTotal > before {
            _ = unsafe rename(file, file + ".refused")
        } else {
            _ = unsafe unlink(file)
        }
    }
}
