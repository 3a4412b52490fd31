extension EntityUID {
    /// Parses `Type::"id"` as it stands in requests and on command lines.
    ///
    /// Like the reference implementation it takes one spelling only, that of `description`: no spaces
    /// or comments between the parts, and in the id an escape exactly where one is needed. So two
    /// texts are the same entity only when they are equal.
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
    /// `Type::"id"`, with escapes for quotes and whatever cannot be shown as it is: the one spelling
    /// that `parse` takes.
    package var description: String {
        var text = "\(type)::\""
        var isFirst = true
        for scalar in id.string.unicodeScalars {
            switch scalar {
            case "\"", "'", "\\": text += "\\\(scalar)"
            // A mark would be drawn onto the quote; the half-width sound marks have a place of their own.
            case _
            where isFirst && scalar.properties.isGraphemeExtend
                && scalar.properties.generalCategory != .modifierLetter:
                text += scalar.escaped
            default: text += scalar.escapedUnlessPrintable
            }
            isFirst = false
        }
        return text + "\""
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
        let uid = EntityUID(type: name.text, id: id)
        guard Array(uid.description.utf8) == source else {
            throw fail(
                SourceSpan(0, source.count), "entity is not in its normalized spelling",
                help: "write `\(uid)`, without spaces and with exactly these escapes")
        }
        return uid
    }
}
