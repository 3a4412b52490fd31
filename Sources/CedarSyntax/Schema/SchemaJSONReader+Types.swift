import JSON

extension SchemaJSONReader {
    /// Reads a type.
    ///
    /// - Parameter others: members that may stand beside those of the type.
    mutating func type(
        _ node: JSONNode, also others: [String] = [], depth: Int = 0
    ) throws(ParseFailure) -> TypeTree {
        guard depth <= TypeTree.maximumDepth else {
            throw fail(
                node, "type is nested more than \(TypeTree.maximumDepth) levels deep",
                help: "give its inner parts names in `commonTypes`")
        }
        guard tape.kind(node) == .object else {
            throw mismatch(node, "a type, as an object: `{\"type\": \"Long\"}`")
        }
        let kindNode = try required("type", of: node, "a type")
        let kind = try string(kindNode, "`type`")
        func only(_ fields: [String]) -> [String] { ["type"] + fields + others }
        switch kind.string {
        case "Long", "String", "Boolean":
            try onlyFields(node, "the type `\(kind)`", only([]))
            let name: Text = kind == "Boolean" ? "Bool" : kind
            return TypeTree(.name(name, .primitive), span(node))
        case "Set":
            try onlyFields(node, "the type `Set`", only(["element"]))
            let element = try required("element", of: node, "the type `Set`")
            return TypeTree(.set(try type(element, depth: depth + 1)), span(node))
        case "Record":
            try onlyFields(
                node, "the type `Record`", only(["attributes", "additionalAttributes"]))
            return TypeTree(.record(try attributes(of: node, depth: depth)), span(node))
        case "Entity": return try named(node, .entity, only(["name"]))
        case "EntityOrCommon": return try named(node, .any, only(["name"]))
        case "Extension": return try named(node, .extension, only(["name"]))
        default:
            try onlyFields(node, "the common type `\(kind)`", only([]))
            return TypeTree(.name(try typeName(kindNode), .common), span(kindNode))
        }
    }

    private mutating func named(
        _ node: JSONNode, _ reference: TypeTree.Reference, _ fields: [String]
    ) throws(ParseFailure) -> TypeTree {
        try onlyFields(node, "this type", fields)
        let name = try required("name", of: node, "this type")
        return TypeTree(.name(try typeName(name), reference), span(name))
    }

    private mutating func attributes(
        of node: JSONNode, depth: Int
    ) throws(ParseFailure) -> [TypeTree.Attribute] {
        if let open = tape.member(node, "additionalAttributes"), tape.kind(open) != .false {
            throw fail(
                open, "records are closed: `additionalAttributes` can only be false",
                help: "remove it")
        }
        let list = try required("attributes", of: node, "the type `Record`")
        var attributes: [TypeTree.Attribute] = []
        for member in try members(list, "`attributes`") {
            let type = try type(
                member.value, also: ["required", "annotations"], depth: depth + 1)
            var isRequired = true
            if let node = tape.member(member.value, "required") {
                guard let value = tape.boolean(node) else {
                    throw mismatch(node, "true or false for `required`")
                }
                isRequired = value
            }
            attributes.append(
                TypeTree.Attribute(
                    name: text(member.key), isRequired: isRequired, type: type,
                    annotations: try annotations(of: member.value)))
        }
        return attributes
    }
}
