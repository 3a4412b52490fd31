import JSON
package import Logging

/// Writes what the service says of itself as JSON, one object a line, among the lines of requests.
///
/// Whoever logs never waits, and a line is written some moments later: ``LogQueue``.
///
/// | member | meaning |
/// | --- | --- |
/// | `time` | UTC, RFC 3339, to the microsecond |
/// | `event` | `service` |
/// | `level` | `debug` to `critical`, as swift-log has them |
/// | `message` | what happened, always the same words for the same thing |
/// | others | its facts, as text; one of several lines has them all in one member |
package struct JSONLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let queue: LogQueue

    private static let own = ["time", "event", "level", "message"]

    package init(_ queue: LogQueue = .standardError) { self.queue = queue }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let facts = event.facts(metadata, metadataProvider)
        queue.add(
            Self.line(event.level, event.message.description, facts), isOfService: true)
    }

    /// One line, with its end.
    package static func line(
        _ level: Logger.Level, _ message: String, _ facts: Logger.Metadata
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
        for (name, value) in facts.sorted(by: { $0.key < $1.key }) where !own.contains(name) {
            writer.key(name)
            writer.string("\(value)")
        }
        writer.endObject()
        return writer.bytes + [0x0A]
    }
}
