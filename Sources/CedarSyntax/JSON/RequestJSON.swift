package import JSON

extension ValueJSON {
    /// Reads a request: `principal`, `action`, `resource` as `Type::"id"` text or as
    /// `{"type", "id"}`, and `context`, an object that may be left out.
    package func request(_ node: JSONNode) throws(DataError) -> TreeRequest {
        guard tape.kind(node) == .object else {
            throw error(node, "a request must be an object with principal, action and resource")
        }
        var context: [(key: Text, value: Value)] = []
        if let member = tape.member(node, "context") { context = try self.context(member) }
        return TreeRequest(
            principal: try uid(of: "principal", in: node),
            action: try uid(of: "action", in: node),
            resource: try uid(of: "resource", in: node), context: context)
    }

    /// Reads a context: an object that is no escape for another value.
    package func context(_ node: JSONNode) throws(DataError) -> [(key: Text, value: Value)] {
        guard tape.kind(node) == .object else {
            throw error(node, "a context must be an object")
        }
        guard case .record(let members) = try value(node) else {
            throw error(node, "a context must be a record, and this is the escape of a value")
        }
        return members
    }

    /// Reads an entity given as text or as an object.
    package func uidOrText(_ node: JSONNode) throws(DataError) -> EntityUID {
        guard tape.kind(node) == .string else { return try uid(node) }
        do throws(Diagnostics) {
            return try EntityUID.parse(text(node).utf8)
        } catch {
            throw self.error(node, error.all[0].message)
        }
    }

    private func uid(of role: StaticString, in node: JSONNode) throws(DataError) -> EntityUID {
        guard let member = tape.member(node, role) else {
            throw error(node, "the request has no `\(role)`")
        }
        return try uidOrText(member)
    }
}
