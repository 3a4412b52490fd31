import ArgumentParser
import CedarSyntax
import DecisionPoint
import EntityStore
import JSON
import Posture

/// `writ posture report`: the state of the fleet.
struct PostureReportCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show how many devices are compliant, failing, stale or unknown, and by what.",
        discussion: """
            Examples:
              writ posture report --store /var/lib/writ
              writ posture report --store /var/lib/writ --failing
              writ posture report --store /var/lib/writ --json

            Stale is what was reported too long ago to count: decisions do not see it.

            Exit codes: 0 printed, 1 failure.
            """)

    @OptionGroup var location: StoreLocation
    @OptionGroup var devices: DeviceOptions

    @Flag(help: "List the devices that fail, and by what.")
    var failing = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let store = try location.open(readOnly: true)
        var summary = FleetSummary(at: DecisionClock.realTime())
        var list: [(String, [PostureAttribute])] = []
        let type = Text(devices.type)
        try Commands.failing { () throws(StoreError) in
            try store.forEachEntity(ofType: type) { device in
                let (standing, reasons) = summary.add(device)
                if failing, standing == .failing { list.append((device.uid.id.string, reasons)) }
            }
        }
        if json { return printLine(rendered(summary, list)) }
        printLine("\(grouped(summary.devices)) devices")
        for standing in FleetSummary.Standing.allCases {
            let name = standing.rawValue
            printLine(
                "  \(name)"
                    + padded(grouped(summary.standings[standing] ?? 0), 22 - name.count))
        }
        printLine("attribute           good       bad     stale   unknown")
        for attribute in FleetSummary.judged {
            let tally = summary.tallies[attribute] ?? FleetSummary.Tally()
            let name = "\(attribute)"
            let columns = [tally.good, tally.bad, tally.stale, tally.unknown]
            printLine(
                name + String(repeating: " ", count: max(0, 14 - name.count))
                    + columns.map { padded(grouped($0), 10) }.joined())
        }
        for (device, reasons) in list {
            printLine("\(device): " + reasons.map { "\($0)" }.joined(separator: ", "))
        }
    }

    private func rendered(
        _ summary: FleetSummary, _ list: [(String, [PostureAttribute])]
    ) -> String {
        var writer = JSONWriter()
        func put(_ key: String, _ count: Int) {
            writer.key(key)
            writer.integer(Int64(count))
        }
        writer.beginObject()
        put("devices", summary.devices)
        for standing in FleetSummary.Standing.allCases {
            put(standing.rawValue, summary.standings[standing] ?? 0)
        }
        writer.key("attributes")
        writer.beginObject()
        for attribute in FleetSummary.judged {
            let tally = summary.tallies[attribute] ?? FleetSummary.Tally()
            writer.key("\(attribute)")
            writer.beginObject()
            put("good", tally.good)
            put("bad", tally.bad)
            put("stale", tally.stale)
            put("unknown", tally.unknown)
            writer.endObject()
        }
        writer.endObject()
        if failing {
            writer.key("failingDevices")
            writer.beginArray()
            for (device, reasons) in list {
                writer.beginObject()
                writer.key("device")
                writer.string(device)
                writer.key("by")
                writer.beginArray()
                for reason in reasons { writer.string("\(reason)") }
                writer.endArray()
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
