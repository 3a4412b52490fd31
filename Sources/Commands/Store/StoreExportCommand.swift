import ArgumentParser
import EntityStore
import Glibc

/// `writ store export`: writes all entities as JSON.
struct StoreExportCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write all entities of one revision to standard output.",
        discussion: """
            The output can be imported again. Equal stores give equal sorted exports.

            Exit codes: 0 written, 1 failure.

            Examples:
              writ store export --store /var/lib/writ --sorted > entities.json
              writ store export --config writ.yaml --lines --json | gzip > all.gz
            """)

    @OptionGroup var location: StoreLocation

    @Flag(help: "One entity a line instead of one array.")
    var lines = false

    @Flag(help: "In the order of type and id; slower.")
    var sorted = false

    @Flag(help: "Print failures as JSON; the entities are JSON in any case.")
    var json = false

    func run() async throws {
        let store = try location.open(readOnly: true)
        let options = ExportOptions(format: lines ? .lines : .array, isSorted: sorted)
        _ = try failing { () throws(StoreError) in
            try store.exportEntities(options, descriptor: STDOUT_FILENO)
        }
    }
}
