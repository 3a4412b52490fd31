extension EntityUID {
    /// Parses `Type::"id"` as it stands in requests and on command lines: no spaces or comments
    /// between its parts. In the id the escapes of string literals are understood.
    ///
    /// - Throws: one diagnostic.
    package static func parse(
        _ source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> EntityUID {
        var parser = try Parser(source, limits: limits)
        let uid = try? parser.wholeEntity()
        try parser.throwDiagnostics()
        guard let uid else { preconditionFailure("a failure records its diagnostic") }
        return uid
    }

    /// Parses `Type::"id"` as it stands in requests and on command lines.
    package static func parse(
        _ text: some StringProtocol, limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> EntityUID {
        try parse(Array(text.utf8), limits: limits)
    }
}

extension EntityUID: CustomStringConvertible {
    /// `Type::"id"`, with escapes for whatever cannot be shown as it is; parses to the same UID.
    package var description: String {
        "\(type)::\(id.quoted)"
    }
}

extension Text {
    /// The text as a string literal of the policy language, quotes included.
    package var quoted: String {
        var literal = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": literal += "\\\""
            case "\\": literal += "\\\\"
            default: literal += scalar.escapedUnlessPlain
            }
        }
        return literal + "\""
    }
}

/// The rules for names of entity types outside of policy texts.
package enum EntityTypeName {
    /// Whether a text is a type's name in normalized spelling: components joined by `::`, without
    /// spaces, none of them a reserved word or `__cedar`.
    package static func isValid(_ name: Text) -> Bool {
        var lexer = Lexer()
        var end: UInt32 = 0
        while true {
            let component = lexer.next(name.utf8.span)
            guard component.kind.isName, component.kind != .reservedNamespace,
                component.start == end
            else { return false }
            let separator = lexer.next(name.utf8.span)
            if separator.kind == .end { return Int(component.end) == name.utf8.count }
            guard separator.kind == .doubleColon, separator.start == component.end else {
                return false
            }
            end = separator.end
        }
    }
}

extension Parser {
    fileprivate mutating func wholeEntity() throws(ParseFailure) -> EntityUID {
        let help = "an entity is written `Type::\"id\"`"
        guard token.kind.isWord else { throw unexpected("an entity", help: help) }
        let name = try qualifiedName()
        guard let id = name.id else { throw noEntityID(name) }
        guard token.kind == .end else { throw unexpected("nothing after the entity", help: help) }
        // What stands before the id's quote is exactly the name and `::`, unless there are spaces.
        let lead = source.prefix { $0 != UInt8(ascii: "\"") }
        guard lead.count == name.text.utf8.count + 2, previousEnd == source.count else {
            throw fail(
                SourceSpan(0, source.count), "entity has spaces or comments between its parts",
                help: help)
        }
        return EntityUID(type: name.text, id: id)
    }
}
