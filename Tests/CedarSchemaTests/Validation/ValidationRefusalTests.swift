import CedarSchema
import CedarSyntax
import Testing

/// The findings for a text as `line:column message | help`; warnings begin with `warning`.
func findings(
    _ source: String, schema: String = validationSchema, mode: ValidationMode = .strict
) throws -> [String] {
    let validator = Validator(try Schema.parse(schema), mode: mode)
    let map = SourceMap(Array(source.utf8))
    return validator.validate(try PolicySet.parse(source)).map { finding in
        let diagnostic = finding.diagnostic
        let place = map.position(at: Int(diagnostic.span.start))
        return (diagnostic.severity == .warning ? "warning " : "")
            + "\(place.line):\(place.column) \(diagnostic.message)"
            + (diagnostic.help.map { " | \($0)" } ?? "")
    }
}

/// A policy about viewing photos.
func viewPolicy(when condition: String) -> String {
    "permit(principal, action == Action::\"view\", resource) when { \(condition) };"
}

/// Policies that strict validation refuses, each with all its errors.
///
/// The reference refuses all of them too (recorded from cedar-policy 4.12.0).
@Suite struct ValidationRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var source: String
        var errors: [String]
        var testDescription: String { source }

        init(_ source: String, _ errors: [String]) {
            self.source = source
            self.errors = errors
        }

        init(when condition: String, _ errors: [String]) {
            self.init(viewPolicy(when: condition), errors)
        }
    }

    @Test(arguments: conditions + scopes)
    func refuses(_ row: Row) throws {
        #expect(try findings(row.source) == row.errors)
    }
}
