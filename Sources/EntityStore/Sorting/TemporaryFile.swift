import Glibc

/// A file without a name, gone when it is closed or the process ends.
final class TemporaryFile: Sendable {
    private let descriptor: Int32

    /// Makes it in a directory, or, where that cannot be written, in the system's temporary one.
    init(in directory: String, _ operation: String) throws(StoreError) {
        var descriptor = Self.open(directory)
        if descriptor < 0, [EACCES, EROFS, EPERM].contains(errno) {
            descriptor = Self.open("/tmp")
        }
        guard descriptor >= 0 else {
            throw Self.error(errno, operation, "make a temporary file in `\(directory)`")
        }
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    func write(_ bytes: Span<UInt8>, at offset: Int, _ operation: String) throws(StoreError) {
        try unsafe bytes.withUnsafeBufferPointer { (buffer) throws(StoreError) in
            var done = 0
            while done < buffer.count {
                let count = unsafe pwrite(
                    descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done,
                    off_t(offset + done))
                if count > 0 {
                    done += count
                } else if count == 0 || errno != EINTR {
                    throw Self.error(
                        count == 0 ? ENOSPC : errno, operation, "write a temporary file")
                }
            }
        }
    }

    /// Reads up to `count` bytes to the end of the buffer and says how many there were.
    func read(
        _ count: Int, at offset: Int, to buffer: inout [UInt8], _ operation: String
    ) throws(StoreError) -> Int {
        let start = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: count))
        var done = 0
        while done < count {
            let read = unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe pread(
                    descriptor, bytes.baseAddress.map { unsafe $0 + start + done }, count - done,
                    off_t(offset + done))
            }
            if read == 0 { break }
            if read > 0 {
                done += read
            } else if errno != EINTR {
                throw Self.error(errno, operation, "read a temporary file")
            }
        }
        buffer.removeLast(count - done)
        return done
    }

    private static func open(_ directory: String) -> Int32 {
        // Made and unlinked at once, for O_TMPFILE is not in every file system.
        var template = Array("\(directory)/sort-XXXXXX".utf8CString)
        return unsafe template.withUnsafeMutableBufferPointer { path in
            guard let path = path.baseAddress else { return -1 }
            let descriptor = unsafe mkstemp(path)
            if descriptor >= 0 {
                _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
                _ = unsafe unlink(path)
            }
            return descriptor
        }
    }

    private static func error(
        _ code: Int32, _ operation: String, _ step: String
    ) -> StoreError {
        if code == ENOSPC || code == EFBIG || code == EDQUOT {
            return StoreError(
                .noSpace, operation,
                "cannot \(step): free some space or raise the limit, and repeat")
        }
        return StoreError(.system(code), operation, "cannot \(step): \(SystemWords.of(code))")
    }
}

/// The system's words for an `errno`.
enum SystemWords {
    static func of(_ code: Int32) -> String {
        // The table behind this call is constant or of this thread in glibc.
        guard let words = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: words).lowercased()
    }
}
