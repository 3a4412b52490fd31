import CedarSyntax

/// A schema's types in the form that the type checker works on, made once.
struct SchemaTypes: Sendable {
    let schema: Schema
    /// Attributes of the entity types that have any.
    private let attributes: [Text: StaticRecord]
    private let tags: [Text: StaticType]
    let contexts: [EntityUID: StaticType]

    init(_ schema: Schema) {
        self.schema = schema
        var attributes: [Text: StaticRecord] = [:]
        var tags: [Text: StaticType] = [:]
        for (name, type) in schema.entityTypes {
            guard case .standard(let shape, let tag) = type.kind else { continue }
            attributes[name] = StaticRecord(shape)
            tags[name] = tag.map { StaticType($0) }
        }
        self.attributes = attributes
        self.tags = tags
        contexts = schema.actions.mapValues { .record(StaticRecord($0.context)) }
    }

    /// Whether the schema knows the entity's type or, of an action, the action itself.
    func isDeclared(_ uid: EntityUID) -> Bool {
        uid.isAction ? schema.actions[uid] != nil : schema.entityTypes[uid.type] != nil
    }

    /// What is known of the attributes of entities of these types: those that all have, joined.
    func attributes(of types: [Text]) -> StaticRecord {
        guard let first = types.first else { return .empty }
        var joined = attributes[first] ?? .empty
        for type in types.dropFirst() {
            joined = joined.joined(with: attributes[type] ?? .empty, .permissive) ?? joined
        }
        // Open only for names that one of the types declares: others are known to be absent.
        joined.isOpen = false
        return joined
    }

    /// Whether entities of one of these types may have an attribute.
    func mayHave(_ name: Text, in types: [Text]) -> Bool {
        types.contains { attributes[$0]?[name] != nil }
    }

    /// The types of the tags of such entities; those without tags are passed over.
    func tags(of types: [Text]) -> [StaticType] { types.compactMap { tags[$0] } }

    /// Whether an entity of one type may be, or be below, one of another.
    func canBeIn(_ type: Text, _ ancestor: Text) -> Bool {
        if type == ancestor || schema.canDescend(type, from: ancestor) { return true }
        guard type.isActionType else { return false }
        return schema.actions.values.contains { action in
            action.uid.type == type && action.ancestors.contains { $0.type == ancestor }
        }
    }

    /// Whether an action is, or belongs to, one of others.
    func isAction(_ uid: EntityUID, in groups: some Sequence<EntityUID>) -> Bool {
        let ancestors = schema.actions[uid]?.ancestors ?? []
        return groups.contains { $0 == uid || ancestors.contains($0) }
    }
}

/// The types of one kind of request: what the variables of a policy are.
struct RequestEnvironment: Sendable {
    let principal: Text
    let action: EntityUID
    let resource: Text
    let context: StaticType

    func type(of variable: Variable) -> StaticType {
        switch variable {
        case .principal: .entity([principal])
        case .action: .entity([action.type])
        case .resource: .entity([resource])
        case .context: context
        }
    }
}
