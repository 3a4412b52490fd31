// Schema text: actions.

extension Parser {
    mutating func actionDeclaration(
        _ annotations: [Policy.Annotation]
    ) throws(ParseFailure) -> SchemaTree.ActionDeclaration {
        advance()
        var names = [try actionName("the action's name after `action`")]
        while skip(.comma) {
            names.append(try actionName("another action's name after `,`"))
        }
        var parents: [SchemaTree.ActionDeclaration.Reference] = []
        if skip(.in) { parents = try actionParents() }
        var application: SchemaTree.ActionDeclaration.Application?
        if isWord("appliesTo") { application = try self.application(of: names[0]) }
        if isWord("attributes") {
            advance()
            let opening = token
            guard skip(.leftBrace) else { throw unexpected("`{` after `attributes`") }
            guard token.kind == .rightBrace else {
                throw token.kind.isWord || token.kind == .string
                    ? actionAttributes() : unclosedInSchema(opening, .rightBrace)
            }
            advance()
        }
        try endDeclaration("action")
        return SchemaTree.ActionDeclaration(
            names: names, parents: parents, application: application, annotations: annotations)
    }

    private mutating func actionName(
        _ expected: String
    ) throws(ParseFailure) -> SchemaTree.Name {
        let span = token.span
        guard token.kind == .string || token.kind.isWord else { throw noDeclaredName(expected) }
        let name = SchemaTree.Name(try unqualifiedName(use: "the name of an action"), span)
        if token.kind == .doubleColon { throw qualifiedDeclaration(name) }
        return name
    }

    /// Parses an identifier or a string as a name.
    mutating func unqualifiedName(use: String) throws(ParseFailure) -> Text {
        let text: Text
        if token.kind == .string {
            text = try stringText(token)
        } else {
            if token.kind.isReservedWord { throw reservedWithoutQuotes(use) }
            text = names.text(source, token.range)
        }
        advance()
        return text
    }

    private mutating func actionParents()
        throws(ParseFailure) -> [SchemaTree.ActionDeclaration.Reference]
    {
        let opening = token
        guard skip(.leftBracket) else {
            guard token.kind == .string || token.kind.isWord else {
                throw unexpected("an action, or several in brackets, after `in`")
            }
            return [try actionReference()]
        }
        var parents: [SchemaTree.ActionDeclaration.Reference] = []
        repeat {
            guard token.kind == .string || token.kind.isWord else {
                throw badListElement("an action", isFirst: parents.isEmpty)
            }
            parents.append(try actionReference())
        } while skip(.comma)
        try closeList(opening)
        return parents
    }

    /// Parses `name`, `"name"` or `Type::"name"`.
    private mutating func actionReference()
        throws(ParseFailure) -> SchemaTree.ActionDeclaration.Reference
    {
        let start = token
        if token.kind == .string {
            let id = try stringText(token)
            advance()
            return SchemaTree.ActionDeclaration.Reference(type: nil, id: id, span: start.span)
        }
        let name = try qualifiedSchemaName()
        guard let id = name.id else {
            guard name.isSimple else { throw actionWithoutQuotes(name) }
            return SchemaTree.ActionDeclaration.Reference(
                type: nil, id: name.text, span: name.span)
        }
        return SchemaTree.ActionDeclaration.Reference(
            type: name.text, id: id, span: name.span)
    }

    private mutating func application(
        of action: SchemaTree.Name
    ) throws(ParseFailure) -> SchemaTree.ActionDeclaration.Application {
        let start = token
        advance()
        let opening = token
        guard skip(.leftBrace) else { throw unexpected("`{` after `appliesTo`") }
        var principals: [SchemaTree.Name]?
        var resources: [SchemaTree.Name]?
        var context: TypeTree?
        repeat {
            let member = token
            switch member.kind {
            case .principal where principals == nil: principals = try applicationTypes()
            case .resource where resources == nil: resources = try applicationTypes()
            case .context where context == nil:
                advance()
                guard skip(.colon) else { throw unexpected("`:` after `context`") }
                context = try contextType()
            case .principal, .resource, .context: throw repeatedMember(of: action)
            default:
                guard token.kind == .rightBrace, principals != nil || context != nil else {
                    throw unknownMember()
                }
            }
        } while skip(.comma)
        guard skip(.rightBrace) else { throw unclosedInSchema(opening, .rightBrace) }
        guard let principals, let resources else {
            throw missingMember(principals == nil ? "principal" : "resource", action, start)
        }
        return SchemaTree.ActionDeclaration.Application(
            principals: principals, resources: resources, context: context)
    }

    private mutating func applicationTypes() throws(ParseFailure) -> [SchemaTree.Name] {
        let member = token
        advance()
        guard skip(.colon) else { throw unexpected("`:` after `\(spelling(of: member))`") }
        let opening = token
        let types = try entityTypes("`:`")
        guard !types.isEmpty else {
            throw emptyMember(member, SourceSpan(Int(opening.start), previousEnd))
        }
        return types
    }

    private mutating func contextType() throws(ParseFailure) -> TypeTree {
        if token.kind == .leftBrace { return try recordType() }
        guard token.kind.isWord else {
            throw unexpected("a record in braces or the name of a type after `context:`")
        }
        let name = try schemaPath()
        return TypeTree(.name(name.text, .common), name.span)
    }
}
