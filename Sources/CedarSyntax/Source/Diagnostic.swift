/// One message for a policy author, tied to a place in a source text.
package struct Diagnostic: Hashable, Sendable {
    /// How much a diagnostic weighs.
    package enum Severity: Hashable, Sendable {
        case error
        case warning
    }

    package var severity: Severity
    /// Where in the source; offsets beyond its end point at the end of the text.
    package var span: SourceSpan
    /// What is wrong: lower case, no full stop, names in backticks.
    package var message: String
    /// What to do about it, when something more can be said.
    package var help: String?

    package init(
        severity: Severity = .error, span: SourceSpan, message: String, help: String? = nil
    ) {
        self.severity = severity
        self.span = span
        self.message = message
        self.help = help
    }
}

/// The errors that made a source text unusable; never empty.
package struct Diagnostics: Error, Hashable, Sendable {
    package let all: [Diagnostic]

    package init(_ first: Diagnostic, _ others: [Diagnostic] = []) {
        self.all = [first] + others
    }
}
