import ArgumentParser
import CedarSyntax

/// Ends a command with messages and exit code 1.
struct Failure: Error, CustomStringConvertible {
    /// What went wrong, in order; never empty.
    let parts: [Part]

    enum Part {
        /// Words alone.
        case words(Words)
        /// Messages about places in a file.
        case places([Diagnostic], InputFile)
    }

    /// A message without a place.
    struct Words {
        let message: String
        /// What to do about it.
        let help: String?
        /// The file that it is about, as it was given; empty for none.
        let file: String
    }

    init(_ message: String, help: String? = nil, file: String = "") {
        parts = [.words(Words(message: message, help: help, file: file))]
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
            case .words(let words): words.message + (words.help.map { "\nhelp: \($0)" } ?? "")
            case .places(let diagnostics, let file): file.render(diagnostics)
            }
        }.joined(separator: "\n")
    }

    /// The messages about places.
    var diagnostics: [Diagnostic] {
        parts.flatMap { part -> [Diagnostic] in
            if case .places(let diagnostics, _) = part { diagnostics } else { [] }
        }
    }
}

extension ExitCode {
    /// `writ authorize` and `writ query`: the answer is a deny.
    static let denied = ExitCode(2)
}
