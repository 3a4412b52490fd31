// Errors in schema text.

extension Parser {
    @inline(never)
    mutating func noDeclaration(isInside: Bool) -> ParseFailure {
        if let failure = lexicalFailure() { return failure }
        if isInside, isWord("namespace") {
            return fail(
                token.span, "a namespace cannot stand inside another one",
                help: "close the outer one first; a nested name is written `namespace Outer::Inner`"
            )
        }
        let words = ["entity", "action", "type"] + (isInside ? [] : ["namespace"])
        var help: String?
        if token.kind.isWord, let meant = nearestName(to: spelling(of: token), among: words) {
            help = "did you mean `\(meant)`?"
        } else if token.kind == .semicolon {
            help = "remove it: `;` only ends a declaration, it does not follow a namespace's `}`"
        } else if token.kind == .permit || token.kind == .forbid {
            help = "this is a policy; a schema declares types and actions"
        }
        let list =
            isInside
            ? "`entity`, `action` or `type`"
            : "`entity`, `action`, `type` or `namespace`"
        return unexpected(list, help: help)
    }

    @inline(never)
    mutating func unendedDeclaration(_ kind: String) -> ParseFailure {
        if let failure = lexicalFailure() { return failure }
        var help: String?
        switch token.kind {
        case .comma where kind == "entity": help = "several types are written in brackets: `[A, B]`"
        case .slash where isBefore(.star): help = "comments begin with `//` and end with the line"
        case _ where kind == "enum" && !beginsDeclaration && token.kind != .end,
            _ where kind == "entity" && isWord("enum"):
            help = "an enumerated type has neither parents nor attributes nor tags"
        case .in where kind == "action": help = "`in` stands before `appliesTo`"
        case .in where kind == "entity": help = "`in` stands right after the names"
        case .leftBrace where kind == "entity": help = "attributes stand before `tags`, only once"
        case .leftBrace where kind == "action":
            help = "what an action applies to is written `appliesTo { … }`"
        default:
            if token.kind.isWord {
                help = keywords(of: kind).map { "did you mean `\($0)`?" }
            } else if beginsDeclaration || token.kind == .end {
                help = "every declaration ends with `;`"
            }
        }
        return unexpected("`;` after the \(declared(kind))", help: help)
    }

    private func declared(_ kind: String) -> String {
        switch kind {
        case "entity", "enum": "entity type"
        case "action": "action"
        default: "type"
        }
    }

    private func keywords(of kind: String) -> String? {
        let words = kind == "action" ? ["appliesTo", "attributes", "in"] : ["tags", "enum", "in"]
        return kind == "type" || kind == "enum"
            ? nil : nearestName(to: spelling(of: token), among: words)
    }

    /// Records that a name to declare is missing.
    @inline(never)
    mutating func noDeclaredName(_ expected: String) -> ParseFailure {
        let help: String? =
            switch token.kind {
            case .string: "the name of a type is written without quotes"
            case .at: "annotations stand before the declaration"
            case .semicolon where expected.hasPrefix("another"): "remove the `,` before it"
            default: nil
            }
        return unexpected(expected, help: help)
    }

    /// Records a bracket that the current token does not close.
    @inline(never)
    mutating func unclosedInSchema(
        _ opening: Token, _ kind: Token.Kind, after last: String? = nil
    ) -> ParseFailure {
        if isQuestionMark {
            return fail(
                token.span, "`?` stands after a type",
                help: "an optional attribute has it after its name: `name?: Type`")
        }
        let sign = kind == .rightBracket ? "]" : "}"
        switch token.kind {
        case .end, .semicolon, .rightBrace, .rightBracket:
            return unexpected(
                "`\(sign)`",
                help: "the `\(spelling(of: opening))` at \(place(of: opening)) is not closed")
        default:
            return unexpected("`,` or `\(sign)`" + (last.map { " after \($0)" } ?? ""))
        }
    }

    /// Goes past the `]` of a list.
    mutating func closeList(_ opening: Token) throws(ParseFailure) {
        guard skip(.rightBracket) else { throw unclosedInSchema(opening, .rightBracket) }
    }

    private func isBefore(_ kind: Token.Kind) -> Bool {
        var lexer = lexer
        return lexer.next(source.span).kind == kind
    }

    @inline(never)
    mutating func reservedSchemaName(_ span: SourceSpan) -> ParseFailure {
        fail(
            span, "`__cedar` is reserved and cannot be part of a declared name",
            help: "choose another name")
    }

    @inline(never)
    mutating func forbiddenCommonType(_ name: SchemaTree.Name) -> ParseFailure {
        fail(
            name.span, "`\(name.text)` belongs to the schema language and cannot be declared",
            help: "choose another name")
    }

