import ArgumentParser
import Glibc

extension WritCommand {
    /// Parses the arguments, runs the command and ends the process with its exit code.
    public static func start() async -> Never {
        // A full disk and a closed pipe are errors to report, not reasons to be killed.
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let arguments = arranged(Array(CommandLine.arguments.dropFirst()))
        var reporter = Reporter(arguments)
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
            end(error, usageError: usageExitCode(arguments), reporter)
        }
        Glibc.exit(0)
    }

    /// The beginning of messages about wrong usage, as of all others.
    public static var _errorPrefix: String { Terminal.error.styled("error", .red) + ": " }

    /// Ends with what is no failure of a command: an exit code of its own, help, or wrong usage.
    private static func end(
        _ error: any Error, usageError: Int32, _ reporter: Reporter
    ) -> Never {
        let code = exitCode(for: error)
        let text = fullMessage(for: error)
        if code == .success {
            if !text.isEmpty { printLine(text) }
        } else if !text.isEmpty {
            reporter.report(usage: message(for: error), text)
        }
        Glibc.exit(code == .validationFailure ? usageError : code.rawValue)
    }

    /// Wrong usage ends with 2, as with `cedar`; but with 1 for the service's own commands, so that
    /// a script which tests `writ query` for 2 never takes a typing error for a deny.
    private static func usageExitCode(_ arguments: [String]) -> Int32 {
        let name = arguments.first { !$0.hasPrefix("-") }
        let group = configuration.groupedSubcommands.first { group in
            group.subcommands.contains { command in
                let names = [command.configuration.commandName] + command.configuration.aliases
                return names.contains { $0 == name }
            }
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

/// Where and how the failure of a command is written: the one place for all commands.
private struct Reporter {
    private var format = ErrorFormat.human
    private var asOutput = false

    /// Reports what is wrong with arguments that make no command.
    init(_ arguments: [String]) {
        if arguments.prefix(while: { $0 != "--" }).contains("--json") { format = .json }
    }

    init(_ command: any ParsableCommand) {
        if let command = command as? any CedarCommand {
            format = command.reporting.format
            asOutput = format == .json && type(of: command).printsFailuresAsOutput
            // What is asked for by `-f` goes before what follows from `--json`.
            if command.reporting.errorFormat != nil { return }
        }
        guard let command = command as? any JSONPrinting, command.json else { return }
        format = .json
        asOutput = false
    }

    func report(_ failure: Failure) {
        let text = failure.rendered(format)
        if asOutput { printLine(text) } else { printError(text) }
    }

    /// - Parameters:
    ///   - message: what is wrong.
    ///   - text: the same for people, with what follows from it.
    func report(usage message: String, _ text: String) {
        // As all messages, it begins with a small letter.
        let small = message.prefix(1).lowercased() + message.dropFirst()
        guard format == .json else {
            guard !message.isEmpty else { return printError(text) }
            return printError(text.replacing(message, with: small, maxReplacements: 1))
        }
        // After the message come the usage and where help is.
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
        let help = lines.last { $0.hasPrefix("See '") }.map(String.init)
        printError(Failure(small, help: help).rendered(.json))
    }
}
