import CedarSyntax
package import Logging

/// Writes what the service says of itself for people to read, as in
/// `2026-11-21T22:05:17.000000Z notice published policies=3`.
///
/// As with ``JSONLogHandler`` whoever logs never waits, so a terminal that is held holds up nothing.
package struct TextLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let queue: LogQueue

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

    /// One message, with its end, and nothing that steers a terminal; facts of several lines stay so, for
    /// they show where a file is wrong.
    package static func line(
        _ level: Logger.Level, _ message: String, _ facts: Logger.Metadata
    ) -> [UInt8] {
        var text = "\(LogTime.now()) \(level.rawValue) \(message)"
        for (name, value) in facts.sorted(by: { $0.key < $1.key }) { text += " \(name)=\(value)" }
        let shown = text.unicodeScalars.map { $0 == "\n" ? "\n" : $0.escapedUnlessPlain }
        return Array((shown.joined() + "\n").utf8)
    }
}

extension LogEvent {
    /// All that is known beside the message: what goes with the logger, its context and this event.
    func facts(
        _ metadata: Logger.Metadata, _ provider: Logger.MetadataProvider?
    ) -> Logger.Metadata {
        var facts = metadata
        if let provided = provider?.get() { facts.merge(provided) { _, new in new } }
        if let added = self.metadata { facts.merge(added) { _, new in new } }
        if let error, facts["error"] == nil { facts["error"] = "\(error)" }
        return facts
    }
}
