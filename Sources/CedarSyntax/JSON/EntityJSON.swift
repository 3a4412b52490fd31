package import JSON

extension ValueJSON {
    /// Reads one entity: `{"uid": …, "attrs": {…}, "parents": […], "tags": {…}}`.
    ///
    /// `attrs` and `parents` are mandatory, unknown members are ignored.
    ///
    /// Source: Cedar documentation, "Entities and context JSON format".
    package func entity(_ node: JSONNode) throws(DataError) -> Entity {
        guard tape.kind(node) == .object else {
            throw error(node, "an entity must be an object with `uid`, `attrs` and `parents`")
        }
        guard let uidNode = tape.member(node, "uid") else {
            throw error(node, "the entity has no `uid`")
        }
        let uid = try uid(uidNode)
        guard let attributes = tape.member(node, "attrs") else {
            throw error(node, "the entity `\(uid)` has no `attrs`; write `\"attrs\": {}`")
        }
        guard let parentList = tape.member(node, "parents") else {
            throw error(node, "the entity `\(uid)` has no `parents`; write `\"parents\": []`")
        }
        guard tape.kind(parentList) == .array else {
            throw error(parentList, "the `parents` of `\(uid)` must be an array")
        }
        var parents: [EntityUID] = []
        for parent in tape.elements(parentList) { parents.append(try self.uid(parent)) }
        var tags: [(key: Text, value: Value)] = []
        if let node = tape.member(node, "tags") { tags = try members(node) }
        return Entity(
            uid: uid, attributes: try members(attributes), parents: parents, tags: tags)
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
