extension Parser {
    /// Parses policies up to the end of the text, going on after those that have errors.
    mutating func policySet() -> PolicySet {
        var members: [PolicySet.Member] = []
        while token.kind != .end, diagnostics.count < limits.maximumDiagnostics {
            do {
                guard members.count < limits.maximumPolicies else { throw tooManyPolicies() }
                let policy = try policy()
                members.append(
                    PolicySet.Member(id: .positional(members.count), policy: policy))
            } catch {
                recover()
            }
        }
        return PolicySet(members: members)
    }

    /// Parses policies up to the end, all of which must be free of errors; nil when one is not.
    mutating func policies() -> [Policy]? {
        var policies: [Policy] = []
        while token.kind != .end {
            guard let policy = try? policy(), diagnostics.isEmpty else { return nil }
            policies.append(policy)
        }
        return policies
    }

    private mutating func policy() throws(ParseFailure) -> Policy {
        let start = Int(token.start)
        let annotations = try annotations()
        let effect: Policy.Effect
        switch token.kind {
        case .permit: effect = .permit
        case .forbid: effect = .forbid
        default: throw noEffect(hasAnnotations: !annotations.isEmpty)
        }
        let effectSpan = token.span
        advance()
        let opening = token
        guard skip(.leftParenthesis) else {
            throw unexpected("`(` after `\(effect.rawValue)`")
        }
        let principalStart = Int(token.start)
        let principal = try principalScope()
        let principalSpan = SourceSpan(principalStart, previousEnd)
        try nextScopePart(before: .action)
        let actionStart = Int(token.start)
        let action = try actionScope()
        let actionSpan = SourceSpan(actionStart, previousEnd)
        try nextScopePart(before: .resource)
        let resourceStart = Int(token.start)
        let resource = try resourceScope()
        let resourceSpan = SourceSpan(resourceStart, previousEnd)
        _ = skip(.comma)
        guard skip(.rightParenthesis) else { throw scopeGoesOn(opening) }
        var conditions: [Policy.Condition] = []
        while token.kind == .when || token.kind == .unless {
            conditions.append(try condition())
        }
        try endPolicy()
        return Policy(
            effect: effect, annotations: annotations, principal: principal, action: action,
            resource: resource, conditions: conditions, span: SourceSpan(start, previousEnd),
            scopeSpans: ScopeSpans(
                effect: effectSpan, principal: principalSpan, action: actionSpan,
                resource: resourceSpan))
    }

    /// Goes past the `;`; one that is missing before the next policy costs only that message.
    private mutating func endPolicy() throws(ParseFailure) {
        if skip(.semicolon) { return }
        let failure = noSemicolon()
        guard token.kind.beginsPolicy || token.kind == .end else { throw failure }
    }

    private mutating func condition() throws(ParseFailure) -> Policy.Condition {
        let start = Int(token.start)
        let kind: Policy.Condition.Kind = token.kind == .when ? .when : .unless
        advance()
        let opening = token
        guard skip(.leftBrace) else {
            throw unexpected(
                "`{` after `\(kind.rawValue)`",
                help: "write the condition in braces: `\(kind.rawValue) { … }`")
        }
        if token.kind == .rightBrace { throw emptyCondition(kind) }
        let body = try expression()
        guard skip(.rightBrace) else { throw unclosedAfterOperand(opening, "`}`") }
        return Policy.Condition(kind: kind, body: body, span: SourceSpan(start, previousEnd))
    }

    mutating func annotations() throws(ParseFailure) -> [Policy.Annotation] {
        guard token.kind == .at else { return [] }
        var annotations: [Policy.Annotation] = []
        var known: Set<Text> = []
        while token.kind == .at {
            let start = Int(token.start)
            advance()
            guard token.kind.isWord else { throw unexpected("the annotation's name after `@`") }
            let key = names.text(source, Int(token.start)..<Int(token.end))
            advance()
            let value = try annotationValue(of: key)
            let span = SourceSpan(start, previousEnd)
            guard known.insert(key).inserted else {
                throw fail(
                    span, "annotation `@\(key)` is given twice",
                    help: "keep one of them, or give them different names")
            }
            annotations.append(Policy.Annotation(key: key, value: value, span: span))
        }
        return annotations
    }

    private mutating func annotationValue(of key: Text) throws(ParseFailure) -> Text? {
        let opening = token
        guard skip(.leftParenthesis) else { return nil }
        guard token.kind == .string else {
            throw unexpected(
                "a string as the value of `@\(key)`",
                help: "write `@\(key)(\"…\")`, or `@\(key)` alone when it needs no value")
        }
        let value = try stringText(token)
        advance()
        try close(opening, with: .rightParenthesis)
        return value
    }

    /// Skips to where the next policy seems to begin.
    ///
    /// That is after a `;` that some policy follows, or at a policy's first word at the very
    /// beginning of a line (then the policy before it lacks its end).
    private mutating func recover() {
        abandonExpression()
        var isPastSemicolon = false
        while token.kind != .end {
            if token.kind.beginsPolicy, isPastSemicolon || isAtLineStart { return }
            // A word and `(` is a policy too, though its effect may be misspelt.
            if isPastSemicolon, token.kind.isWord, isFollowed(by: .leftParenthesis) { return }
            // An open string swallows the rest of the text: nothing after it can be trusted.
            if token.kind == .unterminatedString {
                token = Token(.end, from: source.count, to: source.count)
                return
            }
            isPastSemicolon = token.kind == .semicolon
            advance()
        }
    }

    private func isFollowed(by kind: Token.Kind) -> Bool {
        var ahead = lexer
        return ahead.next(source.span).kind == kind
    }

    private var isAtLineStart: Bool {
        let before = Int(token.start) - 1
        return Int(token.start) > previousEnd && before >= 0
            && (source[before] == 0x0A || source[before] == 0x0D)
    }
}

extension Text {
    /// The id of the policy at a place in a text.
    static func positional(_ number: Int) -> Text { Text("policy\(number)") }
}
