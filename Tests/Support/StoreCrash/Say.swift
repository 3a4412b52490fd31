import Glibc

/// Writes a line to standard output at once.
func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    unsafe bytes.withUnsafeBytes { buffer in
        _ = unsafe write(1, buffer.baseAddress, buffer.count)
    }
}
