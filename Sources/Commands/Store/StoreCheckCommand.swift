import ArgumentParser
import EntityStore
import JSON

/// `writ store check`: verifies a store.
struct StoreCheckCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify every record's checksum, every count and every ancestor set.",
        discussion: """
            With a schema, entities that do not conform to it are listed too. Of each
            kind of problem the first hundred are told, and all are counted.

            Exit codes: 0 the store is sound, 1 it is not.

            Examples:
              writ store check --store /var/lib/writ
              writ store check --store /var/lib/writ --schema schema.cedarschema
              writ store check --config writ.yaml --json
            """)

    @OptionGroup var location: StoreLocation
    @OptionGroup var schema: StoreSchema

    @Flag(help: "Print what was found as JSON.")
    var json = false

    func run() async throws {
        let conformance = try schema.conformance(location)
        let store = try location.open(readOnly: true)
        let bar = ProgressBar("checking")
        defer { bar.finish() }
        let report = try failing { () throws(StoreError) in
            try store.check(conformingTo: conformance) { progress in
                let fraction =
                    progress.total == 0 ? 1 : Double(progress.done) / Double(progress.total)
                bar.update(fraction, "\(progress.phase)")
            }
        }
        bar.finish()
        guard !json else {
            printLine(Self.json(report, hasSchema: conformance != nil))
            guard report.isClean, report.nonconformingCount == 0 else { throw ExitCode.failure }
            return
        }
        for problem in report.problems { printError("damaged: \(problem)") }
        for problem in report.nonconforming { printError("does not conform: \(problem)") }
        guard report.isClean else {
            throw Failure(
                "the store is damaged: \(report.problemCount) problems; import it anew from a "
                    + "good export")
        }
        guard report.nonconformingCount == 0 else {
            let count = report.nonconformingCount
            throw Failure(
                "\(grouped(count)) \(count == 1 ? "entity does" : "entities do") not conform to the "
                    + "schema; put or patch them so that they do")
        }
        printLine("sound: \(grouped(report.entities)) entities, revision \(report.revision)")
    }

    private static func json(_ report: CheckReport, hasSchema: Bool) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("sound", report.isClean)
        if hasSchema { writer.member("conforms", report.nonconformingCount == 0) }
        writer.member("revision", Int(clamping: report.revision))
        writer.member("entities", report.entities)
        writer.member("parents", report.parents)
        writer.member("absentParents", report.absentParents)
        writer.member("closures", report.closures)
        writer.member("problemCount", report.problemCount)
        writer.member("problems", report.problems)
        if hasSchema {
            writer.member("nonconformingCount", report.nonconformingCount)
            writer.member("nonconforming", report.nonconforming)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
