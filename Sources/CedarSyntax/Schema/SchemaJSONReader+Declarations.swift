import JSON

extension SchemaJSONReader {
    mutating func commonType(
        _ key: JSONNode, _ node: JSONNode
    ) throws(ParseFailure) -> SchemaTree.CommonTypeDeclaration {
        let name = try declaredName(key)
        if CommonTypeName.isForbidden(name.text) {
            throw fail(
                key, "`\(name.text)` belongs to the schema language and cannot be declared",
                help: "choose another name")
        }
        let type = try type(node, also: ["annotations"])
        return SchemaTree.CommonTypeDeclaration(
            name: name, type: type, annotations: try annotations(of: node))
    }

    mutating func entityType(
        _ key: JSONNode, _ node: JSONNode
    ) throws(ParseFailure) -> SchemaTree.EntityDeclaration {
        let name = try declaredName(key)
        try onlyFields(
            node, "an entity type", ["memberOfTypes", "shape", "tags", "enum", "annotations"])
        let annotations = try annotations(of: node)
        if let list = tape.member(node, "enum") {
            for other: StaticString in ["memberOfTypes", "shape", "tags"] {
                if let found = tape.member(node, other) {
                    throw fail(found, "an enumerated entity type cannot have `\(other)`")
                }
            }
            var ids: [Text] = []
            for id in try elements(list, "`enum`") { ids.append(try string(id, "an id")) }
            guard !ids.isEmpty else { throw fail(list, "`enum` needs at least one id") }
            return SchemaTree.EntityDeclaration(
                names: [name], body: .enumeration(ids), annotations: annotations)
        }
        var parents: [SchemaTree.Name] = []
        if let list = tape.member(node, "memberOfTypes") {
            parents = try names(list, "`memberOfTypes`")
        }
        var shape: TypeTree?
        if let type = tape.member(node, "shape") { shape = try self.type(type) }
        var tags: TypeTree?
        if let type = tape.member(node, "tags") { tags = try self.type(type) }
        return SchemaTree.EntityDeclaration(
            names: [name], body: .standard(parents: parents, shape: shape, tags: tags),
            annotations: annotations)
    }

    mutating func action(
        _ key: JSONNode, _ node: JSONNode
    ) throws(ParseFailure) -> SchemaTree.ActionDeclaration {
        try onlyFields(
            node, "an action", ["appliesTo", "memberOf", "attributes", "annotations"])
        if let attributes = present("attributes", of: node) {
            throw fail(
                attributes, "actions cannot have attributes",
                help: "remove `attributes`, or put the value into the context")
        }
        var parents: [SchemaTree.ActionDeclaration.Reference] = []
        if let list = present("memberOf", of: node) {
            for parent in try elements(list, "`memberOf`") {
                parents.append(try actionReference(parent))
            }
        }
        var application: SchemaTree.ActionDeclaration.Application?
        if let node = present("appliesTo", of: node) { application = try self.application(node) }
        return SchemaTree.ActionDeclaration(
            names: [SchemaTree.Name(text(key), span(key))], parents: parents,
            application: application, annotations: try annotations(of: node))
    }

    /// The member of an action; unlike elsewhere null is as good as its absence.
    private func present(_ name: StaticString, of node: JSONNode) -> JSONNode? {
        guard let member = tape.member(node, name), tape.kind(member) != .null else { return nil }
        return member
    }

    private mutating func actionReference(
        _ node: JSONNode
    ) throws(ParseFailure) -> SchemaTree.ActionDeclaration.Reference {
        try onlyFields(node, "an action's parent", ["id", "type"])
        let id = try string(try required("id", of: node, "an action's parent"), "`id`")
        var type: Text?
        if let member = present("type", of: node) { type = try typeName(member) }
        return SchemaTree.ActionDeclaration.Reference(type: type, id: id, span: span(node))
    }

    private mutating func application(
        _ node: JSONNode
    ) throws(ParseFailure) -> SchemaTree.ActionDeclaration.Application {
        try onlyFields(node, "`appliesTo`", ["principalTypes", "resourceTypes", "context"])
        let principals = try required("principalTypes", of: node, "`appliesTo`")
        let resources = try required("resourceTypes", of: node, "`appliesTo`")
        var context: TypeTree?
        if let type = tape.member(node, "context") { context = try self.type(type) }
        return SchemaTree.ActionDeclaration.Application(
            principals: try names(principals, "`principalTypes`"),
            resources: try names(resources, "`resourceTypes`"), context: context)
    }

    private mutating func names(
        _ node: JSONNode, _ what: String
    ) throws(ParseFailure) -> [SchemaTree.Name] {
        var names: [SchemaTree.Name] = []
        for element in try elements(node, what) {
            names.append(SchemaTree.Name(try typeName(element), span(element)))
        }
        return names
    }
}
