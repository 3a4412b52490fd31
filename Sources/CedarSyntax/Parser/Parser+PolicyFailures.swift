// Errors in what surrounds conditions: effects, annotations, scopes, ends.

extension Parser {
    @inline(never)
    mutating func noEffect(hasAnnotations: Bool) -> ParseFailure {
        let expected =
            hasAnnotations ? "`permit` or `forbid` after the annotations" : "`permit` or `forbid`"
        guard token.kind.isWord else {
            return unexpected(
                expected,
                help: token.kind == .semicolon ? "a policy ends with one `;`" : nil)
        }
        let word = spelling(of: token)
        let meant: String? =
            switch word.lowercased() {
            case "allow", "grant", "accept": "permit"
            case "deny", "block", "reject", "refuse": "forbid"
            case "when", "unless": nil
            default: nearestName(to: word, among: ["permit", "forbid"])
            }
        if token.kind == .when || token.kind == .unless {
            return unexpected(expected, help: "conditions stand before the `;` of their policy")
        }
        return unexpected(expected, help: meant.map { "did you mean `\($0)`?" })
    }

    @inline(never)
    mutating func noSemicolon() -> ParseFailure {
        if let failure = lexicalFailure() { return failure }
        if token.kind.beginsPolicy || token.kind == .end {
            return fail(
                SourceSpan(previousEnd, previousEnd), "policy does not end with `;`",
                help: "write `;` here")
        }
        let expected = "`when`, `unless` or `;`"
        guard token.kind.isWord else {
            let isBody = token.kind == .leftBrace
            return unexpected(
                expected, help: isBody ? "a condition begins with `when` or `unless`" : nil)
        }
        let word = spelling(of: token)
        let meant: String? =
            ["where", "if", "and"].contains(word.lowercased())
            ? "when" : nearestName(to: word, among: ["when", "unless"])
        return unexpected(expected, help: meant.map { "did you mean `\($0)`?" })
    }

    @inline(never)
    mutating func emptyCondition(_ kind: Policy.Condition.Kind) -> ParseFailure {
        fail(
            token.span, "the condition of `\(kind.rawValue)` is empty",
            help: "write a condition, or leave the whole clause out")
    }

    // MARK: Scope

    /// The scope's parts have a fixed order and all must be there.
    @inline(never)
    mutating func wrongScopePart(expecting part: Variable) -> ParseFailure {
        let help = "the scope is `(principal, action, resource)`, all three in this order"
        guard token.kind.isWord else { return unexpected("`\(part.rawValue)`", help: help) }
        let word = spelling(of: token)
        if Variable(rawValue: word) == nil,
            let meant = nearestName(to: word, among: ["principal", "action", "resource"])
        {
            return unexpected("`\(part.rawValue)`", help: "did you mean `\(meant)`?")
        }
        return unexpected("`\(part.rawValue)`", help: help)
    }

    @inline(never)
    mutating func noScopeComma(before part: Variable) -> ParseFailure {
        if token.kind == .rightParenthesis {
            return unexpected(
                "`,` and then `\(part.rawValue)`",
                help: "the scope is `(principal, action, resource)`, all three in this order")
        }
        let isNextPart = token.kind.isWord && spelling(of: token) == part.rawValue
        return unexpected(
            isNextPart ? "`,` before `\(part.rawValue)`" : "`,` and then `\(part.rawValue)`",
            help: scopeHelp)
    }

    @inline(never)
    mutating func scopeGoesOn(_ opening: Token) -> ParseFailure {
        if token.kind == .context {
            return unexpected(
                "`)`", help: "the context has no place in the scope: use it in `when { … }`")
        }
        if token.kind == .end || token.kind == .semicolon {
            return unclosed(opening, expecting: .rightParenthesis)
        }
        return unexpected("`)`", help: scopeHelp)
    }

    private var scopeHelp: String? {
        switch token.kind {
        case .and, .or, .dot, .plus, .minus, .star, .leftBracket, .equal, .notEqual, .in, .is, .has,
            .like, .less, .lessOrEqual, .greater, .greaterOrEqual:
            "the scope takes one entity for each part: write everything else in `when { … }`"
        default: nil
        }
    }

    @inline(never)
    mutating func wrongScopeOperator(of part: Variable) -> ParseFailure {
        let name = part.rawValue
        let span = token.span
        switch token.kind {
        case .assign:
            return fail(span, "`=` is not an operator", help: "to compare write `==`")
        case .colon:
            return fail(
                span, "`:` does not give a type", help: "write `\(name) is Type`")
        case .is:
            return fail(
                span, "`is` cannot be used with `action` in the scope",
                help: "name the actions: `action == Action::\"…\"` or `action in [ … ]`")
        default:
            let allowed = part == .action ? "`==` and `in`" : "`==`, `in` and `is`"
            return fail(
                span, "`\(spelling(of: token))` cannot be used in the scope",
                help: "the scope knows \(allowed): write this in `when { … }`")
        }
    }

    @inline(never)
    mutating func inBeforeIs() -> ParseFailure {
        fail(
            token.span, "`is` must come before `in`",
            help: "write `is Type in Group::\"…\"`")
    }

    @inline(never)
    mutating func wrongSlot(in part: Variable) -> ParseFailure {
        if part == .action {
            return fail(token.span, "a slot cannot stand for the action")
        }
        return fail(
            token.span, "`\(shown(token.span))` cannot be used for the \(part.rawValue)",
            help: "the slot here is `?\(part.rawValue)`")
    }

    @inline(never)
    mutating func noScopeEntity(of part: Variable) -> ParseFailure {
        let expected =
            part == .action
            ? "an action such as `Action::\"view\"`" : "an entity such as `User::\"alice\"`"
        let help: String? =
            switch token.kind {
            case .leftBracket where part != .action:
                "only `action in` takes a list: use `when { \(part.rawValue) in [ … ] }`"
            case .leftBracket: "a list follows only `action in`, and has no lists in it"
            case .string: "write the type before the id: `Type::\(shown(token.span))`"
            default: nil
            }
        return unexpected(expected, help: help)
    }

    @inline(never)
    mutating func noEntityID(_ name: QualifiedName) -> ParseFailure {
        if let failure = lexicalFailure() { return failure }
        return fail(
            name.span, "`\(name.text)` is not an entity: its id is missing",
            help: "an entity is a type and an id in quotes: \(name.suggestedEntity)")
    }

    @inline(never)
    mutating func notAnAction(_ uid: EntityUID, _ span: SourceSpan) -> ParseFailure {
        fail(
            span, "`\(shown(span))` is not an action: its type is `\(uid.type)`",
            help: "the type of an action is `Action`, or ends with `::Action`")
    }
}
