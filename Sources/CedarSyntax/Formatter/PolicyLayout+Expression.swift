extension PolicyLayout {
    /// An expression that is not complete yet.
    private struct Frame {
        var place: Place
        /// Where the group of the current relation would begin.
        var relation = 0
        /// Whether that group is open, and in it the part behind `has`, `like`, `is` or `in`.
        var hasRelationGroup = false
        /// Whether an `in` would belong to the `is` before it.
        var isAfterIs = false
        /// Whether something was applied to the current operand with a dot or a bracket.
        var hasAccess = false

        init(_ place: Place) {
            self.place = place
        }
    }

    /// Where an expression stands.
    private enum Place {
        case outermost, parenthesis, list, call, index, key, value
        case condition, consequence, alternative
    }

    /// What is to be written next.
    private enum Step {
        case expression, operand, access, sign, complete
    }

    /// Writes an expression.
    ///
    /// Each level of the grammar that may break a line has its own group: sum, product and operand
    /// always, a relation only with `has`, `like` and `is`; that is known behind its left side, so
    /// its place is reserved before.
    mutating func expression() throws(LayoutFault) {
        var frames = [Frame(.outermost)]
        var step = Step.expression
        while let frame = frames.last {
            switch step {
            case .expression: step = try beginExpression(&frames)
            case .operand: step = try operand(&frames)
            case .access: step = try access(&frames)
            case .sign: step = try sign(&frames[frames.count - 1])
            case .complete:
                if frame.place == .outermost { return }
                step = try complete(&frames)
            }
        }
    }

    private mutating func beginExpression(_ frames: inout [Frame]) throws(LayoutFault) -> Step {
        if kind == .if {
            layout.append(.group)
            try branch(.if)
            frames.append(Frame(.condition))
            return .expression
        }
        beginRelation(&frames[frames.count - 1])
        return .operand
    }

    private mutating func beginRelation(_ frame: inout Frame) {
        frame.relation = layout.reserve()
        frame.hasRelationGroup = false
        frame.isAfterIs = false
        beginSum()
    }

    private mutating func beginSum() {
        layout.append(.group)
        layout.append(.group)
    }

    /// Writes a word of `if` and opens the part behind it.
    private mutating func branch(_ word: Token.Kind) throws(LayoutFault) {
        try write(word)
        layout.append(.nest(indent))
        layout.append(.line)
    }

    /// Writes the signs before an operand and the operand, or its opening bracket.
    private mutating func operand(_ frames: inout [Frame]) throws(LayoutFault) -> Step {
        while kind == .not || kind == .minus { try write() }
        layout.append(.group)
        frames[frames.count - 1].hasAccess = false
        switch kind {
        case .leftParenthesis:
            layout.append(.group)
            try write()
            layout.append(.nest(1))
            frames.append(Frame(.parenthesis))
            return .expression
        case .leftBracket:
            try write()
            guard kind != .rightBracket else { break }
            layout.append(.nest(1))
            frames.append(Frame(.list))
            return .expression
        case .leftBrace:
            try write()
            guard kind != .rightBrace else { break }
            layout.append(.nest(indent))
            layout.append(.group)
            layout.append(.line)
            frames.append(Frame(.key))
            return .expression
        case .integer, .string, .slot, .true, .false:
            break
        case let kind where kind.isWord:
            try name()
            return .access
        default:
            throw LayoutFault()
        }
        // The literal, or the closing half of empty brackets.
        try write()
        return .access
    }

    /// Writes what is applied to an operand: an attribute, a call, an index.
    private mutating func access(_ frames: inout [Frame]) throws(LayoutFault) -> Step {
        let last = frames.count - 1
        guard kind == .dot || kind == .leftParenthesis || kind == .leftBracket else {
            layout.end(frames[last].hasAccess ? 2 : 1)
            return .sign
        }
        layout.append(frames[last].hasAccess ? .softLine : .nest(indent))
        frames[last].hasAccess = true
        switch kind {
        case .dot:
            try write()
            try write()
            return .access
        case .leftBracket:
            try write()
            frames.append(Frame(.index))
            return .expression
        default:
            try write()
            guard kind != .rightParenthesis else {
                try write()
                return .access
            }
            layout.append(.nest(indent))
            layout.append(.softLine)
            frames.append(Frame(.call))
            return .expression
        }
    }

    /// Writes the operator behind an operand, or closes what the end of the expression closes.
    private mutating func sign(_ frame: inout Frame) throws(LayoutFault) -> Step {
        switch kind {
        case .star:
            layout.append(.space)
            try write()
            layout.append(.line)
        case .plus, .minus:
            layout.end()
            layout.append(.space)
            try write()
            layout.append(.line)
            layout.append(.group)
        case .in where frame.isAfterIs:
            layout.end(3)
            frame.isAfterIs = false
            try relation(.line, .space)
        case .has, .like, .is:
            layout.end(2)
            layout.openGroup(at: frame.relation)
            frame.hasRelationGroup = true
            frame.isAfterIs = kind == .is
            let separator: Layout.Piece = kind == .is ? .space : .line
            try relation(separator, separator)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .in:
            layout.end(2)
            layout.append(.space)
            try write()
            layout.append(.space)
            beginSum()
        case .and, .or:
            layout.end(frame.hasRelationGroup ? 4 : 2)
            layout.append(.space)
            try write(or: .line)
            beginRelation(&frame)
        default:
            layout.end(frame.hasRelationGroup ? 4 : 2)
            return .complete
        }
        return .operand
    }

    /// Writes a word between two operands and opens the part behind it.
    private mutating func relation(
        _ before: Layout.Piece, _ after: Layout.Piece
    ) throws(LayoutFault) {
        layout.append(before)
        try write()
        layout.append(after)
        layout.append(.nest(indent))
        beginSum()
    }

    /// Writes what follows an expression inside of brackets or of an `if`.
    private mutating func complete(_ frames: inout [Frame]) throws(LayoutFault) -> Step {
        let last = frames.count - 1
        switch frames[last].place {
        case .outermost: return .complete
        case .parenthesis:
            layout.end()
            try write(.rightParenthesis)
            layout.end()
        case .list, .call, .value:
            if kind == .comma {
                try write()
                layout.append(.line)
                if frames[last].place == .value { frames[last].place = .key }
                return .expression
            }
            try closeList(frames[last].place)
        case .index: try write(.rightBracket)
        case .key:
            try write(.colon)
            layout.append(.space)
            frames[last].place = .value
            return .expression
        case .condition, .consequence:
            layout.end()
            layout.append(.line)
            let isCondition = frames[last].place == .condition
            try branch(isCondition ? .then : .else)
            frames[last].place = isCondition ? .consequence : .alternative
            return .expression
        case .alternative:
            layout.end(2)
            frames.removeLast()
            return .complete
        }
        frames.removeLast()
        return .access
    }

    private mutating func closeList(_ place: Place) throws(LayoutFault) {
        switch place {
        case .list:
            layout.end()
            try write(.rightBracket)
        case .call:
            layout.end()
            layout.append(.softLine)
            try write(.rightParenthesis)
        default:
            layout.append(.line)
            layout.end(2)
            try write(.rightBrace)
        }
    }
}
