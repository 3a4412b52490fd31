extension Parser {
    mutating func principalScope() throws(ParseFailure) -> ScopeConstraint {
        guard skip(.principal) else { throw wrongScopePart(expecting: .principal) }
        return try entityScope(of: .principal)
    }

    mutating func resourceScope() throws(ParseFailure) -> ScopeConstraint {
        guard skip(.resource) else { throw wrongScopePart(expecting: .resource) }
        return try entityScope(of: .resource)
    }

    /// Goes past the comma between two parts of the scope.
    mutating func nextScopePart(before part: Variable) throws(ParseFailure) {
        guard token.kind != .comma else { return advance() }
        throw noScopeComma(before: part)
    }

    /// Parses what follows `principal` or `resource`.
    private mutating func entityScope(of part: Variable) throws(ParseFailure) -> ScopeConstraint {
        switch token.kind {
        case .equal:
            advance()
            return .equal(try entityOrSlot(of: part))
        case .in:
            advance()
            let target = try entityOrSlot(of: part)
            if token.kind == .is { throw inBeforeIs() }
            return .in(target)
        case .is:
            advance()
            let type = try entityTypeName()
            guard skip(.in) else { return .isType(type) }
            return .isTypeIn(type, try entityOrSlot(of: part))
        default:
            if token.kind.isScopeOperator { throw wrongScopeOperator(of: part) }
            return .any
        }
    }

    mutating func actionScope() throws(ParseFailure) -> ActionConstraint {
        guard skip(.action) else { throw wrongScopePart(expecting: .action) }
        switch token.kind {
        case .equal:
            advance()
            let parentheses = skipParentheses()
            let action = try actionEntity()
            try close(parentheses)
            return .equal(action)
        case .in:
            advance()
            let parentheses = skipParentheses()
            let constraint: ActionConstraint =
                token.kind == .leftBracket
                ? .inSet(try actionSet()) : .in(try actionEntity())
            try close(parentheses)
            return constraint
        default:
            if token.kind.isScopeOperator { throw wrongScopeOperator(of: .action) }
            return .any
        }
    }

    private mutating func actionSet() throws(ParseFailure) -> [EntityUID] {
        let opening = token
        advance()
        var actions: [EntityUID] = []
        while token.kind != .rightBracket {
            let parentheses = skipParentheses()
            actions.append(try actionEntity())
            try close(parentheses)
            guard skip(.comma) else { break }
        }
        try close(opening, with: .rightBracket)
        return actions
    }

    /// Parses an entity whose type's last component is `Action`.
    private mutating func actionEntity() throws(ParseFailure) -> EntityUID {
        if token.kind == .slot {
            throw fail(
                token.span, "a slot cannot stand for the action",
                help: "slots are `?principal` and `?resource`, each in its own part of the scope")
        }
        let start = Int(token.start)
        let uid = try scopeEntity(of: .action)
        guard uid.type.isActionType else {
            throw notAnAction(uid, SourceSpan(start, previousEnd))
        }
        return uid
    }

    private mutating func entityOrSlot(of part: Variable) throws(ParseFailure) -> EntityOrSlot {
        let parentheses = skipParentheses()
        let target: EntityOrSlot
        if token.kind == .slot {
            guard isSlot(token, of: part) else { throw wrongSlot(in: part) }
            advance()
            target = .slot
        } else {
            target = .entity(try scopeEntity(of: part))
        }
        try close(parentheses)
        return target
    }

    private mutating func scopeEntity(of part: Variable) throws(ParseFailure) -> EntityUID {
        guard token.kind.isWord else { throw noScopeEntity(of: part) }
        let name = try qualifiedName()
        guard let id = name.id else { throw noEntityID(name) }
        return EntityUID(type: name.text, id: id)
    }

    /// Parses the type's name after `is`.
    mutating func entityTypeName() throws(ParseFailure) -> Text {
        guard token.kind.isWord else {
            throw unexpected("the name of an entity type after `is`")
        }
        let name = try qualifiedName()
        guard name.id == nil else {
            throw fail(
                name.span, "`is` takes the name of an entity type, not an entity",
                help: "write `is \(name.text)`; to compare with one entity use `==`")
        }
        return name.text
    }

    private func isSlot(_ token: Token, of part: Variable) -> Bool {
        spelling(of: token).dropFirst() == part.rawValue
    }

    // The parts of the scope may be put in parentheses, with no meaning and to any depth.

    private mutating func skipParentheses() -> (first: Token, count: Int) {
        let first = token
        var count = 0
        while skip(.leftParenthesis) { count += 1 }
        return (first, count)
    }

    private mutating func close(
        _ parentheses: (first: Token, count: Int)
    ) throws(ParseFailure) {
        for _ in 0..<parentheses.count {
            try close(parentheses.first, with: .rightParenthesis)
        }
    }
}

extension Token.Kind {
    /// Whether it is an operator that somebody may try in a scope.
    var isScopeOperator: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .assign, .in, .is,
            .has, .like, .colon:
            true
        default: false
        }
    }
}
