// Schema text: entity types.

extension Parser {
    mutating func entityDeclaration(
        _ annotations: [Policy.Annotation]
    ) throws(ParseFailure) -> SchemaTree.EntityDeclaration {
        advance()
        var names = [try declaredName("the entity type's name after `entity`")]
        while skip(.comma) {
            names.append(try declaredName("another entity type's name after `,`"))
        }
        let body: SchemaTree.EntityDeclaration.Body
        if isWord("enum") {
            body = .enumeration(try enumeration())
            try endDeclaration("enum")
        } else {
            body = try standardBody()
            try endDeclaration("entity")
        }
        return SchemaTree.EntityDeclaration(names: names, body: body, annotations: annotations)
    }

    private mutating func standardBody()
        throws(ParseFailure) -> SchemaTree.EntityDeclaration.Body
    {
        var parents: [SchemaTree.Name] = []
        if skip(.in) { parents = try entityTypes("`in`") }
        var shape: TypeTree?
        if token.kind == .assign {
            advance()
            guard token.kind == .leftBrace else { throw noShape() }
        }
        if token.kind == .leftBrace { shape = try recordType() }
        var tags: TypeTree?
        if isWord("tags") {
            advance()
            tags = try schemaType()
        }
        return .standard(parents: parents, shape: shape, tags: tags)
    }

    private mutating func enumeration() throws(ParseFailure) -> [Text] {
        advance()
        let opening = token
        guard skip(.leftBracket) else { throw unexpected("`[` after `enum`") }
        var ids: [Text] = []
        repeat {
            guard token.kind == .string else {
                throw badListElement("an id in quotes", isFirst: ids.isEmpty)
            }
            ids.append(try stringText(token))
            advance()
        } while skip(.comma)
        try closeList(opening)
        return ids
    }

    /// Parses a name, or a list of names in brackets, which may be empty.
    mutating func entityTypes(_ before: String) throws(ParseFailure) -> [SchemaTree.Name] {
        let opening = token
        guard skip(.leftBracket) else {
            guard token.kind.isWord else {
                throw unexpected("an entity type, or several in brackets, after \(before)")
            }
            return [try schemaPath()]
        }
        if skip(.rightBracket) { return [] }
        var names: [SchemaTree.Name] = []
        repeat {
            guard token.kind.isWord else {
                throw badListElement("an entity type", isFirst: names.isEmpty)
            }
            names.append(try schemaPath())
        } while skip(.comma)
        try closeList(opening)
        return names
    }
}
