import ArgumentParser
import Glibc

extension WritCommand {
    /// Parses the arguments, runs the command and ends the process with its exit code.
    ///
    /// Everything that is neither done nor a deny ends with 1, also wrong usage, so that a script
    /// that tests for 2 never takes a typing error for a deny.
    public static func start() async -> Never {
        // A full disk and a closed pipe are errors to report, not reasons to be killed.
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            Glibc.exit(0)
        } catch let failure as Failure {
            let text = failure.description
            let isLabelled = text.hasPrefix("error") || text.hasPrefix("\u{1B}")
            printError(
                isLabelled ? text : Terminal.error.styled("error", .red) + ": " + text)
            Glibc.exit(1)
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if !message.isEmpty {
                if code == .success { printLine(message) } else { printError(message) }
            }
            Glibc.exit(code == .validationFailure ? 1 : code.rawValue)
        }
    }
}
