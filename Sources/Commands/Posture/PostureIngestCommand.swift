import ArgumentParser
import CedarSchema
import CedarSyntax
import EntityStore
import Glibc
import JSON
import Posture

/// `writ posture ingest`: reads reports.
struct PostureIngestCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract:
            "Read reports about devices from a file, standard input, a directory or a socket.",
        discussion: """
            The input is one document, or one a line. Formats: osquery (result lines,
            snapshots, differentials, distributed writes), fleet (hosts), intune
            (managedDevice), jamf (inventory), crowdstrike (Zero Trust Assessment),
            generic:

              {"device": "laptop-7", "collectedAt": "2026-11-21T12:00:00Z",
               "attributes": {"diskEncrypted": true, "edrScore": 82, "firewall": null}}

            Each report is taken or refused by itself; a refused one is told with its place
            and a code, and the others go on. A report of a device that is not in the store
            is refused unless --create is given. One that was taken before changes nothing.

            With --watch, files of a directory are read as they appear; rename them into
            it. What was read is removed, and renamed to NAME.refused when any report was
            refused. With --listen, one document a line is read from the connections of a
            Unix socket, which only this user may use. Both go on until SIGTERM or SIGINT,
            and end when what was read is on disk.

            An attribute counts from its collection, not from now, until its --lifetime is
            over: 15 minutes for compliant, edrRunning and edrScore, a week for lastSeen, a
            day for all others unless given. What was collected longer ago than that is
            kept, and decisions do not see it.

            Examples:
              writ posture ingest --store /var/lib/writ --format fleet hosts.json
              osqueryd-results | writ posture ingest --store data --format osquery -
              writ posture ingest --config writ.yaml --format intune --by serial \\
                --watch /var/spool/intune

            Exit codes: 0 all were taken, 1 some or all were refused.
            """)

    @OptionGroup var location: StoreLocation
    @OptionGroup var schema: StoreSchema
    @OptionGroup var devices: DeviceOptions

    @Option(help: ArgumentHelp("The format of the reports.", valueName: "format"))
    var format: PostureFormat

    @Argument(help: ArgumentHelp("The file; - is standard input.", valueName: "file"))
    var file: String?

    @Option(
        help: ArgumentHelp("Read the files of a directory as they appear.", valueName: "directory"))
    var watch: String?

    @Option(help: ArgumentHelp("Read lines from a Unix socket.", valueName: "socket"))
    var listen: String?

    @Flag(help: "Make devices that are not in the store.")
    var create = false

    @Option(
        help: ArgumentHelp(
            "What devices go by: the source's own `id`, or the hardware's `serial`.",
            valueName: "id|serial"))
    var by = "id"

    @Option(
        help: ArgumentHelp(
            "JSON pointers for the generic format, as in {\"device\": \"/host/id\", "
                + "\"collectedAt\": \"/time\", \"attributes\": {\"firewall\": \"/fw\"}}.",
            valueName: "file"))
    var mapping: String?

    @Option(
        help: ArgumentHelp(
            "Another name of an attribute, as in lastPatched=patchedAt.", valueName: "a=b"))
    var rename: [String] = []

    @Option(
        help: ArgumentHelp(
            "How long an attribute counts, in seconds, as in compliant=900.", valueName: "a=s"))
    var lifetime: [String] = []

    @Option(help: ArgumentHelp("How far sources' clocks may be ahead.", valueName: "seconds"))
    var skew = 300

    @Flag(help: "Print the counts as JSON.")
    var json = false

    func validate() throws {
        guard [file != nil, watch != nil, listen != nil].filter({ $0 }).count == 1 else {
            throw ValidationError("exactly one of a file, --watch and --listen is needed")
        }
        guard by == "id" || by == "serial" else {
            throw ValidationError("--by takes `id` or `serial`")
        }
        guard (0...86_400).contains(skew) else {
            throw ValidationError("--skew must be from 0 to 86400 seconds")
        }
        if mapping != nil, format != .generic {
            throw ValidationError("--mapping belongs to --format generic")
        }
        _ = try renames()
        _ = try rules()
    }

    func run() async throws {
        let conformance = try schema.conformance(location)
        let pointers = try readMapping()
        let merge = PostureMerge(
            rules: try rules(), names: try renames(),
            kept: declared(conformance?.schema, try renames()))
        let store = try location.open(create: create)
        let intake = try failing { () throws(StoreError) in
            try PostureIntake(
                store, conformance, reader: PostureReader(format, mapping: pointers),
                merge: merge, deviceType: Text(devices.type), createsDevices: create,
                usesSerials: by == "serial", reportsJSON: json)
        }
        defer { intake.finish() }
        if let watch { try PostureDirectory(watch, intake).run() }
        if let listen { try PostureSocket(listen, intake).run() }
        guard let file else {
            intake.finish()
            return show(intake.counts)
        }
        let source = PostureSource(intake, name: file == "-" ? "standard input" : file)
        try source.read(file)
        intake.finish()
        source.finish()
        show(intake.counts)
        if intake.counts.refusedTotal > 0 { throw ExitCode(1) }
    }

    private func show(_ counts: PostureIntake.Counts) {
        let refused = counts.refused.sorted { $0.key < $1.key }
        if json {
            var writer = JSONWriter()
            writer.beginObject()
            for (key, value) in [
                ("reports", counts.reports), ("changed", counts.changed),
                ("unchanged", counts.unchanged), ("refused", counts.refusedTotal),
                ("revision", Int(clamping: counts.revision)),
            ] {
                writer.key(key)
                writer.integer(Int64(value))
            }
            writer.key("codes")
            writer.beginObject()
            for (code, count) in refused {
                writer.key(code)
                writer.integer(Int64(count))
            }
            writer.endObject()
            writer.endObject()
            return printLine(String(decoding: writer.bytes, as: UTF8.self))
        }
        let codes = refused.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        printLine(
            "\(grouped(counts.reports)) reports: \(grouped(counts.changed)) changed, "
                + "\(grouped(counts.unchanged)) unchanged, \(grouped(counts.refusedTotal)) refused"
                + (codes.isEmpty ? "" : " (\(codes))"))
        printLine("revision \(counts.revision)")
    }

    private func readMapping() throws(Failure) -> PostureMapping {
        guard let mapping else { return PostureMapping() }
        let input = try InputFile(mapping)
        do throws(PostureError) {
            return try PostureMapping(parsing: input.bytes)
        } catch {
            throw Failure("\(mapping), byte \(error.offset + 1): \(error.message)")
        }
    }

    private func renames() throws -> [PostureAttribute: Text] {
        var names: [PostureAttribute: Text] = [:]
        for (attribute, name) in try pairs(rename, "--rename") { names[attribute] = Text(name) }
        return names
    }

    private func rules() throws -> FreshnessRules {
        var rules = FreshnessRules()
        rules.allowedSkew = Int64(skew) * 1000
        for (attribute, text) in try pairs(lifetime, "--lifetime") {
            guard let seconds = Int64(text), (1...604_800).contains(seconds) else {
                throw ValidationError("--lifetime takes from 1 to 604800 seconds, not `\(text)`")
            }
            rules[attribute] = seconds * 1000
        }
        return rules
    }

    private func pairs(
        _ texts: [String], _ option: String
    ) throws -> [(PostureAttribute, String)] {
        try texts.map { text in
            let parts = text.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let attribute = PostureAttribute(name: parts[0]) else {
                throw ValidationError("\(option): `\(text)` names no attribute and value")
            }
            return (attribute, String(parts[1]))
        }
    }

    /// The attributes that a schema lets devices have; nil without a schema.
    private func declared(
        _ schema: Schema?, _ names: [PostureAttribute: Text]
    ) -> Set<PostureAttribute>? {
        guard let type = schema?.entityTypes[Text(devices.type)],
            case .standard(let declared, _) = type.kind
        else { return nil }
        return Set(PostureAttribute.allCases.filter { declared[names[$0] ?? $0.name] != nil })
    }
}

extension PostureFormat: ExpressibleByArgument {}
