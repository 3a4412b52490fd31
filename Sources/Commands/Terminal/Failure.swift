import ArgumentParser
import CedarSyntax

/// Ends a command with messages and exit code 1.
struct Failure: Error, CustomStringConvertible {
    /// What went wrong, in order; never empty.
    let parts: [Part]

    enum Part {
        /// Words alone, possibly with a `help:` line.
        case text(String)
        /// Messages about places in a file.
        case places([Diagnostic], InputFile)
    }

    init(_ description: String) {
        parts = [.text(description)]
    }

    init(_ diagnostics: [Diagnostic], in file: InputFile) {
        parts = [.places(diagnostics, file)]
    }

    /// Joins failures, at least one.
    init(all failures: [Failure]) {
        parts = failures.flatMap(\.parts)
    }

    /// The messages for people, with the lines of the files underlined.
    var description: String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .places(let diagnostics, let file): file.render(diagnostics)
            }
        }.joined(separator: "\n")
    }
}

extension ExitCode {
    /// `writ authorize` and `writ query`: the answer is a deny.
    static let denied = ExitCode(2)
}
