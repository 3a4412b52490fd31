import ArgumentParser
import EntityStore
import Glibc
import JSON

/// `writ store import`: reads an entity file of any size.
struct StoreImportCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import entities from a JSON file.",
        discussion: """
            The file is Cedar entities JSON: one array, or JSON Lines with one entity a
            line. Each entity takes the place of the one with its identity. A file with a
            bad entity, a cycle, or two different entities of one identity is refused with
            the place, and nothing changes; with a schema, so is one with an entity that
            does not conform.

            Exit codes: 0 imported, 1 refused; then the store is as it was before, but for
            the batches that --batch has committed.

            Examples:
              writ store import --store /var/lib/writ entities.json
              writ store import --store data --schema schema.cedarschema entities.json
              zcat entities.jsonl.gz | writ store import --store data --batch 100000 -
            """)

    @OptionGroup var location: StoreLocation
    @OptionGroup var schema: StoreSchema

    @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "Commit after every so many entities instead of once; what is committed stays.",
            valueName: "entities"))
    var batch: Int?

    @Flag(help: "Print the report as JSON.")
    var json = false

    func validate() throws {
        if let batch, batch < 1 { throw ValidationError("--batch must be at least 1") }
    }

    func run() async throws {
        let conformance = try schema.conformance(location)
        let store = try location.open(create: true)
        let bar = ProgressBar("importing")
        let report = try failing { () throws(StoreError) in
            try store.importEntities(
                from: file == "-" ? .descriptor(STDIN_FILENO) : .file(file),
                mode: batch.map { .batch($0) } ?? .atomic, conformingTo: conformance
            ) { progress in
                bar.update(progress.fraction, "\(progress.entities) entities")
            }
        }
        bar.finish()
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            for (key, value) in [
                ("entities", report.entities), ("repeated", report.repeated),
                ("bytes", report.bytes), ("commits", report.commits),
                ("revision", Int(clamping: report.revision)),
            ] {
                writer.key(key)
                writer.integer(Int64(value))
            }
            writer.endObject()
            printLine(String(decoding: writer.bytes, as: UTF8.self))
        } else {
            printLine("imported \(report.entities) entities, revision \(report.revision)")
        }
    }
}

extension ImportProgress {
    /// How much is done, over both phases; nil when the size of the input is not known.
    var fraction: Double? {
        switch phase {
        case .reading:
            totalBytes.map { $0 == 0 ? 0.5 : Double(bytes) / Double($0) / 2 }
        case .writing:
            totalEntities.map { $0 == 0 ? 1 : 0.5 + Double(entities) / Double($0) / 2 }
        }
    }
}
