import CedarSyntax

// Entity types.

extension Resolver {
    /// Resolves a declaration to one type for each of its names.
    mutating func entityTypes(
        _ declaration: SchemaTree.EntityDeclaration, in scope: Text?
    ) -> [Schema.EntityType] {
        var parents: Set<Text> = []
        var kind: Schema.EntityType.Kind?
        switch declaration.body {
        case .enumeration(let ids):
            kind = .enumeration(Set(ids))
        case .standard(let parentNames, let shape, let tags):
            parents = Set(entityTypes(parentNames, in: scope))
            var attributes: RecordType? = .empty
            if let shape { attributes = recordType(shape, in: scope, of: "the attributes") }
            var tagType: SchemaType?
            if let tags {
                guard let type = resolve(tags, in: scope)?.type else { return [] }
                tagType = type
            }
            guard let attributes else { return [] }
            kind = .standard(attributes: attributes, tags: tagType)
        }
        guard let kind else { return [] }
        return declaration.names.map { name in
            Schema.EntityType(
                name: name.text.qualified(by: scope), parents: parents.sorted(), kind: kind)
        }
    }

    /// Resolves names of entity types; those of actions are none.
    mutating func entityTypes(_ names: [SchemaTree.Name], in scope: Text?) -> [Text] {
        var types: [Text] = []
        for name in names {
            if let type = entityType(name.text, in: scope, actionsToo: false) {
                types.append(type)
            } else {
                undeclaredEntityType(name.text, in: scope, at: name.span)
            }
        }
        return types
    }

    /// Resolves a type that must be a record.
    mutating func recordType(_ tree: TypeTree, in scope: Text?, of what: String) -> RecordType? {
        guard let measured = resolve(tree, in: scope) else { return nil }
        guard case .record(let record) = measured.type else {
            fail(tree.span, "\(what) must be a record, not `\(measured.type)`")
            return nil
        }
        return record
    }
}
