/// One policy or template as it was written.
package struct Policy: Sendable {
    package enum Effect: String, Hashable, Sendable {
        case permit, forbid
    }

    /// `@key("value")`; without a value it is nil, which Cedar's JSON writes as null.
    package struct Annotation: Hashable, Sendable {
        package var key: Text
        package var value: Text?
        package var span: SourceSpan

        package init(key: Text, value: Text?, span: SourceSpan) {
            self.key = key
            self.value = value
            self.span = span
        }
    }

    /// A `when` or `unless` clause.
    package struct Condition: Sendable {
        package enum Kind: String, Hashable, Sendable {
            case when, unless
        }
        package var kind: Kind
        package var body: Expression
        package var span: SourceSpan

        package init(kind: Kind, body: Expression, span: SourceSpan) {
            self.kind = kind
            self.body = body
            self.span = span
        }
    }

    /// Large sets are walked several times, by several threads: a copy counts one reference and not
    /// one for each of its parts.
    private final class Storage: Sendable {
        let effect: Effect
        let annotations: [Annotation]
        let principal: ScopeConstraint
        let action: ActionConstraint
        let resource: ScopeConstraint
        let conditions: [Condition]
        let span: SourceSpan
        let scopeSpans: ScopeSpans?

        init(
            _ effect: Effect, _ annotations: [Annotation], _ principal: ScopeConstraint,
            _ action: ActionConstraint, _ resource: ScopeConstraint, _ conditions: [Condition],
            _ span: SourceSpan, _ scopeSpans: ScopeSpans?
        ) {
            self.effect = effect
            self.annotations = annotations
            self.principal = principal
            self.action = action
            self.resource = resource
            self.conditions = conditions
            self.span = span
            self.scopeSpans = scopeSpans
        }
    }

    private let storage: Storage

    package var effect: Effect { storage.effect }
    /// In source order; keys are unique.
    package var annotations: [Annotation] { storage.annotations }
    package var principal: ScopeConstraint { storage.principal }
    package var action: ActionConstraint { storage.action }
    package var resource: ScopeConstraint { storage.resource }
    package var conditions: [Condition] { storage.conditions }
    package var span: SourceSpan { storage.span }
    /// Where effect and scope stand; nil for a policy that was not parsed from text.
    package var scopeSpans: ScopeSpans? { storage.scopeSpans }

    package init(
        effect: Effect, annotations: [Annotation], principal: ScopeConstraint,
        action: ActionConstraint, resource: ScopeConstraint, conditions: [Condition],
        span: SourceSpan, scopeSpans: ScopeSpans? = nil
    ) {
        storage = Storage(
            effect, annotations, principal, action, resource, conditions, span, scopeSpans)
    }

    /// The same with other parts.
    package func with(
        effect: Effect? = nil, annotations: [Annotation]? = nil,
        principal: ScopeConstraint? = nil, action: ActionConstraint? = nil,
        resource: ScopeConstraint? = nil, conditions: [Condition]? = nil
    ) -> Policy {
        Policy(
            effect: effect ?? self.effect, annotations: annotations ?? self.annotations,
            principal: principal ?? self.principal, action: action ?? self.action,
            resource: resource ?? self.resource, conditions: conditions ?? self.conditions,
            span: span, scopeSpans: scopeSpans)
    }

    /// Whether it has a slot and so applies only through links.
    package var isTemplate: Bool { principal.hasSlot || resource.hasSlot }

    /// The value of an annotation; nil when it is absent, "" when it has no value.
    package func annotation(_ key: Text) -> Text? {
        annotations.first { $0.key == key }.map { $0.value ?? "" }
    }
}

/// Where a policy's effect and the three parts of its scope, each with its constraint, stand in the
/// source.
package struct ScopeSpans: BitwiseCopyable, Hashable, Sendable {
    package var effect: SourceSpan
    package var principal: SourceSpan
    package var action: SourceSpan
    package var resource: SourceSpan

    package init(
        effect: SourceSpan, principal: SourceSpan, action: SourceSpan, resource: SourceSpan
    ) {
        self.effect = effect
        self.principal = principal
        self.action = action
        self.resource = resource
    }
}

/// An entity named in a scope, or the slot that a template's link fills.
package enum EntityOrSlot: Hashable, Sendable {
    case entity(EntityUID)
    case slot
}

/// What a policy's head says of the principal or of the resource.
package enum ScopeConstraint: Hashable, Sendable {
    case any
    case equal(EntityOrSlot)
    case `in`(EntityOrSlot)
    case isType(Text)
    case isTypeIn(Text, EntityOrSlot)

    package var hasSlot: Bool {
        switch self {
        case .any, .isType: false
        case .equal(let target), .in(let target), .isTypeIn(_, let target): target == .slot
        }
    }
}

/// What a policy's head says of the action.
package enum ActionConstraint: Hashable, Sendable {
    case any
    case equal(EntityUID)
    case `in`(EntityUID)
    /// `action in [..]`, also with no or one member.
    case inSet([EntityUID])
}
