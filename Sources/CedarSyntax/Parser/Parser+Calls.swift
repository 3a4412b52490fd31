extension Parser {
    /// Parses what begins with a name: a variable, an entity or a function call.
    mutating func named() throws(ParseFailure) -> Expression {
        let start = token.start
        let name = try qualifiedName()
        if let id = name.id {
            return leaf(.entity(EntityUID(type: name.text, id: id)), from: start)
        }
        if token.kind == .leftParenthesis { return try functionCall(name) }
        if name.isSimple {
            switch name.firstKind {
            case .principal: return leaf(.variable(.principal), from: start)
            case .action: return leaf(.variable(.action), from: start)
            case .resource: return leaf(.variable(.resource), from: start)
            case .context: return leaf(.variable(.context), from: start)
            default: break
            }
        }
        throw unknownName(name)
    }

    private mutating func functionCall(_ name: QualifiedName) throws(ParseFailure) -> Expression {
        guard let function = ExtensionFunction(name: name.text), function.isConstructor else {
            throw unknownFunction(name)
        }
        let opening = token
        advance()
        let (arguments, below) = try expressions(until: .rightParenthesis)
        try close(opening, with: .rightParenthesis)
        return try node(.call(function, arguments), from: name.span.start, above: below)
    }

    /// Parses the name after a dot, and the arguments when it is a method.
    mutating func attributeOrMethod(
        of receiver: Expression, from start: UInt32
    ) throws(ParseFailure) -> Expression {
        let nameToken = token
        let name = try attributeName("an attribute or a method after `.`")
        guard token.kind == .leftParenthesis else {
            return try node(.attribute(receiver, name), from: start, above: height)
        }
        guard let method = Method(name) else { throw unknownMethod(name, nameToken.span) }
        return try methodCall(method, of: receiver, from: start, nameToken)
    }

    private mutating func methodCall(
        _ method: Method, of receiver: Expression, from start: UInt32, _ nameToken: Token
    ) throws(ParseFailure) -> Expression {
        var below = height
        let opening = token
        advance()
        let (arguments, tallest) = try expressions(until: .rightParenthesis)
        try close(opening, with: .rightParenthesis)
        below = max(below, tallest)
        let kind: Expression.Kind
        switch method {
        case .extended(let function):
            kind = .call(function, [receiver] + arguments)
        case .isEmpty:
            guard arguments.isEmpty else { throw wrongArity(nameToken, 0, arguments.count) }
            kind = .isEmpty(receiver)
        case .binary(let builtin):
            guard arguments.count == 1 else { throw wrongArity(nameToken, 1, arguments.count) }
            kind = .binary(builtin, receiver, arguments[0])
        }
        return try node(kind, from: start, above: below)
    }
}

/// What may follow a dot and be called.
private enum Method {
    case isEmpty
    case binary(BinaryOperator)
    case extended(ExtensionFunction)

    init?(_ name: Text) {
        switch name.string {
        case "isEmpty": self = .isEmpty
        case "contains": self = .binary(.contains)
        case "containsAll": self = .binary(.containsAll)
        case "containsAny": self = .binary(.containsAny)
        case "hasTag": self = .binary(.hasTag)
        case "getTag": self = .binary(.getTag)
        default:
            guard let function = ExtensionFunction(name: name), !function.isConstructor else {
                return nil
            }
            self = .extended(function)
        }
    }
}

extension ExtensionFunction {
    /// The function of this name, compared byte by byte.
    init?(name: Text) {
        // Among ASCII strings, `String`'s equality is that of bytes.
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        self.init(rawValue: name.string)
    }
}
