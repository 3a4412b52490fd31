import CedarSyntax

/// Result lines, snapshots, differentials and distributed writes of osquery.
///
/// All values are strings. What a query means is known by its name, the last part of the name in a
/// pack: `os_version` (`name`, `version`), `disk_encryption` (`encrypted` of every row), `alf`
/// (`global_state`), `windows_security_center` (`firewall`), `screenlock` (`enabled`), `secureboot`
/// (`secure_boot`), and `writ_posture`, whose columns are named as attributes are.
enum OsqueryFormat {
    private struct Rows {
        let query: Text
        let rows: [JSONValue]
        let collectedAt: Int64
        /// Whether the rows are what is no more.
        let isRemoved: Bool
    }

    static func read(_ root: JSONValue, receivedAt: Int64) throws(PostureError) -> PostureReport {
        guard
            let device = try root.device(
                "hostIdentifier", "hostname", "host_identifier", "node_key")
        else {
            throw PostureError(
                .deviceMissing, "there is no `hostIdentifier`, `hostname` or `node_key`",
                at: root.offset)
        }
        var facts: [PostureFact] = []
        var latest: Int64?
        for rows in try results(root, receivedAt) {
            latest = max(latest ?? .min, rows.collectedAt)
            if rows.isRemoved {
                // What is no more ends just before, so that what came instead counts, in
                // whatever order the two lines arrive.
                var gone: [PostureFact] = []
                try add(rows, rows.collectedAt - 1, to: &gone)
                facts += gone.map { PostureFact($0.attribute, .unknown, at: $0.collectedAt) }
            } else {
                try add(rows, rows.collectedAt, to: &facts)
            }
        }
        if let latest { facts.add(.lastSeen, .datetime(latest), latest) }
        return PostureReport(device: device, facts: facts, offset: root.offset)
    }

    private static func results(
        _ root: JSONValue, _ receivedAt: Int64
    ) throws(PostureError) -> [Rows] {
        if let queries = try root.object("queries") {
            return try distributed(root, queries, receivedAt)
        }
        guard let name = try root.text("name") else {
            throw PostureError(.malformed, "there is neither `name` nor `queries`", at: root.offset)
        }
        guard let time = root["unixTime"], let seconds = try seconds(time), seconds > 0,
            seconds < 1 << 40
        else {
            throw PostureError(.timeMissing, "there is no `unixTime`", at: root.offset)
        }
        let query = shortName(name)
        func rows(_ rows: [JSONValue], isRemoved: Bool = false) -> Rows {
            Rows(query: query, rows: rows, collectedAt: seconds * 1000, isRemoved: isRemoved)
        }
        if let snapshot = try root.array("snapshot") { return [rows(snapshot)] }
        if let differences = try root.object("diffResults") {
            return [
                rows(try differences.array("removed") ?? [], isRemoved: true),
                rows(try differences.array("added") ?? []),
            ]
        }
        guard let columns = try root.object("columns") else {
            throw PostureError(
                .malformed, "there are no `columns`, `snapshot` or `diffResults`", at: root.offset)
        }
        switch try root.text("action")?.string {
        case "added", "snapshot": return [rows([columns])]
        case "removed": return [rows([columns], isRemoved: true)]
        default:
            throw PostureError(
                .malformed, "`action` is neither `added` nor `removed` nor `snapshot`",
                at: root.offset)
        }
    }

    /// Answers to queries asked at once; those that failed say nothing.
    private static func distributed(
        _ root: JSONValue, _ queries: JSONValue, _ receivedAt: Int64
    ) throws(PostureError) -> [Rows] {
        let statuses = try root.object("statuses")
        var collectedAt = receivedAt
        if let time = root["unixTime"], let seconds = try seconds(time), seconds < 1 << 40 {
            collectedAt = seconds * 1000
        }
        var all: [Rows] = []
        for (name, list) in queries.members {
            guard list.isArray else { throw list.wrong("the rows of `\(name)` are no array") }
            if let status = statuses?.member(name.utf8), try seconds(status) != 0 { continue }
            all.append(
                Rows(
                    query: shortName(name), rows: list.elements, collectedAt: collectedAt,
                    isRemoved: false))
        }
        return all
    }

    /// A number that osquery writes as such or as a string.
    private static func seconds(_ value: JSONValue) throws(PostureError) -> Int64? {
        if let number = value.integer { return number }
        return Int64(try value.content("unixTime").string)
    }

