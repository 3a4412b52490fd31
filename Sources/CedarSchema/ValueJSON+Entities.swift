package import CedarSyntax
package import JSON

// Entities and requests read by their types.

extension ValueJSON {
    /// Reads one entity by its type.
    ///
    /// - Throws: also when the schema declares no such type or action, an attribute or tag that is
    ///   undeclared, missing or of another type. What lies outside of the entity itself is checked
    ///   by `EntityConformance`.
    package func entity(_ node: JSONNode, schema: Schema) throws(DataError) -> Entity {
        let uidNode = try entityUIDNode(node)
        let uid = try typedUID(uidNode)
        let (attributeType, tagType) = try shape(of: uid, at: uidNode, schema)
        guard let attributes = entityMember(node, "attrs", place: 1) else {
            throw error(node, "the entity `\(uid)` has no `attrs`; write `\"attrs\": {}`")
        }
        guard let parentList = entityMember(node, "parents", place: 2) else {
            throw error(node, "the entity `\(uid)` has no `parents`; write `\"parents\": []`")
        }
        guard tape.kind(parentList) == .array else {
            throw error(parentList, "the `parents` of `\(uid)` must be an array")
        }
        var entity = Entity(uid: uid)
        do {
            entity.attributes = try members(attributes, as: attributeType)
            if let tags = entityMember(node, "tags", place: 3) {
                entity.tags = try self.tags(tags, tagType)
            }
        } catch {
            throw DataError(offset: error.offset, message: "entity `\(uid)`: \(error.message)")
        }
        for parent in tape.elements(parentList) { entity.parents.append(try typedUID(parent)) }
        return entity
    }

    /// Reads one entity of many by its type, and checks what can be said of it alone.
    ///
    /// - Throws: as ``entity(_:schema:)``, and when its id, its parents or ids inside of it are not
    ///   allowed; the message names the entity and the way to the member.
    package func entity(
        _ node: JSONNode, conformingTo conformance: EntityConformance
    ) throws(DataError) -> Entity {
        do throws(DataError) {
            let entity = try entity(node, schema: conformance.schema)
            try conformance.check(read: entity, offset: tape.offset(node))
            return entity
        } catch {
            let way = way(to: error.offset, from: node)
            guard !way.isEmpty else { throw error }
            throw DataError(
                offset: error.offset, message: "\(error.message), at `\(way)`")
        }
    }

    /// The members that lead to a place in the document, as in `attrs.address.city`.
    package func way(to offset: Int, from root: JSONNode) -> String {
        var steps: [String] = []
        var node = root
        descent: while true {
            switch tape.kind(node) {
            case .object:
                for (key, value) in tape.members(node)
                where tape.offset(key) <= offset && offset < tape.endOffset(value) {
                    steps.append(text(key).string)
                    if offset < tape.offset(value) { break descent }
                    node = value
                    continue descent
                }
            case .array:
                for (index, value) in tape.elements(node).enumerated()
                where tape.offset(value) <= offset && offset < tape.endOffset(value) {
                    steps.append("\(index)")
                    node = value
                    continue descent
                }
            default: break
            }
            break
        }
        return steps.joined(separator: ".")
    }

    private func shape(
        of uid: EntityUID, at node: JSONNode, _ schema: Schema
    ) throws(DataError) -> (RecordType, SchemaType?) {
        if uid.isAction {
            guard schema.actions[uid] != nil else {
                throw error(node, "the schema declares no action `\(uid)`")
            }
            return (.empty, nil)
        }
        switch schema.entityTypes[uid.type]?.kind {
        case .standard(let attributes, let tags): return (attributes, tags)
        case .enumeration: return (.empty, nil)
        case nil:
            throw error(
                node,
                "the schema declares no entity type `\(uid.type)`"
                    + nearest(uid.type, among: schema.entityTypes.keys.sorted().map(\.string)))
        }
    }

    private func tags(
        _ node: JSONNode, _ type: SchemaType?
    ) throws(DataError) -> [(key: Text, value: Value)] {
        guard tape.kind(node) == .object else { throw mismatch(node, "tags, as an object") }
        var tags: [(key: Text, value: Value)] = []
        for member in tape.members(node) {
            guard let type else {
                throw error(
                    member.key,
                    "the tag `\(text(member.key))` cannot be: the schema declares no "
                        + "tags for this type")
            }
            tags.append((text(member.key), try value(member.value, as: type, depth: 1)))
        }
        return tags
    }

    /// Reads an array of entities that must conform to a schema; its actions are added.
    ///
    /// - Throws: the first entity that cannot be read or, when all can, that does not conform.
    ///   Repeated entities and cycles are the store's to refuse.
    package func entities(_ node: JSONNode, schema: Schema) throws(DataError) -> [Entity] {
        guard tape.kind(node) == .array else {
            throw error(node, "entities must be an array")
        }
        var entities: [Entity] = []
        var offsets: [Int] = []
        entities.reserveCapacity(tape.count(node) + schema.actions.count)
        offsets.reserveCapacity(tape.count(node))
        var actions: Set<EntityUID> = []
        for element in tape.elements(node) {
            let entity = try entity(element, schema: schema)
            if entity.uid.isAction { actions.insert(entity.uid) }
            entities.append(entity)
            offsets.append(tape.offset(element))
        }
        try EntityConformance(schema).check(entities, offsets: offsets)
        entities += schema.actionEntities.filter { !actions.contains($0.uid) }
        return entities
    }

    /// Reads the context of an action's requests by its type.
    package func context(
        _ node: JSONNode, of action: EntityUID, schema: Schema
    ) throws(DataError) -> [(key: Text, value: Value)] {
        guard let type = schema.actions[action]?.context else {
            throw error(node, "the schema declares no action `\(action)`")
        }
        do {
            return try members(node, as: type)
        } catch {
            throw DataError(
                offset: error.offset, message: "context of `\(action)`: \(error.message)")
        }
    }

    /// Reads a request, its context by the type that the schema gives its action.
    ///
    /// Whether the action may be asked about these entities is not checked here.
    package func request(_ node: JSONNode, schema: Schema) throws(DataError) -> TreeRequest {
        guard tape.kind(node) == .object else {
            throw error(node, "a request must be an object with principal, action and resource")
        }
        let action = try uid(of: "action", in: node)
        guard schema.actions[action] != nil else {
            throw error(
                tape.member(node, "action") ?? node, "the schema declares no action `\(action)`")
        }
        var context: [(key: Text, value: Value)] = []
        if let member = tape.member(node, "context") {
            context = try self.context(member, of: action, schema: schema)
        } else if let missing = schema.actions[action]?.context.attributes.first(
            where: \.isRequired)
        {
            throw error(node, "the request has no `context`, which must have `\(missing.name)`")
        }
        return TreeRequest(
            principal: try uid(of: "principal", in: node), action: action,
            resource: try uid(of: "resource", in: node), context: context)
    }

    private func uid(of role: StaticString, in node: JSONNode) throws(DataError) -> EntityUID {
        guard let member = tape.member(node, role) else {
            throw error(node, "the request has no `\(role)`")
        }
        return try uidOrText(member)
    }
}
