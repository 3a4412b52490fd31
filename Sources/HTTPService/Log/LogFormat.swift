import CedarSyntax
import JSON
package import Logging

/// How a service writes what it says of itself.
package enum LogFormat: String, CaseIterable, Sendable {
    /// One object a line.
    ///
    /// | member | meaning |
    /// | --- | --- |
    /// | `time` | UTC, RFC 3339, to the microsecond |
    /// | `event` | `service` |
    /// | `level` | `debug` to `critical`, as swift-log has them |
    /// | `message` | what happened, always the same words for the same thing |
    /// | others | its facts, as text; one of several lines has them all in one member |
    case json
    /// For people, as in `2026-11-21T22:05:17.000000Z notice published policies=3`; requests are JSON
    /// here as well.
    case text

    private static let own = ["time", "event", "level", "message"]

    /// One message, with its end.
    package func line(
        _ level: Logger.Level, _ message: String, _ facts: Logger.Metadata
    ) -> [UInt8] {
        let facts = facts.sorted { $0.key < $1.key }
        return switch self {
        case .json: Self.object(level, message, facts)
        case .text: Self.plain(level, message, facts)
        }
    }

    private static func object(
        _ level: Logger.Level, _ message: String,
        _ facts: [(key: String, value: Logger.MetadataValue)]
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in [
            ("time", LogTime.now()), ("event", "service"), ("level", level.rawValue),
            ("message", message),
        ] {
            writer.key(name)
            writer.string(value)
        }
        for (name, value) in facts where !own.contains(name) {
            writer.key(name)
            writer.string("\(value)")
        }
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    /// Nothing here steers a terminal; facts of several lines stay so, for they show where a file is wrong.
    private static func plain(
        _ level: Logger.Level, _ message: String,
        _ facts: [(key: String, value: Logger.MetadataValue)]
    ) -> [UInt8] {
        var text = "\(LogTime.now()) \(level.rawValue) \(message)"
        for (name, value) in facts { text += " \(name)=\(value)" }
        let shown = text.unicodeScalars.map { $0 == "\n" ? "\n" : $0.escapedUnlessPlain }
        return Array((shown.joined() + "\n").utf8)
    }
}
