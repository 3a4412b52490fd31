/// One word, literal or sign of a policy text: a kind and a place, no text of its own.
struct Token: BitwiseCopyable, Sendable {
    enum Kind: UInt8, BitwiseCopyable, Sendable {
        case end
        /// A character that starts no token; the parser looks at the source to say why.
        case invalid
        case unterminatedString
        case integer
        /// A string literal, quotes included; escapes are not checked yet.
        case string
        /// `?name`.
        case slot

        // Words that may serve as names.
        case identifier, reservedNamespace
        case permit, forbid, when, unless
        case principal, action, resource, context

        // Words that never serve as names.
        case `true`, `false`, `if`, then, `else`, `in`, `is`, like, has

        case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
        case comma, semicolon, colon, doubleColon, dot, at
        case assign, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        case and, or, not, plus, minus, star, slash, percent
    }

    var kind: Kind
    /// For strings: whether some character needs a closer look (a backslash, a carriage return).
    var hasEscapes: Bool
    var start: UInt32
    var end: UInt32

    init(_ kind: Kind, hasEscapes: Bool = false, from start: Int, to end: Int) {
        self.kind = kind
        self.hasEscapes = hasEscapes
        self.start = UInt32(clamping: start)
        self.end = UInt32(clamping: end)
    }

    var span: SourceSpan { SourceSpan(Int(start), Int(end)) }
}

extension Token.Kind {
    /// Whether it is an identifier by the grammar, `__cedar` and contextual words included.
    var isName: Bool { rawValue >= Self.identifier.rawValue && rawValue <= Self.context.rawValue }

    /// Whether it is a word that can never be a name.
    var isReservedWord: Bool { rawValue >= Self.true.rawValue && rawValue <= Self.has.rawValue }

    var isWord: Bool { isName || isReservedWord }

    /// Whether a policy can begin with it.
    var beginsPolicy: Bool { self == .permit || self == .forbid || self == .at }
}
