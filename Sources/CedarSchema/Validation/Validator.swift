package import CedarSyntax

/// Decides whether policies fit a schema: whether they name only what it declares, can apply to some
/// request that it allows, and never fail by a wrong type or a missing attribute.
///
/// A policy without errors evaluates without errors on every request and all entities that conform
/// to the schema, but for overflows of integers and entities that do not exist.
///
/// Source: Cedar documentation, "Policy validation".
package struct Validator: Sendable {
    let types: SchemaTypes
    let mode: ValidationMode
    private let maximumLevel: Int?
    var schema: Schema { types.schema }

    /// Prepares for a schema.
    ///
    /// - Parameter maximumLevel: how far from the request policies may read entities, as RFC 76
    ///   counts; nil for any distance.
    package init(_ schema: Schema, mode: ValidationMode = .strict, maximumLevel: Int? = nil) {
        types = SchemaTypes(schema)
        self.maximumLevel = maximumLevel
        self.mode = mode
    }

    /// Validates policies, templates and links one by one.
    ///
    /// - Returns: the findings in the order of the policies and then of the links, those of one
    ///   policy by their place. A link's place is that of its template.
    package func validate(_ policies: PolicySet) -> [ValidationFinding] {
        let members = policies.members
        let chunks = Chunks.ranges(of: members.count, size: Self.chunkPolicies)
        return Chunks.map(chunks.count) { chunk in
            members[chunks[chunk]].flatMap { member in
                validate(member.policy).map {
                    ValidationFinding(policy: member.id, diagnostic: $0)
                }
            }
        }.joined() + linkFindings(policies)
    }

    /// So many policies are validated by one thread at a time.
    private static let chunkPolicies = 1_024

    /// Validates one policy or template.
    ///
    /// - Returns: errors and warnings by their place; it is valid when no error is among them.
    package func validate(_ policy: Policy) -> [Diagnostic] {
        var found = undeclaredNames(in: policy)
        // Where the scope names what does not exist, it is no wonder that nothing fits it.
        found += scopeErrors(of: policy).filter { error in
            !found.contains { $0.span == error.span }
        }
        let (errors, levelErrors, isImpossible) = typeErrors(of: policy)
        found += errors
        if found.isEmpty { found = levelErrors }
        if found.isEmpty, isImpossible {
            found.append(
                Diagnostic(
                    severity: .warning, span: policy.span,
                    message: "the policy never applies: its scope and conditions are false for "
                        + "every request that the schema allows"))
        }
        found += textWarnings(policy)
        return found.sorted {
            ($0.span.start, $0.span.end, $0.message) < ($1.span.start, $1.span.end, $1.message)
        }
    }

    /// Checks the types of the conditions for every kind of request that the scope lets through.
    private func typeErrors(
        of policy: Policy
    ) -> (errors: [Diagnostic], levelErrors: [Diagnostic], isImpossible: Bool) {
        var levelErrors = Set(maximumLevel == 0 ? policy.scopeReads : [])
        var errors: [Diagnostic: (first: RequestEnvironment, count: Int)] = [:]
        var checked = 0
        var isImpossible = true
        forEachEnvironment(of: policy) { environment in
            var checker = TypeChecker(types, mode, environment, maximumLevel: maximumLevel)
            checked += 1
            if !checker.check(policy.conditions) { isImpossible = false }
            levelErrors.formUnion(checker.levelErrors)
            for error in Set(checker.errors) {
                errors[error, default: (environment, 0)].count += 1
            }
        }
        let reported = errors.map { error, place in
            place.count == checked ? error : error.only(in: place.first)
        }
        return (reported, Array(levelErrors), isImpossible)
    }
}

extension Diagnostic {
    /// The same error, with a word on the kind of requests where it occurs.
    fileprivate func only(in environment: RequestEnvironment) -> Diagnostic {
        guard help == nil || severity == .warning else { return self }
        var copy = self
        copy.help =
            "this is so for the action `\(environment.action)` of a `\(environment.principal)` "
            + "on a `\(environment.resource)`"
        return copy
    }
}
