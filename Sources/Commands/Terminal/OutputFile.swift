import Glibc

/// A file that a command writes whole.
struct OutputFile {
    private let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Makes the file; one that is there already is left alone and a failure.
    func create(_ bytes: [UInt8]) throws(Failure) {
        try write(bytes, O_EXCL)
    }

    /// Writes in the place of what is there.
    ///
    /// The new content is written beside it first, so that a full disk does not cost the old one.
    func replace(_ bytes: [UInt8]) throws(Failure) {
        let draft = OutputFile(path + ".new")
        try draft.write(bytes, O_TRUNC)
        guard unsafe rename(draft.path, path) == 0 else { throw failure }
    }

    /// Writes all bytes, or leaves no file.
    private func write(_ bytes: [UInt8], _ flag: Int32) throws(Failure) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o666)
        guard descriptor >= 0 else { throw failure }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let failure = failure
                close(descriptor)
                unsafe unlink(path)
                throw failure
            }
            written += count
        }
        guard close(descriptor) == 0 else { throw failure }
    }

    private var failure: Failure {
        Failure("cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
    }
}
