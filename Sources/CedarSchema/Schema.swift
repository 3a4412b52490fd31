package import CedarSyntax

/// A schema with every name resolved: what entities and requests may look like.
package struct Schema: Equatable, Sendable {
    /// By name; action types are not among them.
    package let entityTypes: [Text: EntityType]
    package let actions: [EntityUID: Action]

    /// What entities of one type look like.
    package struct EntityType: Equatable, Sendable {
        package enum Kind: Equatable, Sendable {
            /// - tags: the type of every tag; nil when entities have no tags.
            case standard(attributes: RecordType, tags: SchemaType?)
            /// Entities have one of these ids, no parents, attributes or tags.
            case enumeration(Set<Text>)
        }

        package let name: Text
        /// Types that a direct parent may have; sorted, may name the type itself.
        package let parents: [Text]
        package let kind: Kind
    }

    /// One action, or a group of actions.
    package struct Action: Equatable, Sendable {
        package let uid: EntityUID
        /// The groups it is a direct member of; sorted.
        package let parents: [EntityUID]
        /// All groups it belongs to; sorted.
        package let ancestors: [EntityUID]
        /// Types of principals, sorted; empty for an action that is never asked about.
        package let principals: [Text]
        /// Types of resources, sorted; empty for an action that is never asked about.
        package let resources: [Text]
        package let context: RecordType
    }

    init(entityTypes: [Text: EntityType], actions: [EntityUID: Action]) {
        self.entityTypes = entityTypes
        self.actions = actions
    }

    /// Parses and resolves a schema, in Cedar's own syntax or in JSON.
    ///
    /// A text whose first character other than JSON's white space is `{` is JSON: no schema in
    /// Cedar's own syntax begins with a brace.
    /// - Throws: errors of the syntax or, when it has none, of the resolution, each in source order,
    ///   up to `limits.maximumDiagnostics`.
    package static func parse(
        _ source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> Schema {
        try Schema(resolving: SchemaTree.parseEither(source, limits: limits), limits: limits)
    }

    /// Parses and resolves a schema, in Cedar's own syntax or in JSON.
    package static func parse(
        _ source: String, limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> Schema {
        try parse(Array(source.utf8), limits: limits)
    }

    /// The actions as entities with their direct parents, sorted by identity: a store of entities that
    /// go with this schema holds them.
    package var actionEntities: [Entity] {
        actions.values.sorted { $0.uid < $1.uid }
            .map { Entity(uid: $0.uid, parents: $0.parents) }
    }

    /// Whether entities of one type may have ancestors of another; a type is no descendant of itself
    /// unless its entities may be members of each other.
    ///
    /// - Complexity: O(types and parents between the two).
    package func canDescend(_ type: Text, from ancestor: Text) -> Bool {
        guard var open = entityTypes[type]?.parents else { return false }
        var seen = Set(open)
        while let next = open.popLast() {
            if next == ancestor { return true }
            for parent in entityTypes[next]?.parents ?? [] where seen.insert(parent).inserted {
                open.append(parent)
            }
        }
        return false
    }
}
