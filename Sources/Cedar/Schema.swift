import CedarSchema
import CedarSyntax

/// What entities and requests may look like: entity types, actions and their contexts.
public struct Schema: Sendable {
    let schema: CedarSchema.Schema

    /// Reads and resolves a schema, in Cedar's own syntax or in JSON.
    ///
    /// - Parameter name: what the text is called in messages, such as a file's path.
    /// - Throws: errors of the syntax or, when it has none, of the names, at most a hundred.
    public init(_ source: String, name: String = "schema") throws(CedarError) {
        let bytes = Array(source.utf8)
        do throws(Diagnostics) {
            schema = try CedarSchema.Schema.parse(bytes)
        } catch {
            throw SourceText(bytes, name: name).error(error)
        }
    }

    /// How strictly types are checked.
    public enum ValidationMode: Sendable {
        /// Also refuses what never fails but cannot be meant, as comparing a number with a string.
        case strict
        /// Refuses only what can fail.
        case permissive
    }

    /// Decides whether policies fit the schema.
    ///
    /// A policy without errors evaluates without errors on every request and all entities that
    /// conform to the schema, but for overflows of integers and entities that do not exist.
    ///
    /// - Parameter maximumLevel: how far from the request policies may read entities; nil for any
    ///   distance.
    /// - Returns: errors and warnings in the order of the policies.
    public func validate(
        _ policies: PolicySet, mode: ValidationMode = .strict, maximumLevel: Int? = nil
    ) -> [Finding] {
        let validator = Validator(
            schema, mode: mode == .strict ? .strict : .permissive, maximumLevel: maximumLevel)
        return validator.validate(policies.set).map { finding in
            let diagnostic =
                if let text = policies.text {
                    text.diagnostic(finding.diagnostic)
                } else {
                    Diagnostic(withoutPlace: finding.diagnostic)
                }
            return Finding(policyID: finding.policy.string, diagnostic: diagnostic)
        }
    }

    /// What validation has to say about one policy.
    public struct Finding: Sendable, Hashable {
        public let policyID: String
        public let diagnostic: Diagnostic

        /// Whether the policy is invalid, not only odd.
        public var isError: Bool { diagnostic.severity == .error }
    }
}

extension Diagnostic {
    /// For policies that were read from JSON, whose parts have no place in a text.
    fileprivate init(withoutPlace diagnostic: CedarSyntax.Diagnostic) {
        let isError = diagnostic.severity == .error
        var lines = "\(isError ? "error" : "warning"): \(diagnostic.message)\n"
        if let help = diagnostic.help { lines += " = help: \(help)\n" }
        self.init(
            severity: isError ? .error : .warning, message: diagnostic.message,
            help: diagnostic.help, place: nil, description: lines)
    }
}
