import CedarSchema
import CedarSyntax
import JSON

/// What `writ validate` found in one file.
struct ValidationReport {
    let file: InputFile
    let policyCount: Int
    let findings: [ValidationFinding]
    let deniesWarnings: Bool

    private var errorCount: Int { findings.count { $0.diagnostic.severity == .error } }

    var isValid: Bool { deniesWarnings ? findings.isEmpty : errorCount == 0 }

    /// The findings, each with the id of its policy.
    var failure: Failure { Failure(findings.map(\.labelled), in: file) }

    /// Shows the findings with their lines on standard error, the verdict on standard output; as
    /// JSON, both are output.
    func print(_ format: ErrorFormat) {
        if !findings.isEmpty {
            let shown = failure.rendered(format)
            if format == .json { printLine(shown) } else { printError(shown) }
        }
        let policies = Self.count(policyCount, "policy", "policies")
        let errors = Self.count(errorCount, "error", "errors")
        let warnings = Self.count(findings.count - errorCount, "warning", "warnings")
        printLine(
            "policy set validation \(isValid ? "passed" : "failed"): "
                + "\(policies), \(errors), \(warnings)")
    }

    private static func count(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }

    /// The report for scripts: a verdict and a list of findings with lines and columns from 1.
    var json: String {
        let map = SourceMap(file.bytes)
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("valid")
        writer.boolean(isValid)
        writer.key("findings")
        writer.beginArray()
        for finding in findings {
            let diagnostic = finding.diagnostic
            let place = map.position(at: Int(diagnostic.span.start))
            writer.beginObject()
            writer.key("policy")
            writer.string(finding.policy.string)
            writer.key("severity")
            writer.string(diagnostic.severity == .error ? "error" : "warning")
            writer.key("message")
            writer.string(diagnostic.message)
            if let help = diagnostic.help {
                writer.key("help")
                writer.string(help)
            }
            writer.key("line")
            writer.integer(Int64(place.line))
            writer.key("column")
            writer.integer(Int64(place.column))
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension ValidationFinding {
    /// The diagnostic with the id of its policy.
    var labelled: Diagnostic {
        var diagnostic = diagnostic
        diagnostic.message = "policy `\(policy)`: \(diagnostic.message)"
        return diagnostic
    }
}
