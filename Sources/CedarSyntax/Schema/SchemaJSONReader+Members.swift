import JSON

// Members, names and the errors in them.

extension SchemaJSONReader {
    func text(_ node: JSONNode) -> Text { Text(validUTF8: tape.bytes(node) ?? []) }

    func span(_ node: JSONNode) -> SourceSpan {
        SourceSpan(tape.offset(node), tape.endOffset(node))
    }

    mutating func members(
        _ node: JSONNode, _ what: String
    ) throws(ParseFailure) -> JSONTape.Members {
        guard tape.kind(node) == .object else { throw mismatch(node, "an object for \(what)") }
        return tape.members(node)
    }

    mutating func elements(
        _ node: JSONNode, _ what: String
    ) throws(ParseFailure) -> JSONTape.Elements {
        guard tape.kind(node) == .array else { throw mismatch(node, "an array for \(what)") }
        return tape.elements(node)
    }

    mutating func string(_ node: JSONNode, _ what: String) throws(ParseFailure) -> Text {
        guard tape.kind(node) == .string else { throw mismatch(node, "a string for \(what)") }
        return text(node)
    }

    mutating func required(
        _ name: StaticString, of node: JSONNode, _ owner: String
    ) throws(ParseFailure) -> JSONNode {
        guard let member = tape.member(node, name) else {
            throw fail(node, "\(owner) has no `\(name)`, which is mandatory")
        }
        return member
    }

    /// Checks that a node is an object without other members than these.
    mutating func onlyFields(
        _ node: JSONNode, _ owner: String, _ fields: [String]
    ) throws(ParseFailure) {
        for member in try members(node, owner) {
            let name = text(member.key)
            if fields.contains(where: { Text($0) == name }) { continue }
            let help = nearestName(to: name.string, among: fields).map { "did you mean `\($0)`?" }
            throw fail(
                member.key, "\(owner) has no member `\(name)`",
                help: help ?? "it may have " + fields.map { "`\($0)`" }.joined(separator: ", "))
        }
    }

    mutating func annotations(of node: JSONNode) throws(ParseFailure) -> [Policy.Annotation] {
        guard let annotations = tape.member(node, "annotations") else { return [] }
        return try self.annotations(annotations)
    }

    mutating func annotations(_ node: JSONNode) throws(ParseFailure) -> [Policy.Annotation] {
        var annotations: [Policy.Annotation] = []
        for member in try members(node, "`annotations`") {
            let key = text(member.key)
            var lexer = Lexer()
            let word = lexer.next(key.utf8.span)
            guard word.kind.isWord, word.range == 0..<key.utf8.count else {
                throw fail(member.key, "\(key.quoted) is no name of an annotation")
            }
            var value: Text?
            if tape.kind(member.value) != .null {
                value = try string(member.value, "the annotation `\(key)`")
            }
            annotations.append(
                Policy.Annotation(key: key, value: value, span: span(member.key)))
        }
        return annotations
    }

    // MARK: Names

    /// Reads the key of a declaration of a type.
    mutating func declaredName(_ key: JSONNode) throws(ParseFailure) -> SchemaTree.Name {
        let name = text(key)
        try check(name, at: key, isPath: false)
        return SchemaTree.Name(name, span(key))
    }

    /// Reads the name of a type that is used; `__cedar` may be part of it.
    mutating func typeName(_ node: JSONNode) throws(ParseFailure) -> Text {
        let name = try string(node, "the name of a type")
        guard isPath(name) else { throw badName(name, node, "the name of a type") }
        return name
    }

    /// Checks a name that is declared.
    mutating func check(
        _ name: Text, at node: JSONNode, isPath mayBePath: Bool
    ) throws(ParseFailure) {
        let what = mayBePath ? "the name of a namespace" : "the name of a type"
        guard isPath(name), mayBePath || !name.utf8.contains(UInt8(ascii: ":")) else {
            throw badName(name, node, what)
        }
        guard !name.hasReservedComponent else {
            throw fail(
                node, "`__cedar` is reserved and cannot be part of a declared name",
                help: "choose another name")
        }
    }

    /// Whether a text is identifiers joined by `::`, without spaces or reserved words.
    private func isPath(_ name: Text) -> Bool {
        var lexer = Lexer()
        var end = 0
        while true {
            let word = lexer.next(name.utf8.span)
            guard word.kind.isName, Int(word.start) == end else { return false }
            let separator = lexer.next(name.utf8.span)
            if separator.kind == .end { return Int(word.end) == name.utf8.count }
            guard separator.kind == .doubleColon, separator.start == word.end else { return false }
            end = Int(separator.end)
        }
    }

    // MARK: Failures

    mutating func fail(
        _ node: JSONNode, _ message: String, help: String? = nil
    ) -> ParseFailure {
        diagnostics.append(Diagnostic(span: span(node), message: message, help: help))
        return ParseFailure()
    }

    mutating func mismatch(_ node: JSONNode, _ expected: String) -> ParseFailure {
        fail(node, "expected \(expected), found \(tape.kind(node).words)")
    }

    private mutating func badName(
        _ name: Text, _ node: JSONNode, _ what: String
    ) -> ParseFailure {
        fail(
            node, "\(name.quoted) is not \(what)",
            help: what.contains("namespace") || name.utf8.contains(UInt8(ascii: ":"))
                ? "it needs identifiers joined by `::`, no spaces, no reserved words"
                : "it needs letters, digits and `_`, and must not be a reserved word")
    }
}
