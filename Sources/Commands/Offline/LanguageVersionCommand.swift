import ArgumentParser

/// `writ language-version`: the version of Cedar that is spoken here.
struct LanguageVersionCommand: CedarCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "language-version",
        abstract: "Print the version of the Cedar language.",
        discussion: """
            Exit codes: 0 printed, 2 wrong usage.

            Example:
              writ language-version
            """)

    @Flag(help: "Print the version as JSON.")
    var json = false

    @OptionGroup var reporting: ReportOptions

    func run() async throws {
        printLine(json ? #"{"language":"4.5"}"# : "Cedar language version: 4.5")
    }
}
