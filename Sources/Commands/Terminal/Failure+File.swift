import CedarSyntax
import Foundation
import Glibc

extension Failure {
    /// Says why a file cannot be read, and what to do about it.
    ///
    /// - Parameter code: the system's error number.
    static func unreadable(_ path: String, _ code: Int32) -> Failure {
        let told = Diagnostic.unreadable(path, code, at: SourceSpan(0, 0))
        return Failure(told.message, help: told.help, file: path)
    }
}

extension Diagnostic {
    /// Says why a file cannot be read that is named at a place, and what to do about it.
    static func unreadable(_ path: String, _ code: Int32, at span: SourceSpan) -> Diagnostic {
        Diagnostic(
            span: span,
            message: "cannot read `\(path)`: \(unsafe String(cString: strerror(code)))",
            help: advice(path, code))
    }

    private static func advice(_ path: String, _ code: Int32) -> String? {
        switch code {
        case ENOENT: missing(path)
        case EISDIR: "name a file in it"
        case EACCES: "user \(geteuid()) may not read it: change its mode, or be another user"
        default: nil
        }
    }

    /// Where the path ends to be one, or the file that was perhaps meant.
    private static func missing(_ path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = parts.dropLast().joined(separator: "/")
        let place = path.hasPrefix("/") && folder.isEmpty ? "/" : folder.isEmpty ? "." : folder
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: place) else {
            return "there is no folder `\(place)`"
        }
        // Folders of spools are large, and nobody mistypes their names.
        let known = names.count <= 1_000 ? names.sorted() : []
        guard let last = parts.last, let near = nearestName(to: String(last), among: known) else {
            return place == "." ? "looked for in `\(absolute("."))`" : nil
        }
        return "did you mean `\(folder.isEmpty ? near : folder + "/" + near)`?"
    }
}
