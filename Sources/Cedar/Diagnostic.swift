import CedarSyntax

/// One message for the author of a policy, a schema or data.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// How much a diagnostic weighs.
    public enum Severity: Sendable, Hashable {
        case error
        case warning
    }

    /// A place in a source text, as people count.
    public struct Place: Sendable, Hashable {
        /// From 1.
        public let line: Int
        /// In Unicode scalars, from 1.
        public let column: Int
        /// The bytes of the source text that are meant; empty where only a point is known.
        public let bytes: Range<Int>
    }

    public let severity: Severity
    /// What is wrong: lower case, no full stop, names in backticks.
    public let message: String
    /// What to do about it, where more can be said.
    public let help: String?
    /// Where it is; nil when it is about no text.
    public let place: Place?
    /// The message with the line of the source and the place underlined, for people: several lines,
    /// without control characters of the source.
    public let description: String
}

/// Why a text, a value or a combination of them was refused.
public struct CedarError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was found, in the order of the source; never empty, all of them errors.
    public let diagnostics: [Diagnostic]

    /// All diagnostics for people, with blank lines between them.
    public var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }

    init(_ message: String) {
        diagnostics = [
            Diagnostic(
                severity: .error, message: message, help: nil, place: nil,
                description: "error: \(message)\n")
        ]
    }

    init(_ error: ValueError) { self.init(error.message) }
}

/// A source text and what it is called in messages.
struct SourceText {
    private let map: SourceMap
    private let renderer: DiagnosticRenderer

    init(_ bytes: [UInt8], name: String) {
        map = SourceMap(bytes)
        renderer = DiagnosticRenderer(source: bytes, fileName: name)
    }

    func diagnostic(_ diagnostic: CedarSyntax.Diagnostic) -> Diagnostic {
        let range = diagnostic.span.range.clamped(to: 0..<map.source.count)
        let position = map.position(at: range.lowerBound)
        return Diagnostic(
            severity: diagnostic.severity == .error ? .error : .warning,
            message: diagnostic.message, help: diagnostic.help,
            place: Diagnostic.Place(
                line: position.line, column: position.column, bytes: range),
            description: renderer.render(diagnostic))
    }

    func error(_ diagnostics: Diagnostics) -> CedarError {
        CedarError(diagnostics: diagnostics.all.map(diagnostic))
    }

    func error(_ error: DataError) -> CedarError {
        let place = min(error.offset, map.source.count)
        let found = CedarSyntax.Diagnostic(
            span: SourceSpan(place, place), message: error.message)
        return CedarError(diagnostics: [diagnostic(found)])
    }
}

extension CedarError {
    fileprivate init(diagnostics: [Diagnostic]) { self.diagnostics = diagnostics }
}
