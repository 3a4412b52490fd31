// Schema text: types and qualified names.

extension Parser {
    /// Parses a type; all recursion of the schema's grammar goes through here.
    mutating func schemaType() throws(ParseFailure) -> TypeTree {
        nesting += 1
        defer { nesting -= 1 }
        if nesting > TypeTree.maximumDepth { throw schemaTooDeep() }
        if token.kind == .leftBrace { return try recordType() }
        guard token.kind.isWord else { throw noType() }
        let isSet = isWord("Set")
        let name = try schemaPath()
        guard isSet, token.kind == .less else {
            if token.kind == .less { throw noParameters(name) }
            return TypeTree(.name(name.text, .any), name.span)
        }
        let opening = token
        advance()
        let element = try schemaType()
        guard skip(.greater) else {
            throw unexpected(
                "`>` after the type of the set's elements",
                help: "the `<` at \(place(of: opening)) is not closed")
        }
        return TypeTree(.set(element), SourceSpan(Int(name.span.start), previousEnd))
    }

    /// Parses `{ name: Type, other?: Type }`, the current token being the brace.
    mutating func recordType() throws(ParseFailure) -> TypeTree {
        let opening = token
        advance()
        var attributes: [TypeTree.Attribute] = []
        while token.kind != .rightBrace {
            attributes.append(try attribute(opening))
            guard skip(.comma) else { break }
        }
        guard skip(.rightBrace) else {
            throw unclosedInSchema(opening, .rightBrace, after: "the attribute's type")
        }
        return TypeTree(.record(attributes), SourceSpan(Int(opening.start), previousEnd))
    }

    private mutating func attribute(
        _ opening: Token
    ) throws(ParseFailure) -> TypeTree.Attribute {
        let annotations = try annotations()
        guard token.kind == .string || token.kind.isWord else {
            throw token.kind == .end || token.kind == .semicolon
                ? unclosedInSchema(opening, .rightBrace) : unexpected("an attribute's name")
        }
        let name = try unqualifiedName(use: "the name of an attribute")
        let isOptional = isQuestionMark
        if isOptional { advance() }
        guard skip(.colon) else { throw noAttributeType() }
        return TypeTree.Attribute(
            name: name, isRequired: !isOptional, type: try schemaType(),
            annotations: annotations)
    }

    /// A `?` that begins no slot is no token of policies.
    var isQuestionMark: Bool {
        token.kind == .invalid && source[Int(token.start)] == UInt8(ascii: "?")
    }

    /// Parses the name of a type or namespace, the current token being a word.
    mutating func schemaPath() throws(ParseFailure) -> SchemaTree.Name {
        let name = try qualifiedSchemaName()
        guard name.id == nil else { throw entityAsType(name) }
        return SchemaTree.Name(name.text, name.span)
    }

    /// Parses `A::B` or `A::"id"`; unlike in policies `__cedar` may be a component.
    mutating func qualifiedSchemaName() throws(ParseFailure) -> QualifiedName {
        let first = token
        if token.kind.isReservedWord { throw reservedWord("part of a name") }
        advance()
        var name = QualifiedName(
            text: names.text(source, first.range), id: nil, span: first.span,
            firstKind: first.kind, isSimple: true)
        var joined = name.text.utf8
        while token.kind == .doubleColon {
            advance()
            name.isSimple = false
            if token.kind == .string {
                name.id = try stringText(token)
                advance()
                break
            }
            guard token.kind.isWord else {
                throw unexpected("a name or an id in quotes after `::`")
            }
            if token.kind.isReservedWord { throw reservedWord("part of a name") }
            joined += Array("::".utf8)
            joined += source[token.range]
            advance()
        }
        if !name.isSimple { name.text = Text(validUTF8: joined) }
        name.span = SourceSpan(Int(first.start), previousEnd)
        return name
    }
}