    @inline(never)
    mutating func qualifiedDeclaration(_ name: SchemaTree.Name) -> ParseFailure {
        fail(
            SourceSpan(Int(name.span.start), Int(token.end)),
            "a declaration takes a name without `::`",
            help: "put it into a block: `namespace \(shown(name.span)) { … }`")
    }

    @inline(never)
    mutating func noShape() -> ParseFailure {
        unexpected(
            "`{` after `=`",
            help: token.kind.isWord
                ? "attributes are written in braces; a common type cannot be named here" : nil)
    }

    /// Records an element that a list in brackets lacks.
    @inline(never)
    mutating func badListElement(_ expected: String, isFirst: Bool) -> ParseFailure {
        if token.kind == .rightBracket {
            return unexpected(
                isFirst ? expected : "\(expected) after `,`",
                help: isFirst
                    ? "the list cannot be empty here"
                    : "remove the `,`: lists in brackets do not end with one")
        }
        let help: String? =
            token.kind.isName && expected.contains("quotes")
            ? "write it in quotes: `\"\(spelling(of: token))\"`" : nil
        return unexpected(expected, help: help)
    }

    @inline(never)
    mutating func reservedWithoutQuotes(_ use: String) -> ParseFailure {
        let word = spelling(of: token)
        return fail(
            token.span, "`\(word)` is a reserved word and cannot be \(use) without quotes",
            help: "write it in quotes: `\"\(word)\"`")
    }

    @inline(never)
    mutating func actionAttributes() -> ParseFailure {
        fail(
            token.span, "actions cannot have attributes",
            help: "remove `attributes`, or put the value into the context")
    }

    @inline(never)
    mutating func actionWithoutQuotes(_ name: QualifiedName) -> ParseFailure {
        let parts = name.text.string.split(separator: ":")
        let type = parts.dropLast().joined(separator: "::")
        return fail(
            name.span, "`\(name.text)` is not an action",
            help: "its id stands in quotes: `\(type)::\"\(parts.last ?? "")\"`")
    }

    @inline(never)
    mutating func entityAsType(_ name: QualifiedName) -> ParseFailure {
        fail(
            name.span, "an entity cannot stand where a type is wanted",
            help: "write only its type: `\(name.text)`")
    }

    @inline(never)
    mutating func repeatedMember(of action: SchemaTree.Name) -> ParseFailure {
        fail(
            token.span,
            "`\(spelling(of: token))` is given twice for the action `\(shown(action.span))`",
            help: "keep one of them; several types are written in brackets: `[A, B]`")
    }

    @inline(never)
    mutating func unknownMember() -> ParseFailure {
        let words = ["principal", "resource", "context"]
        var help: String?
        if token.kind.isWord {
            help = nearestName(to: spelling(of: token), among: words)
                .map { "did you mean `\($0)`?" }
        } else if token.kind == .rightBrace {
            help = "an action that is only a group has no `appliesTo`"
        }
        return unexpected("`principal`, `resource` or `context`", help: help)
    }

    @inline(never)
    mutating func missingMember(
        _ member: String, _ action: SchemaTree.Name, _ start: Token
    ) -> ParseFailure {
        fail(
            SourceSpan(Int(start.start), previousEnd),
            "`appliesTo` of the action `\(shown(action.span))` has no `\(member)`",
            help: "add `\(member): …`, the entity types that it may be")
    }

    @inline(never)
    mutating func emptyMember(_ member: Token, _ span: SourceSpan) -> ParseFailure {
        fail(
            span, "`\(spelling(of: member))` needs at least one entity type",
            help: "an action that applies to nothing has no `appliesTo`")
    }

    @inline(never)
    mutating func schemaTooDeep() -> ParseFailure {
        fail(
            token.span, "type is nested more than \(TypeTree.maximumDepth) levels deep",
            help: "give its inner parts names with `type`")
    }

    @inline(never)
    mutating func noType() -> ParseFailure {
        let help: String? =
            switch token.kind {
            case .leftBracket: "a set is written `Set<Type>`"
            case .string: "the name of a type stands without quotes"
            default: nil
            }
        return unexpected("a type", help: help)
    }

    @inline(never)
    mutating func noParameters(_ name: SchemaTree.Name) -> ParseFailure {
        fail(
            SourceSpan(Int(name.span.start), Int(token.end)),
            "`\(name.text)` takes no type in `<…>`", help: "only sets do: `Set<Type>`")
    }

    @inline(never)
    mutating func noAttributeType() -> ParseFailure {
        unexpected(
            "`:` and a type after the attribute's name",
            help: token.kind == .assign ? "write `name: Type`" : nil)
    }
}
