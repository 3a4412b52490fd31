package import JSON

/// Writes a schema in normal form in Cedar's JSON schema format, as the reference implementation
/// does for one that was written in Cedar's own syntax.
///
/// Source: Cedar documentation, "JSON schema format".
struct SchemaJSONWriter {
    var json: JSONWriter
    let limit: Int

    init(style: JSONWriter.Style, limit: Int) {
        json = JSONWriter(style: style)
        self.limit = limit
    }

    mutating func write(_ tree: SchemaTree) throws(OutputOverflow) {
        json.beginObject()
        for namespace in tree.namespaces {
            let name = namespace.name?.text ?? ""
            json.key(utf8: name.utf8.span)
            try write(namespace)
        }
        json.endObject()
    }

    private mutating func write(
        _ namespace: SchemaTree.Namespace
    ) throws(OutputOverflow) {
        json.beginObject()
        if !namespace.commonTypes.isEmpty {
            json.key("commonTypes")
            json.beginObject()
            for type in namespace.commonTypes {
                try key(type.name.text)
                json.beginObject()
                writeMembers(of: type.type)
                write(type.annotations)
                json.endObject()
            }
            json.endObject()
        }
        json.key("entityTypes")
        json.beginObject()
        for entity in namespace.entities {
            try key(entity.names[0].text)
            write(entity)
        }
        json.endObject()
        json.key("actions")
        json.beginObject()
        for action in namespace.actions {
            try key(action.names[0].text)
            write(action)
        }
        json.endObject()
        write(namespace.annotations)
        json.endObject()
    }

    private mutating func key(_ name: Text) throws(OutputOverflow) {
        guard json.bytes.count <= limit else {
            throw OutputOverflow(limit: limit, cause: .repeatedDeclaration)
        }
        json.key(utf8: name.utf8.span)
    }

    private mutating func member(_ name: String, _ value: Text) {
        json.key(name)
        json.string(utf8: value.utf8.span)
    }

    private mutating func write(_ annotations: [Policy.Annotation]) {
        guard !annotations.isEmpty else { return }
        json.key("annotations")
        json.beginObject()
        for annotation in annotations {
            json.key(utf8: annotation.key.utf8.span)
            // The reference takes an annotation without a value for one with the empty text.
            let value = annotation.value ?? ""
            json.string(utf8: value.utf8.span)
        }
        json.endObject()
    }

    private mutating func write(_ entity: SchemaTree.EntityDeclaration) {
        json.beginObject()
        switch entity.body {
        case .enumeration(let ids):
            json.key("enum")
            json.beginArray()
            for id in ids { json.string(utf8: id.utf8.span) }
            json.endArray()
        case .standard(let parents, let shape, let tags):
            if !parents.isEmpty { member("memberOfTypes", parents) }
            if let shape { member("shape", shape) }
            if let tags { member("tags", tags) }
        }
        write(entity.annotations)
        json.endObject()
    }

    private mutating func write(_ action: SchemaTree.ActionDeclaration) {
        json.beginObject()
        // An action that applies to nothing is written with empty lists, not without them.
        json.key("appliesTo")
        json.beginObject()
        member("resourceTypes", action.application?.resources ?? [])
        member("principalTypes", action.application?.principals ?? [])
        if let context = action.application?.context { member("context", context) }
        json.endObject()
        if !action.parents.isEmpty {
            json.key("memberOf")
            json.beginArray()
            for parent in action.parents {
                json.beginObject()
                member("id", parent.id)
                if let type = parent.type { member("type", type) }
                json.endObject()
            }
            json.endArray()
        }
        write(action.annotations)
        json.endObject()
    }

    private mutating func member(_ name: String, _ types: [SchemaTree.Name]) {
        json.key(name)
        json.beginArray()
        for type in types { json.string(utf8: type.text.utf8.span) }
        json.endArray()
    }

    private mutating func member(_ name: String, _ type: TypeTree) {
        json.key(name)
        json.beginObject()
        writeMembers(of: type)
        json.endObject()
    }

    /// Writes the members of the object that stands for a type.
    private mutating func writeMembers(of type: TypeTree) {
        switch type.kind {
        case .name(let name, .primitive): member("type", name == "Bool" ? "Boolean" : name)
        case .name(let name, .common): member("type", name)
        case .name(let name, let reference):
            let kind: Text =
                switch reference {
                case .entity: "Entity"
                case .extension: "Extension"
                default: "EntityOrCommon"
                }
            member("type", kind)
            member("name", name)
        case .set(let element):
            member("type", "Set")
            member("element", element)
        case .record(let attributes):
            member("type", "Record")
            json.key("attributes")
            json.beginObject()
            for attribute in attributes {
                json.key(utf8: attribute.name.utf8.span)
                json.beginObject()
                writeMembers(of: attribute.type)
                write(attribute.annotations)
                if !attribute.isRequired {
                    json.key("required")
                    json.boolean(false)
                }
                json.endObject()
            }
            json.endObject()
        }
    }
}

extension SchemaTree {
    /// The schema in Cedar's JSON format.
    ///
    /// Names are written as they stand: what a name refers to is looked up by whoever reads it.
    /// - Throws: `SchemaTextError.noText` when something is declared twice,
    ///   `SchemaTextError.overflow` when the output has more than `limit` bytes.
    package func json(
        style: JSONWriter.Style = .compact, limit: Int = OutputOverflow.standardLimit
    ) throws(SchemaTextError) -> [UInt8] {
        let tree: SchemaTree
        do { tree = try normalized() } catch { throw .noText(error) }
        var writer = SchemaJSONWriter(style: style, limit: limit)
        do { try writer.write(tree) } catch { throw .overflow(error) }
        return writer.json.bytes
    }
}
