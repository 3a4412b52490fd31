import CedarSyntax

// What the head of a policy lets through.

extension Validator {
    /// Whether a principal or resource of a type can satisfy its part of the scope.
    func mayHold(_ constraint: ScopeConstraint, for type: Text) -> Bool {
        switch constraint {
        case .any, .equal(.slot), .in(.slot): true
        case .equal(.entity(let uid)): uid.type == type
        case .in(.entity(let uid)): types.canBeIn(type, uid.type)
        case .isType(let name): name == type
        case .isTypeIn(let name, .slot): name == type
        case .isTypeIn(let name, .entity(let uid)):
            name == type && types.canBeIn(type, uid.type)
        }
    }

    /// Whether an action satisfies its part of the scope.
    func holds(_ constraint: ActionConstraint, for action: EntityUID) -> Bool {
        switch constraint {
        case .any: true
        case .equal(let uid): uid == action
        case .in(let uid): types.isAction(action, in: [uid])
        case .inSet(let uids): types.isAction(action, in: uids)
        }
    }

    /// Errors of the scope as a whole: no request satisfies it, or it is no good type.
    func scopeErrors(of policy: Policy) -> [Diagnostic] {
        var errors: [Diagnostic] = []
        if case .inSet(let uids) = policy.action, mode == .strict {
            if uids.isEmpty {
                errors.append(
                    Diagnostic(
                        span: policy.actionSpan, message: "the empty set `[]` has no type",
                        help: "name the actions, or write `action` alone for any"))
            } else if let other = uids.first(where: { $0.type != uids[0].type }) {
                errors.append(
                    Diagnostic(
                        span: policy.actionSpan,
                        message: "the elements of a set must be of one type: `\(uids[0].type)` "
                            + "before, `\(other.type)` here",
                        help: "write one policy for each namespace of actions"))
            }
        }
        if let error = applicationError(of: policy) { errors.append(error) }
        return errors
    }

    /// The error of a scope that no request satisfies; nil when one does.
    func applicationError(of policy: Policy) -> Diagnostic? {
        let isApplicable = schema.actions.values.contains { action in
            holds(policy.action, for: action.uid)
                && action.principals.contains { mayHold(policy.principal, for: $0) }
                && action.resources.contains { mayHold(policy.resource, for: $0) }
        }
        return isApplicable ? nil : inapplicable(policy)
    }

    private func inapplicable(_ policy: Policy) -> Diagnostic {
        let actions = schema.actions.values.filter { holds(policy.action, for: $0.uid) }
        let principals = Set(actions.flatMap(\.principals))
        let resources = Set(actions.flatMap(\.resources))
        var error = Diagnostic(
            span: policy.scopeSpan,
            message: "the scope matches no request: no action applies to such principals and "
                + "resources")
        if actions.isEmpty {
            error.message = "the scope matches no request: no action satisfies it"
            error.span = policy.actionSpan
        } else if principals.isEmpty || resources.isEmpty {
            error.message = "the scope matches no request: its actions apply to nothing"
            error.help = "give the action an `appliesTo` in the schema"
            error.span = policy.actionSpan
        } else if !principals.contains(where: { mayHold(policy.principal, for: $0) }) {
            error.message = "the scope matches no request: no action applies to such a principal"
            error.help = help(policy.principal, "principal", principals)
            error.span = policy.principalSpan
        } else if !resources.contains(where: { mayHold(policy.resource, for: $0) }) {
            error.message = "the scope matches no request: no action applies to such a resource"
            error.help = help(policy.resource, "resource", resources)
            error.span = policy.resourceSpan
        }
        return error
    }

    private func help(
        _ constraint: ScopeConstraint, _ part: String, _ applicable: Set<Text>
    ) -> String {
        if case .equal(.entity(let uid)) = constraint,
            applicable.contains(where: { types.canBeIn($0, uid.type) })
        {
            return "`==` names this entity only; for those below it write `\(part) in \(uid)`"
        }
        if case .isTypeIn(let type, .entity(let uid)) = constraint, applicable.contains(type) {
            return "the schema lets no `\(type)` be in a `\(uid.type)`"
        }
        let shown = applicable.sorted().prefix(8).map { "`\($0)`" }.joined(separator: ", ")
        let more = applicable.count > 8 ? ", …" : ""
        return "the actions apply to \(part)s of the types \(shown)\(more)"
    }
}

extension Policy {
    var scopeSpan: SourceSpan { scopeSpans.map { $0.principal.joined(with: $0.resource) } ?? span }
    var principalSpan: SourceSpan { scopeSpans?.principal ?? span }
    var actionSpan: SourceSpan { scopeSpans?.action ?? span }
    var resourceSpan: SourceSpan { scopeSpans?.resource ?? span }
}

extension Policy {
    /// Errors for the parts of the scope that read ancestors, which level 0 forbids.
    var scopeReads: [Diagnostic] {
        var spans: [SourceSpan] = []
        for (constraint, span) in [(principal, principalSpan), (resource, resourceSpan)] {
            switch constraint {
            case .in, .isTypeIn: spans.append(span)
            case .any, .equal, .isType: break
            }
        }
        switch action {
        case .in, .inSet: spans.append(actionSpan)
        case .any, .equal: break
        }
        return spans.map {
            Diagnostic(span: $0, message: "this reads entities of level 1, the limit is 0")
        }
    }
}