    /// The name of a query without its pack: what follows the last `/` or `_pack_NAME_`.
    private static func shortName(_ name: Text) -> Text {
        let bytes = name.utf8
        if let cut = bytes.lastIndex(of: UInt8(ascii: "/")) {
            return Text(validUTF8: Array(bytes[(cut + 1)...]))
        }
        let known =
            ["os_version", "disk_encryption", "alf", "windows_security_center"]
            + ["screenlock", "secureboot", "writ_posture"]
        if bytes.starts(with: Array("pack_".utf8)) || bytes.starts(with: Array("pack:".utf8)) {
            for query in known where name.string.hasSuffix("_" + query) { return Text(query) }
        }
        return name
    }

    private static func add(
        _ result: Rows, _ time: Int64, to facts: inout [PostureFact]
    ) throws(PostureError) {
        for row in result.rows where !row.isObject { throw row.wrong("a row is no object") }
        switch result.query.string {
        case "os_version":
            for row in result.rows {
                facts.add(.osName, try row.text("name"), time)
                facts.add(.osVersion, try row.text("version"), time)
            }
        case "disk_encryption":
            facts.add(
                .diskEncrypted,
                try all(result.rows) { (row) throws(PostureError) in try flag(row, "encrypted") },
                time)
        case "alf":
            facts.add(
                .firewall,
                try all(result.rows) { (row) throws(PostureError) in try flag(row, "global_state")
                }, time)
        case "windows_security_center":
            facts.add(
                .firewall,
                try all(result.rows) { (row) throws(PostureError) in
                    switch try row.text("firewall")?.string {
                    case "Good": .bool(true)
                    case "Poor", "Snoozed": .bool(false)
                    case nil: nil
                    default: .unknown
                    }
                }, time)
        case "screenlock":
            facts.add(
                .screenLock,
                try all(result.rows) { (row) throws(PostureError) in try flag(row, "enabled") },
                time)
        case "secureboot":
            facts.add(
                .secureHardware,
                try all(result.rows) { (row) throws(PostureError) in try flag(row, "secure_boot") },
                time)
        case "writ_posture":
            for row in result.rows {
                for attribute in PostureAttribute.allCases where attribute != .lastSeen {
                    guard let cell = row.member(attribute.name.utf8) else { continue }
                    let text = try cell.content("\(attribute)")
                    facts.add(attribute, try TextReading.read(text, attribute, cell.offset), time)
                }
            }
        default: break
        }
    }

    /// What holds for all rows: false when it does for one, unknown when one is.
    private static func all(
        _ rows: [JSONValue], _ read: (JSONValue) throws(PostureError) -> PostureReading?
    ) throws(PostureError) -> PostureReading? {
        var whole: PostureReading?
        for row in rows {
            guard let reading = try read(row) else { continue }
            switch (whole, reading) {
            case (.bool(false)?, _), (_, .bool(false)): whole = .bool(false)
            case (.unknown?, _), (_, .unknown): whole = .unknown
            default: whole = .bool(true)
            }
        }
        return whole
    }

    private static func flag(
        _ row: JSONValue, _ column: StaticString
    ) throws(PostureError) -> PostureReading? {
        guard let text = try row.text(column) else { return nil }
        // No answer, and numbers below zero, stand for what could not be found out.
        guard let number = Int64(text.string), number >= 0 else { return .unknown }
        return .bool(number > 0)
    }
}

/// Values that come as text.
enum TextReading {
    static func read(
        _ text: Text, _ attribute: PostureAttribute, _ offset: Int
    ) throws(PostureError) -> PostureReading {
        let lower = text.string.lowercased()
        if lower.isEmpty || lower == "unknown" { return .unknown }
        switch attribute.kind {
        case .string: return .string(text)
        case .bool:
            switch lower {
            case "true", "1", "yes", "on", "enabled": return .bool(true)
            case "false", "0", "no", "off", "disabled": return .bool(false)
            default: throw refusal(attribute, "is neither true nor false", offset)
            }
        case .long:
            guard let score = Int64(lower), (0...100).contains(score) else {
                throw refusal(attribute, "is no number from 0 to 100", offset)
            }
            return .long(score)
        case .datetime:
            if let seconds = Int64(lower), seconds < 1 << 40 {
                return seconds > 0 ? .datetime(seconds * 1000) : .unknown
            }
            guard let instant = Instant.milliseconds(text.utf8) else {
                throw refusal(attribute, "is no RFC 3339 date and time", offset)
            }
            return instant > 0 ? .datetime(instant) : .unknown
        }
    }

    private static func refusal(
        _ attribute: PostureAttribute, _ words: String, _ offset: Int
    ) -> PostureError {
        PostureError(.wrongType, "`\(attribute)` \(words)", at: offset)
    }
}
