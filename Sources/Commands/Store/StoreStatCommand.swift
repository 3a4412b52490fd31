import ArgumentParser
import EntityStore
import JSON

/// `writ store stat`: figures of a store.
struct StoreStatCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "stat",
        abstract: "Print the store's revision, counts and sizes.",
        discussion: """
            Exit codes: 0 printed, 1 failure.

            Example:
              writ store stat --store /var/lib/writ --json
            """)

    @OptionGroup var location: StoreLocation

    @Flag(help: "Print as JSON.")
    var json = false

    func run() async throws {
        let store = try location.open(readOnly: true)
        let figures = try failing { () throws(StoreError) in try store.statistics() }
        let rows: [(key: String, value: Int)] = [
            ("revision", Int(clamping: figures.revision)), ("format", Int(figures.format)),
            ("entities", figures.entities), ("parents", figures.parents),
            ("closures", figures.closures), ("edges", figures.edges),
            ("usedBytes", figures.usedBytes), ("mapBytes", figures.mapBytes),
            ("readerSlotsUsed", figures.readerSlotsUsed), ("readerSlots", figures.readerSlots),
        ]
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            for row in rows {
                writer.key(row.key)
                writer.integer(Int64(row.value))
            }
            writer.endObject()
            printLine(String(decoding: writer.bytes, as: UTF8.self))
        } else {
            for row in rows {
                let name = row.key + String(repeating: " ", count: 16 - row.key.count)
                printLine("\(name) \(padded(grouped(row.value), 18))")
            }
        }
    }
}
