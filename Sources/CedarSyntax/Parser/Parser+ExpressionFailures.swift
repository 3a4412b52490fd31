// Errors in conditions.

extension Parser {
    /// Records that an expression is followed by something that cannot follow.
    @inline(never)
    mutating func afterOperand(expecting expected: String) -> ParseFailure {
        let span = token.span
        switch token.kind {
        case .assign:
            return notAnOperator()
        case .slash where isFollowed(by: UInt8(ascii: "*")):
            return blockComment()
        case .slash:
            return fail(span, "division is not supported", help: "Cedar has `+`, `-` and `*`")
        case .percent:
            return fail(span, "remainder is not supported", help: "Cedar has `+`, `-` and `*`")
        case .plus, .minus, .star:
            return fail(
                span, "`\(shown(span))` cannot follow `has`, `like` or `is`",
                help: "put one of the two in parentheses")
        case let kind where Precedence(kind) == .relation:
            return chainedRelation()
        case .dot, .leftBracket:
            return unexpected(
                expected, help: "to reach into the result, put what is before it in parentheses")
        case let kind where kind.isWord:
            return unexpected(expected, help: infixHelp(spelling(of: token)))
        default:
            return unexpected(expected)
        }
    }

    /// What somebody may mean by a word between two operands.
    private func infixHelp(_ word: String) -> String? {
        switch word {
        case "and", "AND", "And": return "for \"and\" write `&&`"
        case "or", "OR", "Or": return "for \"or\" write `||`"
        case "eq", "equals": return "to compare write `==`"
        case "matches", "LIKE": return "to match a pattern write `like \"…\"`"
        case "not": return "to negate write `!( … )`"
        case "contains", "containsAll", "containsAny", "hasTag", "getTag":
            return "`\(word)` is a method: write `.\(word)( … )`"
        default:
            if let function = ExtensionFunction(rawValue: word), !function.isConstructor {
                return "`\(word)` is a method: write `.\(word)( … )`"
            }
            let meant = nearestName(to: word, among: ["has", "like", "in", "is", "then", "else"])
            return meant.map { "did you mean `\($0)`?" }
        }
    }

    @inline(never)
    mutating func chainedRelation() -> ParseFailure {
        fail(
            token.span,
            "`\(shown(token.span))` cannot follow another comparison, `in`, `has`, `like` or `is`",
            help: "put one of the two in parentheses, or join them with `&&`")
    }

    @inline(never)
    mutating func noBranch(_ word: String) -> ParseFailure {
        let help =
            token.kind == .leftBrace
            ? "branches have no braces: `if … then … else …`"
            : "every `if` has both branches: `if … then … else …`"
        switch token.kind {
        case .assign, .slash, .percent, .plus, .minus, .star:
            return afterOperand(expecting: word)
        case let kind where Precedence(kind) == .relation:
            return afterOperand(expecting: word)
        default:
            return unexpected(word, help: help)
        }
    }

    @inline(never)
    mutating func noOperand() -> ParseFailure {
        let expected = "an expression"
        switch token.kind {
        case .if:
            return fail(
                token.span, "`if` cannot be an operand",
                help: "put it in parentheses: `(if … then … else …)`")
        case .minus, .not:
            return fail(
                token.span, "`!` and `-` cannot be mixed", help: "put the inner one in parentheses")
        case .slot:
            return slotInCondition()
        case .assign:
            return unexpected(expected, help: "to compare write `==`")
        case .less, .greater:
            return unexpected(expected, help: "the comparisons are `<` `<=` `>` `>=` `==` `!=`")
        case let kind where kind.isReservedWord:
            return reservedWord("a value")
        case .slash where isFollowed(by: UInt8(ascii: "*")):
            return blockComment()
        default:
            return unexpected(expected)
        }
    }

    private mutating func notAnOperator() -> ParseFailure {
        let help =
            isFollowed(by: UInt8(ascii: "<"))
            ? "\"at most\" is `<=`"
            : isFollowed(by: UInt8(ascii: ">")) ? "\"at least\" is `>=`" : "to compare write `==`"
        return fail(token.span, "`=` is not an operator", help: help)
    }

    private mutating func blockComment() -> ParseFailure {
        fail(
            SourceSpan(Int(token.start), Int(token.end) + 1), "`/*` does not begin a comment",
            help: "comments begin with `//` and end with the line")
    }

    private func isFollowed(by byte: UInt8) -> Bool {
        Int(token.end) < source.count && source[Int(token.end)] == byte
    }

    private mutating func slotInCondition() -> ParseFailure {
        let slot = shown(token.span)
        guard slot == "?principal" || slot == "?resource" else {
            return fail(
                token.span, "`\(slot)` is not a slot",
                help: "the slots are `?principal` and `?resource`, in the scope only")
        }
        return fail(
            token.span, "slot `\(slot)` cannot be used in a condition",
            help: "use `\(slot.dropFirst())` here, and the slot in the scope")
    }

    @inline(never)
    mutating func tooManySigns(from start: UInt32) -> ParseFailure {
        fail(
            SourceSpan(Int(start), Int(token.end)),
            "more than four `\(shown(token.span))` in a row", help: "two of them do nothing")
    }

    @inline(never)
    mutating func integerTooLarge(isNegative: Bool) -> ParseFailure {
        fail(
            token.span, "number \(shown(token.span)) does not fit in 64 bits",
            help: isNegative
                ? "the least number is \(Int64.min)" : "the greatest number is \(Int64.max)")
    }

    @inline(never)
    mutating func noPattern() -> ParseFailure {
        unexpected(
            "a pattern in quotes after `like`",
            help: "a pattern is a string literal with `*` for any text: `like \"a*\"`")
    }

    @inline(never)
    mutating func noIndex() -> ParseFailure {
        unexpected(
            "an attribute's name in quotes after `[`",
            help: token.kind == .integer
                ? "sets have no order: use `contains`" : "write `[\"name\"]` or `.name`")
    }

    @inline(never)
    mutating func notCallable() -> ParseFailure {
        let span = operands.last?.expression.span ?? token.span
        return fail(
            span, "`\(shown(span))` cannot be called",
            help: "calls are `function( … )` and `value.method( … )`")
    }

    @inline(never)
    mutating func duplicateKey(_ span: SourceSpan) -> ParseFailure {
        fail(
            span, "record key `\(shown(span))` is given twice",
            help: "keep one of the two members")
    }

    @inline(never)
    mutating func noColon(after key: Token) -> ParseFailure {
        unexpected(
            "`:` after the record key `\(shown(key.span))`",
            help: token.kind == .assign || token.kind == .doubleColon
                ? "members are `key: value`" : nil)
    }
}
