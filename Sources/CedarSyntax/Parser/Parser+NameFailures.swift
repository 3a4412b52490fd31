// Errors in names and calls.

extension Parser {
    @inline(never)
    mutating func reservedWord(_ use: String) -> ParseFailure {
        fail(
            token.span, "`\(spelling(of: token))` is a reserved word and cannot be \(use)")
    }

    @inline(never)
    mutating func reservedNamespace() -> ParseFailure {
        fail(
            token.span, "`__cedar` is reserved and cannot be part of a name",
            help: "choose another name")
    }

    @inline(never)
    mutating func badNameComponent() -> ParseFailure {
        unexpected(
            "a name or an id in quotes after `::`",
            help: token.kind == .integer || token.kind == .leftBrace
                ? "an id is written in quotes: `Type::\"…\"`" : nil)
    }

    @inline(never)
    mutating func badAttributeName(_ expected: String) -> ParseFailure {
        if token.kind == .reservedNamespace {
            return fail(
                token.span, "`__cedar` is reserved and cannot be used as a name without quotes",
                help: "write it in quotes: `[\"__cedar\"]`, `has \"__cedar\"`, `\"__cedar\": …`")
        }
        if token.kind.isReservedWord {
            let word = spelling(of: token)
            return fail(
                token.span, "`\(word)` is a reserved word and cannot be used without quotes",
                help: "write it in quotes: `[\"\(word)\"]`, `has \"\(word)\"`, `\"\(word)\": …`")
        }
        let help: String? =
            switch token.kind {
            case .integer where expected.contains("after `.`"):
                "for a number with a fraction write `decimal(\"1.5\")`"
            case .string where expected.contains("after `.`"):
                "an attribute's name in quotes stands in brackets: `[\(shown(token.span))]`"
            case .leftParenthesis where expected.contains("`has`"):
                "write the name without parentheses"
            case .leftBrace, .rightBrace, .end, .semicolon: nil
            default: nil
            }
        return unexpected(expected, help: help)
    }

    @inline(never)
    mutating func unknownName(_ name: QualifiedName) -> ParseFailure {
        if let failure = lexicalFailure() { return failure }
        guard name.isSimple else {
            return fail(
                name.span, "`\(name.text)` is not a value",
                help: "an entity is a type and an id in quotes: \(name.suggestedEntity)")
        }
        let word = name.text.string
        let help: String?
        switch word {
        case "True", "TRUE": help = "did you mean `true`?"
        case "False", "FALSE": help = "did you mean `false`?"
        case "null", "nil", "None", "undefined":
            help = "Cedar has no null: ask with `has` whether an attribute is there"
        case "not": help = "to negate write `!( … )`"
        case "when", "unless", "permit", "forbid":
            help = "is a bracket before it not closed?"
        default:
            let variables = Variable.allCases.map(\.rawValue)
            if let meant = nearestName(to: word, among: variables + ["true", "false"]) {
                help = "did you mean `\(meant)`?"
            } else if ExtensionFunction(rawValue: word)?.isConstructor == true {
                help = "`\(word)` is a function: call it with a string, `\(word)(\"…\")`"
            } else {
                help =
                    "the variables are `principal`, `action`, `resource` and `context`; an "
                    + "attribute is written after its owner, as in `context.\(word)`, and text "
                    + "in quotes"
            }
        }
        return fail(name.span, "`\(word)` is not a variable", help: help)
    }

    @inline(never)
    mutating func unknownFunction(_ name: QualifiedName) -> ParseFailure {
        let word = name.text.string
        if Variable(rawValue: word) != nil {
            return fail(
                name.span, "`\(word)` cannot be called", help: "it is a variable of the request")
        }
        let methods = methodNames
        if methods.contains(word) {
            return fail(
                name.span, "`\(word)` is a method, not a function",
                help: "write it after its receiver: `value.\(word)( … )`")
        }
        let constructors = ExtensionFunction.allCases.filter(\.isConstructor).map(\.rawValue)
        let meant =
            nearestName(to: word, among: constructors)
            ?? nearestName(to: word, among: methods).map { ".\($0)" }
        return fail(
            name.span, "`\(word)` is not a function",
            help: meant.map { "did you mean `\($0)`?" }
                ?? "the functions are \(list(constructors))")
    }

    @inline(never)
    mutating func unknownMethod(_ name: Text, _ span: SourceSpan) -> ParseFailure {
        let word = name.string
        if let function = ExtensionFunction(name: name), function.isConstructor {
            return fail(
                span, "`\(word)` is a function, not a method",
                help: "write its argument in parentheses: `\(word)( … )`")
        }
        let synonyms: [String: String] = [
            "includes": "contains", "startsWith": "like \"…*\"", "endsWith": "like \"*…\"",
            "matches": "like \"…\"", "equals": "==", "size": "isEmpty", "length": "isEmpty",
            "isIPv4": "isIpv4", "isIPv6": "isIpv6",
        ]
        let meant = synonyms[word] ?? nearestName(to: word, among: methodNames)
        return fail(
            span, "`\(word)` is not a method",
            help: meant.map { "did you mean `\($0)`?" }
                ?? "the methods are \(list(methodNames))")
    }

    @inline(never)
    mutating func wrongArity(_ name: Token, _ wanted: Int, _ found: Int) -> ParseFailure {
        fail(
            SourceSpan(Int(name.start), previousEnd),
            "`\(spelling(of: name))` takes \(wanted == 0 ? "no argument" : "one argument"), "
                + "found \(found)",
            help: wanted == 1 && found > 1 ? "for several values use a set: `[ … ]`" : nil)
    }

    private var methodNames: [String] {
        ["contains", "containsAll", "containsAny", "isEmpty", "hasTag", "getTag"]
            + ExtensionFunction.allCases.filter { !$0.isConstructor }.map(\.rawValue)
    }

    private func list(_ names: [String]) -> String {
        names.map { "`\($0)`" }.joined(separator: ", ")
    }
}

extension QualifiedName {
    /// How an entity is written that may be meant: the last component is often the id.
    var suggestedEntity: String {
        guard !isSimple, let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else {
            return "`\(text)::\"…\"`"
        }
        let type = Text(validUTF8: Array(text.utf8[..<(colon - 1)]))
        let id = Text(validUTF8: Array(text.utf8[(colon + 1)...]))
        return "`\(type)::\(id.quoted)`"
    }
}
