import CedarSyntax

// Names that the schema does not declare.

extension Validator {
    /// Among more names than this no misspelt one is looked for.
    private static let maximumCandidates = 10_000

    /// Finds entity types, actions and members of enumerations that do not exist, also in parts that
    /// are never evaluated.
    func undeclaredNames(in policy: Policy) -> [Diagnostic] {
        var errors: Set<Diagnostic> = []
        for (constraint, span) in [
            (policy.principal, policy.principalSpan), (policy.resource, policy.resourceSpan),
        ] {
            if let type = constraint.type { errors.formUnion(undeclared(type, at: span)) }
            if let uid = constraint.entity { errors.formUnion(undeclared(uid, at: span)) }
        }
        for uid in policy.action.entities {
            errors.formUnion(undeclared(uid, at: policy.actionSpan))
        }
        var open = policy.conditions.map(\.body)
        while let expression = open.popLast() {
            switch expression.kind {
            case .entity(let uid): errors.formUnion(undeclared(uid, at: expression.span))
            case .isType(_, let type, _): errors.formUnion(undeclared(type, at: expression.span))
            default: break
            }
            open += expression.operands
        }
        return Array(errors)
    }

    func undeclared(_ type: Text, at span: SourceSpan) -> [Diagnostic] {
        guard !type.isActionType, schema.entityTypes[type] == nil else { return [] }
        return [
            Diagnostic(
                span: span, message: "the schema declares no entity type `\(type)`",
                help: nearestType(type).map { "did you mean `\($0)`?" })
        ]
    }

    private func undeclared(_ uid: EntityUID, at span: SourceSpan) -> [Diagnostic] {
        if uid.isAction {
            guard schema.actions[uid] == nil else { return [] }
            return [
                Diagnostic(
                    span: span, message: "the schema declares no action `\(uid)`",
                    help: nearestAction(uid).map { "did you mean `\($0)`?" })
            ]
        }
        guard case .enumeration(let ids) = schema.entityTypes[uid.type]?.kind,
            !ids.contains(uid.id)
        else { return undeclared(uid.type, at: span) }
        let meant = nearestName(to: uid.id.string, among: ids.sorted().map(\.string))
        let members = ids.sorted().prefix(8).map { "`\($0.quoted)`" }.joined(separator: ", ")
        return [
            Diagnostic(
                span: span,
                message: "\(uid.id.quoted) is no id of the enumerated type `\(uid.type)`",
                help: meant.map { "did you mean `\(EntityUID(type: uid.type, id: Text($0)))`?" }
                    ?? "its ids are \(members)\(ids.count > 8 ? ", …" : "")")
        ]
    }

    private func nearestType(_ type: Text) -> String? {
        guard schema.entityTypes.count <= Self.maximumCandidates else { return nil }
        let declared = schema.entityTypes.keys.sorted()
        // The right name, but of another namespace.
        if let other = declared.first(where: { $0.baseName == type.baseName }) {
            return other.string
        }
        return nearestName(to: type.string, among: declared.map(\.string))
    }

    private func nearestAction(_ uid: EntityUID) -> String? {
        guard schema.actions.count <= Self.maximumCandidates else { return nil }
        let declared = schema.actions.keys.sorted()
        if let other = declared.first(where: { $0.id == uid.id }) { return "\(other)" }
        let candidates = declared.filter { $0.type == uid.type }
        return nearestName(to: uid.id.string, among: candidates.map(\.id.string))
            .map { "\(EntityUID(type: uid.type, id: Text($0)))" }
    }
}

extension Text {
    /// The last component of a type's name.
    fileprivate var baseName: Text {
        guard let colon = utf8.lastIndex(of: UInt8(ascii: ":")) else { return self }
        return Text(validUTF8: Array(utf8[(colon + 1)...]))
    }
}

extension ScopeConstraint {
    /// The type after `is`.
    fileprivate var type: Text? {
        switch self {
        case .isType(let type), .isTypeIn(let type, _): type
        case .any, .equal, .in: nil
        }
    }

    /// The entity that it names.
    var entity: EntityUID? {
        switch self {
        case .equal(.entity(let uid)), .in(.entity(let uid)), .isTypeIn(_, .entity(let uid)): uid
        case .any, .equal, .in, .isType, .isTypeIn: nil
        }
    }
}

extension ActionConstraint {
    /// The entities that it names.
    var entities: [EntityUID] {
        switch self {
        case .any: []
        case .equal(let uid), .in(let uid): [uid]
        case .inSet(let uids): uids
        }
    }
}
