import ArgumentParser
import EntityStore

/// `writ store check`: verifies a store.
struct StoreCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify every record's checksum, every count and every ancestor set.",
        discussion: """
            Exit codes: 0 the store is sound, 1 it is not.

            Example:
              writ store check --store /var/lib/writ
            """)

    @OptionGroup var location: StoreLocation

    func run() async throws {
        let store = try location.open(readOnly: true)
        let bar = ProgressBar("checking")
        defer { bar.finish() }
        let report = try failing { () throws(StoreError) in
            try store.check { progress in
                let fraction =
                    progress.total == 0 ? 1 : Double(progress.done) / Double(progress.total)
                bar.update(fraction, "\(progress.phase)")
            }
        }
        bar.finish()
        for problem in report.problems { printError("damaged: \(problem)") }
        guard report.isClean else {
            throw Failure(
                "the store is damaged: \(report.problemCount) problems; import it anew from a "
                    + "good export")
        }
        printLine("sound: \(grouped(report.entities)) entities, revision \(report.revision)")
    }
}
