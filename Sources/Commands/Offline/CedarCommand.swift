import ArgumentParser

/// A command of the Rust `cedar` command line: the same flags, files and exit codes, so that scripts
/// go on with `writ` in the place of `cedar`.
///
/// Exit codes: 0 done, 1 failure, 2 wrong usage (and deny, for `authorize`), 3 invalid policies.
protocol CedarCommand: AsyncParsableCommand {
    var reporting: ReportOptions { get }

    /// Where failures as JSON go: the original prints those of most commands as output.
    static var printsFailuresAsOutput: Bool { get }
}

extension CedarCommand {
    static var printsFailuresAsOutput: Bool { true }
}

/// How a command reports what went wrong.
struct ReportOptions: ParsableArguments {
    @Option(
        name: [.customShort("f", allowingJoined: true), .long],
        help: ArgumentHelp(
            "How errors are written; CEDAR_ERROR_FORMAT, or human, when not given.",
            valueName: "format"))
    var errorFormat: ErrorFormat?

    var format: ErrorFormat {
        errorFormat ?? environmentValue(Self.variable).flatMap(ErrorFormat.init) ?? .human
    }

    func validate() throws {
        guard errorFormat == nil, let value = environmentValue(Self.variable) else { return }
        guard ErrorFormat(rawValue: value) != nil else {
            throw ValidationError("\(Self.variable) must be human, plain or json")
        }
    }

    private static let variable = "CEDAR_ERROR_FORMAT"
}
