import Foundation

/// A directory of its own that is removed at the end.
struct TemporaryDirectory {
    let path: String

    var store: String { path + "/store" }
    var socket: String { path + "/run/writ.sock" }

    init() throws(Failure) {
        let parent = environmentValue("TMPDIR") ?? "/tmp"
        var template = Array("\(parent)/writ-demo-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw Failure(
                "cannot make a temporary directory: \(unsafe String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
