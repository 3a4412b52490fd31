import Glibc

/// Puts bytes in the place of what a file had, with its permissions; makes it when it is not there.
///
/// The new content is written beside it first, so that a full disk does not cost the old one.
func replaceFile(_ path: String, with bytes: [UInt8]) throws(Failure) {
    func failure() -> Failure {
        Failure("cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
    }
    // A symbolic link stays one.
    let path = absolute(path)
    let draft = "\(path).\(getpid()).new"
    var status = stat()
    let mode = unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    var isWritten = mode.map { fchmod(descriptor, $0) == 0 } ?? true
    var written = 0
    while isWritten, written < bytes.count {
        let count = unsafe bytes[written...].withUnsafeBytes {
            unsafe write(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0, errno == EINTR { continue }
        isWritten = count > 0
        written += max(count, 0)
    }
    var reason = errno
    if close(descriptor) != 0, isWritten {
        isWritten = false
        reason = errno
    }
    if isWritten, unsafe rename(draft, path) == 0 { return }
    if isWritten { reason = errno }
    unsafe unlink(draft)
    errno = reason
    throw failure()
}
