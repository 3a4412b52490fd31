import ArgumentParser
import Glibc

extension WritCommand {
    /// Parses the arguments, runs the command and ends the process with its exit code.
    public static func start() async -> Never {
        // A full disk and a closed pipe are errors to report, not reasons to be killed.
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let arguments = arranged(Array(CommandLine.arguments.dropFirst()))
        var reporter = Reporter()
        do {
            var command = try parseAsRoot(arguments)
            reporter = Reporter(command)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            reporter.report(failure)
            Glibc.exit(1)
        } catch {
            end(error, usageError: usageExitCode(arguments))
        }
        Glibc.exit(0)
    }

    /// Ends with what is no failure of a command: an exit code of its own, help, or wrong usage.
    private static func end(_ error: any Error, usageError: Int32) -> Never {
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if !message.isEmpty {
            if code == .success { printLine(message) } else { printError(message) }
        }
        Glibc.exit(code == .validationFailure ? usageError : code.rawValue)
    }

    /// Wrong usage ends with 2, as with `cedar`; but with 1 for the service's own commands, so that
    /// a script which tests `writ query` for 2 never takes a typing error for a deny.
    private static func usageExitCode(_ arguments: [String]) -> Int32 {
        let name = arguments.first { !$0.hasPrefix("-") }
        let group = configuration.groupedSubcommands.first { group in
            group.subcommands.contains { $0.configuration.commandName == name }
        }
        return group == nil || group?.name == policyGroup ? 2 : 1
    }

    /// Puts `-f` that stands before the command behind it: it is a flag of the commands here, and of
    /// `cedar` as a whole. `-V` is `--version` there.
    static func arranged(_ arguments: [String]) -> [String] {
        var before: [String] = []
        var rest = arguments[...]
        while let first = rest.first, first.hasPrefix("-") {
            let isWhole = first.hasPrefix("--error-format=") || first.count > 2
            guard first.hasPrefix("-f") || first.hasPrefix("--error-format") else { break }
            let count = first != "--error-format" && isWhole ? 1 : 2
            before += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        guard let command = rest.first else { return arguments }
        if before.isEmpty, command == "-V" { return ["--version"] }
        return [command] + before + rest.dropFirst()
    }
}

/// Where and how the failure of a command is written.
private struct Reporter {
    private var format = ErrorFormat.human
    private var asOutput = false

    init() {}

    init(_ command: any ParsableCommand) {
        guard let command = command as? any CedarCommand else { return }
        format = command.reporting.format
        asOutput = format == .json && type(of: command).printsFailuresAsOutput
    }

    func report(_ failure: Failure) {
        let text = failure.rendered(format)
        if asOutput { printLine(text) } else { printError(text) }
    }
}
