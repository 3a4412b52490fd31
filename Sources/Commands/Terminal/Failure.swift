import ArgumentParser

/// Ends a command with a message for people and exit code 1.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension ExitCode {
    /// `writ authorize` and `writ query`: the answer is a deny.
    static let denied = ExitCode(2)
}
