import ArgumentParser
import CedarSyntax
import DecisionPoint
import EntityStore
import JSON

/// `writ revoke`: credentials that count no more.
struct RevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Refuse a certificate, identity or token from the next decision on.",
        discussion: """
            Examples:
              writ revoke --store data --spiffe spiffe://bank/pay --reason key-compromise
              writ revoke --store data --thumbprint 0a1b… --reason lost --until 2026-12-01
              writ revoke --store /var/lib/writ --token-id 3f9c --reason logout
              writ revoke --store /var/lib/writ --spiffe spiffe://bank/pay --release

            """ + RestrictionOptions.discussion)

    @OptionGroup var location: StoreLocation
    @OptionGroup var what: RestrictionOptions
    @OptionGroup var change: RestrictionChange

    func run() async throws {
        try change.run(try what.subjects(), tenants: what.tenant, .revoked, location)
    }
}

/// `writ quarantine`: what is set apart.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Set a device, third party or tenant apart; list what is.",
        discussion: """
            `writ quarantine add --help` and `writ quarantine list --help` say more.

            Exit codes: 0 done, 1 refused; then nothing has changed.

            Examples:
              writ quarantine --store /var/lib/writ --device laptop-7 --reason malware
              writ quarantine list --store /var/lib/writ
            """,
        subcommands: [QuarantineAddCommand.self, QuarantineListCommand.self],
        defaultSubcommand: QuarantineAddCommand.self)
}

struct QuarantineAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Set apart, or release.",
        discussion: """
            Examples:
              writ quarantine --store /var/lib/writ --device laptop-7 --reason malware
              writ quarantine --store /var/lib/writ --tenant acme --reason incident
              writ quarantine --store data --entity 'Team::"b"' --references --reason theft
              writ quarantine --store /var/lib/writ --device laptop-7 --release

            """ + RestrictionOptions.discussion)

    @OptionGroup var location: StoreLocation
    @OptionGroup var what: RestrictionOptions
    @OptionGroup var change: RestrictionChange

    func run() async throws {
        try change.run(try what.subjects(), tenants: what.tenant, .quarantined, location)
    }
}

/// `writ quarantine list`: everything that is restricted.
struct QuarantineListCommand: AsyncParsableCommand, JSONPrinting {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what is revoked or in quarantine.",
        discussion: """
            Exit codes: 0 listed, 1 failure.

            Example:
              writ quarantine list --store /var/lib/writ --json
            """)

    @OptionGroup var location: StoreLocation

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let store = try location.open(readOnly: true)
        let all = try failing { () throws(StoreError) in try store.restrictions() }
            .sorted { ($0.since, $0.subject.description) < ($1.since, $1.subject.description) }
        let now = DateTime(milliseconds: DecisionClock.realTime())
        if json { return printLine(Self.json(all, now)) }
        if all.isEmpty { return printLine("nothing is revoked or in quarantine") }
        for one in all {
            let isOver = one.until.map { $0 <= now } ?? false
            let end = one.until.map { (isOver ? ", ended " : ", until ") + "\($0)" } ?? ""
            printLine(
                "\(one.kind.rawValue)  \(one.subject)  \(one.reason)  since \(one.since)\(end)"
                    + (one.takesReferences ? ", and what names it" : "")
                    + (one.note.map { "  \($0)" } ?? ""))
        }
    }

    private static func json(_ all: [Restriction], _ now: DateTime) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for one in all {
            writer.beginObject()
            var members: [(String, String)] = [
                ("kind", one.kind.rawValue), ("subjectKind", one.subject.kind),
                ("subject", one.subject.description), ("reason", one.reason.string),
                ("since", one.since.description),
            ]
            if let until = one.until { members.append(("until", until.description)) }
            if let note = one.note { members.append(("note", note.string)) }
            for (key, value) in members {
                writer.key(key)
                writer.string(value)
            }
            writer.key("references")
            writer.boolean(one.takesReferences)
            writer.key("active")
            writer.boolean(one.until.map { now < $0 } ?? true)
            writer.endObject()
        }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
