import ArgumentParser
import CedarSyntax
import JSON

/// How the commands of the `cedar` command line write what went wrong.
enum ErrorFormat: String, CaseIterable, ExpressibleByArgument {
    /// With the line of the source and the place underlined.
    case human
    /// In sentences, for screen readers.
    case plain
    /// One JSON object a line, with the members of the original's.
    case json
}

extension Failure {
    /// The messages in a format, without a line feed at the end.
    func rendered(_ format: ErrorFormat) -> String {
        parts.map { part in
            switch (part, format) {
            case (.text(let text), .human): Self.labelled(text)
            case (.text(let text), .plain): "error: " + text
            case (.text(let text), .json): Report(message: text).json
            case (.places(let diagnostics, let file), .human): file.render(diagnostics)
            case (.places(let diagnostics, let file), .plain):
                file.narrated(diagnostics)
            case (.places(let diagnostics, let file), .json):
                file.reported(diagnostics)
            }
        }.joined(separator: "\n")
    }

    private static func labelled(_ text: String) -> String {
        // A failure of something inside may bring its own.
        let isLabelled = text.hasPrefix("error") || text.hasPrefix("\u{1B}")
        return isLabelled ? text : Terminal.error.styled("error", .red) + ": " + text
    }
}

extension InputFile {
    /// Tells diagnostics without drawing.
    func narrated(_ diagnostics: [Diagnostic]) -> String {
        let map = SourceMap(bytes)
        return diagnostics.map { diagnostic in
            let place = map.position(at: Int(diagnostic.span.start))
            let word = diagnostic.severity == .error ? "error" : "warning"
            let line = String(
                decoding: map.source[map.contents(ofLine: place.line)], as: UTF8.self)
            var lines = [
                "\(word): \(Self.shown(diagnostic.message))",
                "  in \(Self.shown(name)), line \(place.line), column \(place.column): "
                    + Self.shown(line),
            ]
            if let help = diagnostic.help { lines.append("  help: \(Self.shown(help))") }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// Writes diagnostics as JSON, one a line.
    func reported(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map { diagnostic in
            Report(
                message: diagnostic.message, severity: diagnostic.severity,
                help: diagnostic.help, file: name, span: diagnostic.span
            ).json
        }.joined(separator: "\n")
    }

    /// Text of the source without what could steer a terminal.
    private static func shown(_ text: String) -> String {
        text.unicodeScalars.map(\.escapedUnlessPlain).joined()
    }
}

/// One message as programs read it.
///
/// Source: the JSON of the `miette` library, which the Rust `cedar` command line prints.
private struct Report {
    let message: String
    var severity = Diagnostic.Severity.error
    var help: String?
    var file = ""
    var span: SourceSpan?

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("message")
        writer.string(message)
        writer.key("severity")
        writer.string(severity == .error ? "error" : "warning")
        writer.key("causes")
        writer.beginArray()
        writer.endArray()
        if let help {
            writer.key("help")
            writer.string(help)
        }
        writer.key("filename")
        writer.string(file)
        writer.key("labels")
        writer.beginArray()
        if let span {
            writer.beginObject()
            writer.key("span")
            writer.beginObject()
            writer.key("offset")
            writer.integer(Int64(span.start))
            writer.key("length")
            writer.integer(Int64(span.end - span.start))
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.key("related")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
