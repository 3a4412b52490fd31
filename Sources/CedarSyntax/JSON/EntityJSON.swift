package import JSON

extension ValueJSON {
    /// Reads one entity: `{"uid": …, "attrs": {…}, "parents": […], "tags": {…}}`.
    ///
    /// `attrs` and `parents` are mandatory, unknown members are ignored.
    ///
    /// Source: Cedar documentation, "Entities and context JSON format".
    package func entity(_ node: JSONNode) throws(DataError) -> Entity {
        let uidNode = try entityUIDNode(node)
        let uid = try uid(uidNode)
        guard let attributes = entityMember(node, "attrs", place: 1) else {
            throw error(node, "the entity `\(uid)` has no `attrs`; write `\"attrs\": {}`")
        }
        guard let parentList = entityMember(node, "parents", place: 2) else {
            throw error(node, "the entity `\(uid)` has no `parents`; write `\"parents\": []`")
        }
        guard tape.kind(parentList) == .array else {
            throw error(parentList, "the `parents` of `\(uid)` must be an array")
        }
        var parents: [EntityUID] = []
        for parent in tape.elements(parentList) { parents.append(try self.uid(parent)) }
        var tags: [(key: Text, value: Value)] = []
        if let node = entityMember(node, "tags", place: 3) { tags = try members(node) }
        return Entity(
            uid: uid, attributes: try members(attributes), parents: parents, tags: tags)
    }

    /// The `uid` of an entity, an object; the reference also reads `[uid, attrs, parents, tags]`.
    package func entityUIDNode(_ node: JSONNode) throws(DataError) -> JSONNode {
        guard
            tape.kind(node) == .object
                || tape.kind(node) == .array && (3...4).contains(tape.count(node))
        else {
            throw error(node, "an entity must be an object with `uid`, `attrs` and `parents`")
        }
        guard let uid = entityMember(node, "uid", place: 0) else {
            throw error(node, "the entity has no `uid`")
        }
        return uid
    }

    /// A member of an entity, by its name in an object and by its place in an array.
    package func entityMember(
        _ node: JSONNode, _ name: StaticString, place: Int
    ) -> JSONNode? {
        guard tape.kind(node) == .array else { return tape.member(node, name) }
        return tape.elements(node).dropFirst(place).first { _ in true }
    }

    /// Reads an array of entities.
    package func entities(_ node: JSONNode) throws(DataError) -> [Entity] {
        guard tape.kind(node) == .array else {
            throw error(node, "entities must be an array")
        }
        var entities: [Entity] = []
        entities.reserveCapacity(tape.count(node))
        for element in tape.elements(node) { entities.append(try entity(element)) }
        return entities
    }
}
