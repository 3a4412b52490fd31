import JSON

extension SchemaTree {
    /// Parses a schema in JSON.
    ///
    /// Names are not looked up yet. Source: Cedar documentation, "JSON schema format".
    /// - Throws: the first error of each declaration that has one, in source order, up to
    ///   `limits.maximumDiagnostics`.
    package static func parseJSON(
        _ source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> SchemaTree {
        let tape: JSONTape
        do {
            // A level of types is two levels of objects.
            tape = try JSONTape(
                parsing: source,
                limits: JSONLimits(
                    maximumBytes: limits.maximumBytes,
                    maximumDepth: 2 * TypeTree.maximumDepth + 8))
        } catch {
            let end = min(error.offset + 1, source.count)
            throw Diagnostics(
                Diagnostic(span: SourceSpan(error.offset, end), message: error.message))
        }
        var reader = SchemaJSONReader(tape: tape, limits: limits)
        let tree = try? reader.schema()
        if let first = reader.diagnostics.first {
            throw Diagnostics(
                first, Array(reader.diagnostics.dropFirst().prefix(limits.maximumDiagnostics - 1)))
        }
        guard let tree else { preconditionFailure("a failure records its diagnostic") }
        return tree
    }
}

/// Reads the tree of a schema from JSON.
struct SchemaJSONReader {
    let tape: JSONTape
    let limits: SyntaxLimits
    var diagnostics: [Diagnostic] = []

    init(tape: JSONTape, limits: SyntaxLimits) {
        self.tape = tape
        self.limits = limits
    }

    mutating func schema() throws(ParseFailure) -> SchemaTree {
        var namespaces: [SchemaTree.Namespace] = []
        for member in try members(tape.root, "a schema") {
            do {
                namespaces.append(try namespace(member.key, member.value))
            } catch {
                guard diagnostics.count < limits.maximumDiagnostics else { throw error }
            }
        }
        return SchemaTree(namespaces: namespaces)
    }

    private mutating func namespace(
        _ key: JSONNode, _ node: JSONNode
    ) throws(ParseFailure) -> SchemaTree.Namespace {
        let name = SchemaTree.Name(text(key), span(key))
        var namespace = SchemaTree.Namespace(name: nil)
        if !name.text.isEmpty {
            try check(name.text, at: key, isPath: true)
            namespace.name = name
        }
        try onlyFields(
            node, "a namespace", ["commonTypes", "entityTypes", "actions", "annotations"])
        if let annotations = tape.member(node, "annotations") {
            guard namespace.name != nil || tape.count(annotations) == 0 else {
                throw fail(annotations, "the empty namespace cannot have annotations")
            }
            namespace.annotations = try self.annotations(annotations)
        }
        if let types = tape.member(node, "commonTypes") {
            for member in try members(types, "`commonTypes`") {
                if let type = attempt(
                    member,
                    { reader, key, node throws(ParseFailure) in
                        try reader.commonType(key, node)
                    })
                {
                    namespace.commonTypes.append(type)
                }
            }
        }
        let entityTypes = try required("entityTypes", of: node, "a namespace")
        for member in try members(entityTypes, "`entityTypes`") {
            if let entity = attempt(
                member,
                { reader, key, node throws(ParseFailure) in
                    try reader.entityType(key, node)
                })
            {
                namespace.entities.append(entity)
            }
        }
        let actions = try required("actions", of: node, "a namespace")
        for member in try members(actions, "`actions`") {
            if let action = attempt(
                member,
                { reader, key, node throws(ParseFailure) in
                    try reader.action(key, node)
                })
            {
                namespace.actions.append(action)
            }
        }
        return namespace
    }

    /// Reads one declaration; nil after an error, which is recorded.
    private mutating func attempt<Declaration>(
        _ member: (key: JSONNode, value: JSONNode),
        _ read: (inout Self, JSONNode, JSONNode) throws(ParseFailure) -> Declaration
    ) -> Declaration? {
        guard diagnostics.count < limits.maximumDiagnostics else { return nil }
        return try? read(&self, member.key, member.value)
    }
}
