/// `A::B::C`, and the id after it when there is one: `A::B::C::"id"`.
struct QualifiedName {
    /// Components joined by `::`, without the spaces the source may have.
    var text: Text
    var id: Text?
    var span: SourceSpan
    /// The kind of the first component; a request's variable only when it is the only one.
    var firstKind: Token.Kind
    var isSimple: Bool
}

extension Parser {
    /// Parses a name, the current token being a word.
    mutating func qualifiedName() throws(ParseFailure) -> QualifiedName {
        let first = token
        try checkComponent()
        advance()
        guard token.kind == .doubleColon else {
            let text = names.text(source, Int(first.start)..<Int(first.end))
            return QualifiedName(
                text: text, id: nil, span: first.span, firstKind: first.kind, isSimple: true)
        }
        var end = first.end
        var isContiguous = true
        var joined: [UInt8] = []
        var id: Text?
        while token.kind == .doubleColon {
            let separator = token
            advance()
            if token.kind == .string {
                id = try stringText(token)
                advance()
                break
            }
            guard token.kind.isWord else { throw badNameComponent() }
            try checkComponent()
            isContiguous =
                isContiguous && separator.start == end && token.start == separator.end
            if !isContiguous && joined.isEmpty {
                joined = Array(source[Int(first.start)..<Int(end)])
            }
            if !isContiguous {
                joined += source[separator.range]
                joined += source[token.range]
            }
            end = token.end
            advance()
        }
        let text =
            isContiguous
            ? names.text(source, Int(first.start)..<Int(end)) : Text(validUTF8: joined)
        return QualifiedName(
            text: text, id: id, span: SourceSpan(Int(first.start), previousEnd),
            firstKind: first.kind, isSimple: false)
    }

    /// Checks that the current word may be part of a name.
    private mutating func checkComponent() throws(ParseFailure) {
        if token.kind == .reservedNamespace { throw reservedNamespace() }
        if token.kind.isReservedWord { throw reservedWord("part of a name") }
    }

    /// Parses a name used as attribute or record key.
    mutating func attributeName(_ expected: String) throws(ParseFailure) -> Text {
        guard token.kind.isName, token.kind != .reservedNamespace else {
            throw badAttributeName(expected)
        }
        let text = names.text(source, Int(token.start)..<Int(token.end))
        advance()
        return text
    }

    /// The value of a string literal.
    mutating func stringText(_ token: Token) throws(ParseFailure) -> Text {
        let inside = Int(token.start) + 1..<Int(token.end) - 1
        guard token.hasEscapes else { return Text(validUTF8: Array(source[inside])) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(inside.count)
        var reader = EscapeReader(token)
        do throws(EscapeFault) {
            while let (scalar, _) = try reader.next(source.span, inPattern: false) {
                bytes.append(contentsOf: scalar.utf8)
            }
        } catch {
            throw badEscape(error)
        }
        return Text(validUTF8: bytes)
    }

    /// The value of a pattern literal.
    mutating func pattern(_ token: Token) throws(ParseFailure) -> Pattern {
        var elements: [Pattern.Element] = []
        var reader = EscapeReader(token)
        do throws(EscapeFault) {
            while let (scalar, isEscaped) = try reader.next(source.span, inPattern: true) {
                // Also a star that was written as `\u{2a}` is a wildcard.
                elements.append(scalar == "*" && !isEscaped ? .wildcard : .scalar(scalar))
            }
        } catch {
            throw badEscape(error)
        }
        return Pattern(elements)
    }

    /// The words of a token as they stand in the source.
    func spelling(of token: Token) -> String {
        String(decoding: source[token.range], as: UTF8.self)
    }
}

extension Token {
    var range: Range<Int> { Int(start)..<Int(end) }
}
