package import Logging

/// Writes what the service says of itself, in one form, among the lines of requests.
///
/// Whoever logs never waits, so a terminal that is held holds up nothing, and a line is written some
/// moments later: ``LogQueue``.
package struct ServiceLogHandler: LogHandler {
    package var logLevel = Logger.Level.info
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private let format: LogFormat
    private let queue: LogQueue

    package init(_ format: LogFormat, _ queue: LogQueue = .standardError) {
        self.format = format
        self.queue = queue
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let line = format.line(event.level, event.message.description, facts(event))
        queue.add(line, isOfService: true)
    }

    /// All that is known beside the message: what goes with the logger, its context and this event.
    private func facts(_ event: LogEvent) -> Logger.Metadata {
        var facts = metadata
        if let provided = metadataProvider?.get() { facts.merge(provided) { _, new in new } }
        if let added = event.metadata { facts.merge(added) { _, new in new } }
        if let error = event.error, facts["error"] == nil { facts["error"] = "\(error)" }
        return facts
    }
}
