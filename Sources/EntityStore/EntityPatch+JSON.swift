package import CedarSchema
package import CedarSyntax
package import JSON

extension ValueJSON {
    /// Reads a patch: `{"uid": …, "attrs": {"a": 1, "b": null}, "tags": {…}, "parents": …}`.
    ///
    /// All members but `uid` may be left out; `null` removes an attribute or a tag. `parents` is
    /// either the whole new array or `{"add": […], "remove": […]}`, both optional. Unknown members
    /// are refused, because a mistyped name would else pass as no change.
    ///
    /// - Parameter schema: gives values their types where it declares them; whether the patched
    ///   entity conforms is for the store to say.
    package func patch(
        _ node: JSONNode, schema: Schema? = nil
    ) throws(DataError) -> EntityPatch {
        guard tape.kind(node) == .object, let uidNode = tape.member(node, "uid") else {
            throw error(node, "a patch must be an object with a `uid`")
        }
        var patch = EntityPatch(uid: try uid(uidNode))
        var attributes = RecordType.empty
        var tags: SchemaType?
        if case .standard(let declared, let tag) = schema?.entityTypes[patch.uid.type]?.kind {
            (attributes, tags) = (declared, tag)
        }
        for member in tape.members(node) {
            switch tape.string(member.key) ?? "" {
            case "uid": break
            case "attrs": patch.attributes = try changes(member.value) { attributes[$0]?.type }
            case "tags": patch.tags = try changes(member.value) { _ in tags }
            case "parents": patch.parents = try parents(member.value)
            case let name:
                throw error(
                    member.key, "`\(name)` is no member of a patch: use `attrs`, `tags`, `parents`")
            }
        }
        return patch
    }

    /// Reads one patch or an array of patches.
    package func patches(
        _ node: JSONNode, schema: Schema? = nil
    ) throws(DataError) -> [EntityPatch] {
        guard tape.kind(node) == .array else { return [try patch(node, schema: schema)] }
        var patches: [EntityPatch] = []
        for element in tape.elements(node) { patches.append(try patch(element, schema: schema)) }
        return patches
    }

    private func changes(
        _ node: JSONNode, type: (Text) -> SchemaType?
    ) throws(DataError) -> [(key: Text, value: Value?)] {
        guard tape.kind(node) == .object else {
            throw error(node, "expected an object of names and values; `null` removes a name")
        }
        var changes: [(key: Text, value: Value?)] = []
        for member in tape.members(node) {
            let name = text(member.key)
            if tape.kind(member.value) == .null {
                changes.append((name, nil))
            } else if let type = type(name) {
                do throws(DataError) {
                    changes.append((name, try value(member.value, as: type, depth: 1)))
                } catch {
                    throw DataError(
                        offset: error.offset, message: "`\(name)`: \(error.message)")
                }
            } else {
                changes.append((name, try value(member.value, depth: 1)))
            }
        }
        return changes
    }

    private func parents(_ node: JSONNode) throws(DataError) -> EntityPatch.Parents {
        if tape.kind(node) == .array { return .replaced(by: try uids(node)) }
        guard tape.kind(node) == .object else {
            throw error(node, #"`parents` must be an array or `{"add": […], "remove": […]}`"#)
        }
        var added: [EntityUID] = []
        var removed: [EntityUID] = []
        for member in tape.members(node) {
            switch tape.string(member.key) ?? "" {
            case "add": added = try uids(member.value)
            case "remove": removed = try uids(member.value)
            case let name:
                throw error(member.key, "`\(name)` is unknown here: use `add` and `remove`")
            }
        }
        if let both = Set(added).intersection(removed).min() {
            throw error(node, "`\(both)` is both added and removed")
        }
        return .changed(adding: added, removing: removed)
    }

    private func uids(_ node: JSONNode) throws(DataError) -> [EntityUID] {
        guard tape.kind(node) == .array else {
            throw error(node, "expected an array of entities")
        }
        var uids: [EntityUID] = []
        for element in tape.elements(node) { uids.append(try uid(element)) }
        return uids
    }
}
