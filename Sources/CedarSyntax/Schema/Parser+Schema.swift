// Schema text: blocks and declarations.
//
// Source: Cedar documentation, "Grammar specification for Cedar schema". The words of this grammar (`entity`,
// `type`, …) are not reserved: any of them may also be a name.

extension Parser {
    /// Parses a schema up to the end of the text, going on after declarations that have errors.
    mutating func schema() -> SchemaTree {
        var unnamed = SchemaTree.Namespace(name: nil)
        var blocks: [SchemaTree.Namespace] = []
        while token.kind != .end, diagnostics.count < limits.maximumDiagnostics {
            do {
                let annotations = try annotations()
                if isWord("namespace") {
                    blocks.append(try namespaceBlock(annotations))
                } else {
                    try declaration(annotations, into: &unnamed)
                }
            } catch {
                recoverInSchema()
            }
        }
        return SchemaTree(namespaces: [unnamed] + blocks)
    }

    private mutating func namespaceBlock(
        _ annotations: [Policy.Annotation]
    ) throws(ParseFailure) -> SchemaTree.Namespace {
        advance()
        guard token.kind.isWord else { throw unexpected("the namespace's name") }
        let name = try schemaPath()
        // The name is wrong, what follows may still be right.
        if name.text.hasReservedComponent { _ = reservedSchemaName(name.span) }
        var block = SchemaTree.Namespace(name: name)
        block.annotations = annotations
        let opening = token
        guard skip(.leftBrace) else { throw unexpected("`{` after the namespace's name") }
        while token.kind != .rightBrace {
            guard token.kind != .end else { throw unclosedInSchema(opening, .rightBrace) }
            do {
                let annotations = try self.annotations()
                try declaration(annotations, into: &block)
            } catch {
                guard diagnostics.count < limits.maximumDiagnostics else { throw error }
                recoverInSchema()
            }
        }
        advance()
        return block
    }

    private mutating func declaration(
        _ annotations: [Policy.Annotation], into block: inout SchemaTree.Namespace
    ) throws(ParseFailure) {
        if isWord("entity") {
            block.entities.append(try entityDeclaration(annotations))
        } else if token.kind == .action {
            block.actions.append(try actionDeclaration(annotations))
        } else if isWord("type") {
            block.commonTypes.append(try commonTypeDeclaration(annotations))
        } else {
            throw noDeclaration(isInside: block.name != nil)
        }
    }

    private mutating func commonTypeDeclaration(
        _ annotations: [Policy.Annotation]
    ) throws(ParseFailure) -> SchemaTree.CommonTypeDeclaration {
        advance()
        let name = try declaredName("the type's name after `type`")
        if CommonTypeName.isForbidden(name.text) { _ = forbiddenCommonType(name) }
        guard skip(.assign) else { throw unexpected("`=` after the type's name") }
        let type = try schemaType()
        try endDeclaration("type")
        return SchemaTree.CommonTypeDeclaration(
            name: name, type: type, annotations: annotations)
    }

    /// Parses the name of an entity type or a common type: one identifier.
    mutating func declaredName(_ expected: String) throws(ParseFailure) -> SchemaTree.Name {
        guard token.kind.isWord else { throw noDeclaredName(expected) }
        if token.kind.isReservedWord { throw reservedWord("the name of a type") }
        if token.kind == .reservedNamespace { _ = reservedSchemaName(token.span) }
        let name = SchemaTree.Name(names.text(source, token.range), token.span)
        advance()
        if token.kind == .doubleColon { throw qualifiedDeclaration(name) }
        return name
    }

    /// Goes past the `;`; one that is missing before the next declaration costs only that message.
    mutating func endDeclaration(_ kind: String) throws(ParseFailure) {
        if skip(.semicolon) { return }
        let failure = unendedDeclaration(kind)
        guard beginsDeclaration || token.kind == .end else { throw failure }
    }

    /// Whether the current token is an identifier spelt so; the words of schemas are contextual.
    func isWord(_ word: StaticString) -> Bool {
        guard token.kind == .identifier, token.range.count == word.utf8CodeUnitCount else {
            return false
        }
        let start = Int(token.start)
        return word.withUTF8Buffer { word in
            for index in 0..<word.count {
                guard unsafe source[start + index] == word[index] else { return false }
            }
            return true
        }
    }

    var beginsDeclaration: Bool {
        token.kind == .at || token.kind == .action || isWord("entity") || isWord("type")
            || isWord("namespace")
    }

    /// Skips to where the next declaration seems to begin: after a `;`, or at a declaration's first
    /// word at the very beginning of a line.
    private mutating func recoverInSchema() {
        nesting = 0
        if isWord("namespace"), skipBlock() { return }
        while token.kind != .end {
            // An open string swallows the rest of the text: nothing after it can be trusted.
            if token.kind == .unterminatedString {
                token = Token(.end, from: source.count, to: source.count)
                return
            }
            let isPastSemicolon = token.kind == .semicolon
            advance()
            if isPastSemicolon { return }
            if beginsDeclaration, token.start == 0 || source[Int(token.start) - 1] == 0x0A {
                return
            }
        }
    }
}

extension Parser {
    /// Goes past a namespace block that cannot stand here; false when its braces do not match.
    private mutating func skipBlock() -> Bool {
        let before = (lexer, token, previousEnd)
        while token.kind != .leftBrace, token.kind != .end, token.kind != .semicolon { advance() }
        var open = 0
        while token.kind != .end {
            if token.kind == .leftBrace { open += 1 }
            if token.kind == .rightBrace { open -= 1 }
            guard token.kind != .unterminatedString, open > 0 || token.kind == .rightBrace else {
                break
            }
            advance()
            if open == 0 { return true }
        }
        (lexer, token, previousEnd) = before
        return false
    }
}

/// The names that no common type may have.
package enum CommonTypeName {
    /// Whether the name belongs to the schema language.
    ///
    /// Source: Cedar documentation, "Grammar specification for Cedar schema", reserved type names.
    package static func isForbidden(_ name: Text) -> Bool {
        switch name.string {
        case "Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String": true
        default: false
        }
    }
}

extension Text {
    /// Whether one of the components of a name is `__cedar`.
    package var hasReservedComponent: Bool {
        let reserved = Array("__cedar".utf8)
        return utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: true)
            .contains { Array($0) == reserved }
    }
}
