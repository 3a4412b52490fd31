import CedarSyntax

// Strings and identifiers that may not be what they look like.
//
// Source: UTS #39, "Unicode Security Mechanisms"; the checks are those of the reference.

extension Validator {
    /// Warns of text that changes direction, mixes scripts or has odd characters.
    func textWarnings(_ policy: Policy) -> [Diagnostic] {
        var warnings: Set<Diagnostic> = []
        for (constraint, span) in [
            (policy.principal, policy.principalSpan), (policy.resource, policy.resourceSpan),
        ] {
            if let uid = constraint.entity { warnings.formUnion(uid.warnings(at: span)) }
        }
        for uid in policy.action.entities {
            warnings.formUnion(uid.warnings(at: policy.actionSpan))
        }
        var open = policy.conditions.map(\.body)
        while let expression = open.popLast() {
            warnings.formUnion(expression.ownTextWarnings)
            open += expression.operands
        }
        return Array(warnings)
    }
}

extension EntityUID {
    fileprivate func warnings(at span: SourceSpan) -> [Diagnostic] {
        // Names of types are ASCII.
        id.identifierWarning(at: span).map { [$0] } ?? []
    }
}

extension Expression {
    /// Warnings of the text that stands in the expression itself, not in its operands.
    fileprivate var ownTextWarnings: [Diagnostic] {
        switch kind {
        case .string(let text):
            text.isASCII ? [] : Array(text.string.unicodeScalars).warning("string", at: span)
        case .entity(let uid): uid.warnings(at: span)
        case .attribute(_, let name): [name.identifierWarning(at: span)].compactMap(\.self)
        case .has(_, let path): path.compactMap { $0.identifierWarning(at: span) }
        case .record(let members): members.compactMap { $0.key.identifierWarning(at: span) }
        case .like(_, let pattern): pattern.shown.warning("pattern", at: span)
        default: []
        }
    }
}

extension Pattern {
    /// The pattern as the reference shows it: what it escapes is ASCII then.
    fileprivate var shown: [Unicode.Scalar] {
        elements.map { element in
            switch element {
            case .wildcard: "*"
            case .scalar("\0"): "0"
            case .scalar(let scalar): scalar.isEscapedInPatterns ? "u" : scalar
            }
        }
    }
}

extension [Unicode.Scalar] {
    /// At most one warning of a text.
    fileprivate func warning(_ what: String, at span: SourceSpan) -> [Diagnostic] {
        if contains(where: \.isDirectionChange) {
            return [
                Diagnostic(
                    severity: .warning, span: span,
                    message: "the \(what) `\(shown)` changes the direction of text, so that it "
                        + "may be shown as another",
                    help: "write the character as an escape, or leave it out")
            ]
        }
        guard !isSingleScript else { return [] }
        return [
            Diagnostic(
                severity: .warning, span: span,
                message: "the \(what) `\(shown)` mixes scripts or has characters of none",
                help: "some letters of different scripts look alike: \(oddest)")
        ]
    }

    fileprivate var shown: String { map(\.escapedUnlessPlain).joined() }

    /// Names the first character that does not go with those before it.
    fileprivate var oddest: String {
        var scripts = ScriptSet.all
        for scalar in self {
            scripts.formIntersection(ScriptSet(scalar))
            if scripts.isEmpty { return scalar.named }
        }
        return "none"
    }
}

extension Unicode.Scalar {
    fileprivate var named: String {
        "`\(escapedUnlessPlain)` is "
            + (properties.name ?? "U+\(String(value, radix: 16, uppercase: true))")
    }
}

extension Text {
    fileprivate var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }

    /// At most one warning of a name or an id.
    fileprivate func identifierWarning(at span: SourceSpan) -> Diagnostic? {
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return nil }
        let scalars = Array(string.unicodeScalars)
        let mixed = scalars.warning("identifier", at: span)
        if scalars.contains(where: \.isDirectionChange) { return mixed.first }
        let odd = scalars.first { scalar in
            !(0x20..<0x7F).contains(scalar.value) && !scalar.isIdentifierAllowed
        }
        guard let odd else { return mixed.first }
        return Diagnostic(
            severity: .warning, span: span,
            message: "the identifier `\(scalars.shown)` has the character "
                + "`\(odd.escapedUnlessPlain)`, which is neither printable ASCII nor one that "
                + "Unicode allows in identifiers",
            help: "the character \(odd.named)")
    }
}
