import Foundation
import JSON

/// The recorded answers of other implementations, which are not part of the repository.
///
/// They lie in the directory named by `WRIT_CORPUS`, by default `../shared/corpus` beside the
/// package. Tests that need them say so with `.enabled(if: Corpus.isPresent)`, so that a run
/// without them reports each as skipped.
enum Corpus {
    static let directory: URL = {
        if let path = ProcessInfo.processInfo.environment["WRIT_CORPUS"] {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        // The package's root is three levels above this file's directory.
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return root.deletingLastPathComponent().appendingPathComponent("shared/corpus")
    }()

    static var isPresent: Bool {
        FileManager.default.fileExists(atPath: directory.appendingPathComponent("cedar").path)
    }

    /// The rows of a JSON Lines file.
    static func rows(_ name: String) throws -> [JSONTape] {
        let data = try Data(contentsOf: directory.appendingPathComponent(name))
        return try data.split(separator: 0x0A).map { try JSONTape(parsing: Array($0)) }
    }
}
