import Glibc

/// Writes a file whole, in place of one that is there.
func writeFile(_ bytes: [UInt8], to path: String) throws(Failure) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
        throw Failure("cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
    }
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes {
            unsafe write(descriptor, $0.baseAddress, $0.count)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
            let failure = Failure(
                "cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
            close(descriptor)
            throw failure
        }
        rest = rest.dropFirst(count)
    }
    guard close(descriptor) == 0 else {
        throw Failure("cannot write `\(path)`: \(unsafe String(cString: strerror(errno)))")
    }
}
