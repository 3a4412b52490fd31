package import CedarSyntax

/// Decides whether entities are what a schema says.
///
/// Source: Cedar documentation, "Schema-based validation of entities".
package struct EntityConformance: Sendable {
    let values: ValueConformance
    /// Of each type, those that its entities may have above them.
    private let above: [Text: Set<Text>]
    /// The types whose attributes or tags name entities of which only some may exist.
    private let limited: Set<Text>
    package var schema: Schema { values.schema }

    package init(_ schema: Schema) {
        values = ValueConformance(schema)
        limited = Set(
            schema.entityTypes.values.filter { type in
                guard case .standard(let attributes, let tags) = type.kind else { return false }
                return SchemaType.record(attributes).namesLimitedEntities(schema)
                    || tags?.namesLimitedEntities(schema) == true
            }.map(\.name))
        above = schema.entityTypes.mapValues { type in
            var open = type.parents
            var seen = Set(open)
            while let next = open.popLast() {
                for parent in schema.entityTypes[next]?.parents ?? []
                where seen.insert(parent).inserted { open.append(parent) }
            }
            return seen
        }
    }

    /// Checks one entity of many, without looking at those above its parents.
    ///
    /// When each entity conforms in this way, all of them do together: what may be above what is
    /// transitive. Of an action, its parents are taken to be as the schema declares them.
    package func check(alone entity: Entity, offset: Int = 0) throws(DataError) {
        var ancestors: Set<EntityUID> = []
        if entity.uid.isAction {
            for parent in entity.parents {
                ancestors.formUnion(schema.actions[parent]?.ancestors ?? [])
            }
        }
        try check(entity, ancestors: ancestors, offset: offset)
    }

    /// Checks one entity.
    ///
    /// - Parameters:
    ///   - ancestors: all its ancestors; the direct parents need not be among them.
    ///   - offset: where the entity stands in its document, for the error.
    /// - Throws: the first offence.
    package func check(
        _ entity: Entity, ancestors: some Sequence<EntityUID> = [], offset: Int = 0
    ) throws(DataError) {
        do {
            if entity.uid.isAction {
                try checkAction(entity, ancestors: Set(entity.parents).union(ancestors))
            } else {
                try checkMembers(entity)
                for ancestor in entity.parents { try check(ancestor, above: entity.uid) }
                for ancestor in ancestors { try check(ancestor, above: entity.uid) }
            }
        } catch {
            throw DataError(
                offset: offset, message: "entity `\(entity.uid)`: \(error.message)")
        }
    }

    /// Checks the entities of one document; ancestors are followed as far as it has them.
    ///
    /// - Parameter offsets: where each entity stands in the document, for the error.
    package func check(_ entities: [Entity], offsets: [Int]) throws(DataError) {
        precondition(entities.count == offsets.count, "an offset for each entity")
        var parents: [EntityUID: [EntityUID]] = [:]
        for entity in entities where !entity.parents.isEmpty {
            parents[entity.uid, default: []] += entity.parents
        }
        for (entity, offset) in zip(entities, offsets) {
            try check(
                entity, ancestors: Self.ancestors(of: entity.uid, parents), offset: offset)
        }
    }

    /// Checks what reading an entity by its type leaves open: ids and parents.
    func check(read entity: Entity, offset: Int) throws(DataError) {
        // To check attributes and tags twice would cost an import a tenth of its time.
        if entity.uid.isAction || limited.contains(entity.uid.type) {
            return try check(alone: entity, offset: offset)
        }
        do {
            try values.check(entity.uid)
            for parent in entity.parents { try check(parent, above: entity.uid) }
        } catch {
            throw DataError(
                offset: offset, message: "entity `\(entity.uid)`: \(error.message)")
        }
    }

    private static func ancestors(
        of uid: EntityUID, _ parents: [EntityUID: [EntityUID]]
    ) -> Set<EntityUID> {
        guard var open = parents[uid] else { return [] }
        var seen = Set(open)
        while let next = open.popLast() {
            for parent in parents[next] ?? [] where seen.insert(parent).inserted {
                open.append(parent)
            }
        }
        return seen
    }

    private func checkAction(
        _ entity: Entity, ancestors: Set<EntityUID>
    ) throws(ConformanceFailure) {
        guard let action = schema.actions[entity.uid] else {
            throw ConformanceFailure("the schema declares no such action")
        }
        guard entity.attributes.isEmpty, entity.tags.isEmpty else {
            throw ConformanceFailure("an action cannot have attributes or tags")
        }
        let declared = Set(action.ancestors)
        if let extra = ancestors.subtracting(declared).min() {
            throw ConformanceFailure(
                "the schema does not make the action a member of `\(extra)`; leave actions out, "
                    + "the schema adds them")
        }
        if let missing = declared.subtracting(ancestors).min() {
            throw ConformanceFailure(
                "the schema makes the action a member of `\(missing)` also; leave actions out, "
                    + "the schema adds them")
        }
    }

    private func checkMembers(_ entity: Entity) throws(ConformanceFailure) {
        try values.check(entity.uid)
        guard let type = schema.entityTypes[entity.uid.type] else {
            throw ConformanceFailure("the schema declares no entity type `\(entity.uid.type)`")
        }
        switch type.kind {
        case .enumeration:
            if let member = entity.attributes.first ?? entity.tags.first {
                throw ConformanceFailure(
                    "entities of the enumerated type `\(type.name)` have no attributes or tags, "
                        + "found `\(member.key)`")
            }
        case .standard(let attributes, let tagType):
            try values.check(entity.attributes, attributes)
            for tag in entity.tags {
                guard let tagType else {
                    throw ConformanceFailure(
                        "entities of the type `\(type.name)` have no tags, found `\(tag.key)`")
                }
                do {
                    try values.check(tag.value, tagType)
                } catch {
                    throw error.inside("tag `\(tag.key)`")
                }
            }
        }
    }

    private func check(
        _ ancestor: EntityUID, above uid: EntityUID
    ) throws(ConformanceFailure) {
        guard above[uid.type]?.contains(ancestor.type) == true else {
            throw ConformanceFailure(
                "the schema does not let the type `\(uid.type)` be below `\(ancestor.type)`, found "
                    + "the ancestor `\(ancestor)`")
        }
        try values.check(ancestor)
    }
}

extension SchemaType {
    /// Whether values may name actions or members of enumerations, whose ids must be declared;
    /// recursion is bounded by the depth of the schema's types.
    fileprivate func namesLimitedEntities(_ schema: Schema) -> Bool {
        switch self {
        case .bool, .long, .string, .extension: return false
        case .entity(let name):
            if case .enumeration = schema.entityTypes[name]?.kind { return true }
            return name.isActionType
        case .set(let element): return element.namesLimitedEntities(schema)
        case .record(let type):
            return type.attributes.contains { $0.type.namesLimitedEntities(schema) }
        }
    }
}
