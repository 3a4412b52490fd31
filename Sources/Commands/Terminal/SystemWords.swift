import Glibc

/// The system's words for an error number, in lower case.
func systemWords(_ code: Int32) -> String {
    guard let words = unsafe strerror(code) else { return "error \(code)" }
    return unsafe String(cString: words).lowercased()
}
