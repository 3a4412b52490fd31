/// Makes the layout of one policy from its tokens.
///
/// The places where lines may end are those of the reference's formatter; so are the white space
/// around operators and the indentation.
struct PolicyLayout {
    let source: [UInt8]
    /// Columns a level.
    let indent: UInt32
    private var policy: CommentedPolicy
    private var index = 0
    var layout = Layout()

    /// Lays out a policy that the parser has accepted.
    static func layOut(
        _ policy: CommentedPolicy, of source: [UInt8], indent: Int
    ) throws(LayoutFault) -> Layout {
        var maker = PolicyLayout(source: source, indent: UInt32(clamping: indent), policy: policy)
        try maker.wholePolicy()
        return maker.layout
    }

    private init(source: [UInt8], indent: UInt32, policy: CommentedPolicy) {
        self.source = source
        self.indent = indent
        self.policy = policy
    }

    /// The kind of the token to come, `.end` behind the last.
    var kind: Token.Kind { kind(ahead: 0) }

    private func kind(ahead count: Int) -> Token.Kind {
        let index = index + count
        return index < policy.tokens.count ? policy.tokens[index].token.kind : .end
    }

    private mutating func wholePolicy() throws(LayoutFault) {
        while kind == .at { try annotation() }
        writeLeading()
        layout.append(.group)
        try write()
        layout.append(.line)
        try write(.leftParenthesis)
        layout.end()
        try scope()
        let hasConditions = kind(ahead: 1) != .semicolon
        try write(.rightParenthesis, or: hasConditions ? .hardLine : .nothing)
        while kind != .semicolon {
            try condition()
            if kind != .semicolon { layout.append(.hardLine) }
        }
        try write(.semicolon)
        guard kind == .end else { throw LayoutFault() }
    }

    private mutating func annotation() throws(LayoutFault) {
        try write(.at)
        try write()
        guard kind == .leftParenthesis else { return layout.append(.hardLine) }
        try write(.leftParenthesis)
        try write(.string)
        try write(.rightParenthesis, or: .hardLine)
    }

    private mutating func scope() throws(LayoutFault) {
        let saysNothing =
            kind(ahead: 1) == .comma && kind(ahead: 3) == .comma
            && kind(ahead: 5) == .rightParenthesis
        if saysNothing {
            layout.append(.group)
            layout.append(.nest(indent))
        } else {
            layout.append(.nest(indent))
            layout.append(.hardLine)
        }
        let separator: Layout.Piece = saysNothing ? .space : .hardLine
        try scopePart()
        try write(.comma, or: separator)
        try scopePart()
        try write(.comma, or: separator)
        try scopePart()
        if saysNothing {
            layout.end(2)
        } else {
            layout.end()
            layout.append(.hardLine)
        }
    }

    private mutating func scopePart() throws(LayoutFault) {
        writeLeading()
        let whole = layout.reserve()
        let head = layout.reserve()
        try write()
        if kind == .is { try scopeType() }
        guard kind == .equal || kind == .in else { return }
        layout.openGroup(at: whole)
        layout.openGroup(at: head)
        layout.append(.line)
        try write()
        layout.end()
        layout.append(.nest(indent))
        layout.append(.line)
        try expression()
        layout.end(2)
    }

    private mutating func scopeType() throws(LayoutFault) {
        layout.append(.group)
        layout.append(.nest(indent))
        layout.append(.group)
        layout.append(.line)
        try write(.is)
        layout.end()
        layout.append(.line)
        try name()
        layout.end(2)
    }

    private mutating func condition() throws(LayoutFault) {
        guard kind == .when || kind == .unless else { throw LayoutFault() }
        writeLeading()
        layout.append(.group)
        try write(or: .line)
        writeLeading()
        guard kind == .leftBrace else { throw LayoutFault() }
        writeText()
        layout.append(.group)
        layout.append(.nest(indent))
        writeTrailing(or: .line)
        index += 1
        writeLeading()
        layout.append(.group)
        try expression()
        layout.end(2)
        layout.append(.line)
        try write(.rightBrace)
        layout.end(2)
    }

    /// Writes a name with its `::`, and the id of an entity behind it.
    mutating func name() throws(LayoutFault) {
        try write()
        while kind == .doubleColon {
            try write()
            try write()
        }
    }
}

// One token with its comments.
extension PolicyLayout {
    /// Writes the token to come, which must be of this kind: comments on their own lines, the
    /// token, and then the comment behind it, or else `separator`.
    mutating func write(
        _ expected: Token.Kind, or separator: Layout.Piece = .nothing
    ) throws(LayoutFault) {
        guard kind == expected else { throw LayoutFault() }
        try write(or: separator)
    }

    /// Writes the token to come, whatever it is.
    mutating func write(or separator: Layout.Piece = .nothing) throws(LayoutFault) {
        guard index < policy.tokens.count else { throw LayoutFault() }
        writeLeading()
        writeText()
        writeTrailing(or: separator)
        index += 1
    }

    /// Writes the comments before the token to come, so that `write` does not.
    mutating func writeLeading() {
        guard index < policy.tokens.count else { return }
        let range = policy.tokens[index].leading
        guard !range.isEmpty else { return }
        policy.tokens[index].leading = 0..<0
        layout.append(.hardLine)
        for comment in policy.comments[range] {
            appendText(comment, isOpaque: true)
            layout.append(.hardLine)
        }
    }

    private mutating func writeText() {
        let token = policy.tokens[index].token
        var span = token.span
        if token.kind == .integer {
            while span.end - span.start > 1, source[Int(span.start)] == UInt8(ascii: "0") {
                span.start += 1
            }
        }
        appendText(span, isOpaque: token.kind == .string)
    }

    private mutating func writeTrailing(or separator: Layout.Piece) {
        let comment = policy.tokens[index].trailing
        guard !comment.isEmpty else {
            if case .nothing = separator { return }
            return layout.append(separator)
        }
        layout.append(.space)
        appendText(comment, isOpaque: true)
        layout.append(.hardLine)
    }

    private mutating func appendText(_ span: SourceSpan, isOpaque: Bool) {
        let width = displayWidth(source[Int(span.start)..<Int(span.end)])
        layout.append(.text(span, width: UInt32(clamping: width), isOpaque: isOpaque))
    }
}
