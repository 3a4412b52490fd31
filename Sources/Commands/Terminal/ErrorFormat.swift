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
    ///
    /// - Parameter severity: of messages without a place; the others bring their own.
    func rendered(
        _ format: ErrorFormat, as severity: Diagnostic.Severity = .error
    ) -> String {
        parts.map { part in
            switch (part, format) {
            case (.words(let words), .human): Self.labelled(words, severity)
            case (.words(let words), .plain): "\(severity): " + Self.told(words)
            case (.words(let words), .json):
                Report(
                    message: words.message, severity: severity, help: words.help, file: words.file
                ).json
            case (.places(let diagnostics, let file), .human): file.render(diagnostics)
            case (.places(let diagnostics, let file), .plain):
                file.narrated(diagnostics)
            case (.places(let diagnostics, let file), .json):
                file.reported(diagnostics)
            }
        }.joined(separator: "\n")
    }

    private static func told(_ words: Words) -> String {
        words.message + (words.help.map { "\nhelp: \($0)" } ?? "")
    }

    private static func labelled(_ words: Words, _ severity: Diagnostic.Severity) -> String {
        let text = told(words)
        // A failure of something inside may bring its own.
        if text.hasPrefix("error: ") || text.hasPrefix("\u{1B}") { return text }
        let colour: Terminal.Colour = severity == .error ? .red : .yellow
        return Terminal.error.styled("\(severity)", colour) + ": " + text
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
        let map = SourceMap(bytes)
        return diagnostics.map { diagnostic in
            Report(
                message: diagnostic.message, severity: diagnostic.severity,
                help: diagnostic.help, file: name, span: diagnostic.span,
                position: map.position(at: Int(diagnostic.span.start))
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
/// Source: the JSON of the `miette` library, which the Rust `cedar` command line prints; `line` and
/// `column` of a label are added, both from 1, as a place in bytes is of no use to a reader.
private struct Report {
    let message: String
    var severity = Diagnostic.Severity.error
    var help: String?
    var file = ""
    var span: SourceSpan?
    var position: SourceMap.Position?

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
        if let span, let position {
            writer.beginObject()
            writer.key("span")
            writer.beginObject()
            writer.key("offset")
            writer.integer(Int64(span.start))
            writer.key("length")
            writer.integer(Int64(span.end - span.start))
            writer.endObject()
            writer.key("line")
            writer.integer(Int64(position.line))
            writer.key("column")
            writer.integer(Int64(position.column))
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
