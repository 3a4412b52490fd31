import Glibc

/// A file that a command makes, never in the place of another.
struct NewFile {
    private let path: String

    init(_ path: String) {
        self.path = path
    }

    /// Makes the file with all bytes, or leaves none; one that is there already is left alone and a
    /// failure.
    func create(_ bytes: [UInt8]) throws(Failure) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = unsafe open(path, flags, 0o666)
        guard descriptor >= 0 else { throw failure }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress, $0.count)
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
