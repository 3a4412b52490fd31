/// A token with the comments around it.
struct CommentedToken {
    var token: Token
    /// The comments on the lines before it: a range of indices in `CommentedPolicy.comments`.
    var leading: Range<Int>
    /// The comment behind it on its own line, without white space around; empty for none.
    var trailing: SourceSpan
}

/// The tokens of one policy, the `;` at its end included.
struct CommentedPolicy {
    var tokens: [CommentedToken] = []
    /// Each from `//` to its last visible character, in source order.
    var comments: [SourceSpan] = []

    /// Removes the comma before each closing bracket, which no formatted policy has.
    ///
    /// Its comments go to its neighbours. After the scope they stand behind the `)`, as the
    /// reference puts them; elsewhere, where the reference loses them, behind the last member.
    mutating func removeTrailingCommas() {
        var kept: [CommentedToken] = []
        kept.reserveCapacity(tokens.count)
        var isInScope = true
        for index in tokens.indices {
            let current = tokens[index]
            if current.token.kind == .when || current.token.kind == .unless { isInScope = false }
            guard current.token.kind == .comma, index > 0, index + 1 < tokens.count,
                tokens[index + 1].token.kind.isClosingBracket
            else {
                kept.append(current)
                continue
            }
            let isScopeEnd = isInScope && tokens[index + 1].token.kind == .rightParenthesis
            if !isScopeEnd, current.leading.isEmpty, kept[kept.count - 1].trailing.isEmpty {
                kept[kept.count - 1].trailing = current.trailing
            } else if isScopeEnd, tokens[index + 1].leading.isEmpty,
                tokens[index + 1].trailing.isEmpty
            {
                tokens[index + 1].leading = current.leading
                tokens[index + 1].trailing = current.trailing
            } else {
                let first = comments.count
                comments += comments[current.leading]
                if !current.trailing.isEmpty { comments.append(current.trailing) }
                comments += comments[tokens[index + 1].leading]
                tokens[index + 1].leading = first..<comments.count
            }
        }
        tokens = kept
    }
}

extension SourceSpan {
    var isEmpty: Bool { start == end }
}

extension Token.Kind {
    fileprivate var isClosingBracket: Bool {
        self == .rightParenthesis || self == .rightBracket || self == .rightBrace
    }
}

/// Cuts a text into policies, each with its tokens and comments.
struct CommentedTokenReader {
    private var lexer = Lexer()
    /// The token to come, and where the comments before it begin.
    private var next: Token
    private var leadingStart = 0

    init(_ source: Span<UInt8>) {
        next = lexer.next(source)
    }

    /// Reads the tokens up to the next `;`, or to the end of the text; nil when there are none.
    mutating func policy(_ source: Span<UInt8>) -> CommentedPolicy? {
        guard next.kind != .end else { return nil }
        var policy = CommentedPolicy()
        while next.kind != .end {
            let token = next
            let first = policy.comments.count
            appendComments(source, from: leadingStart, to: Int(token.start), &policy.comments)
            next = lexer.next(source)
            let gap = Int(token.end)..<Int(next.start)
            var lineEnd = gap.lowerBound
            while lineEnd < gap.upperBound, source[lineEnd] != 0x0A { lineEnd += 1 }
            leadingStart = min(lineEnd + 1, gap.upperBound)
            policy.tokens.append(
                CommentedToken(
                    token: token, leading: first..<policy.comments.count,
                    trailing: trimmed(source, gap.lowerBound, lineEnd)))
            if token.kind == .semicolon { break }
        }
        return policy
    }

    /// The comments behind the last policy, from the line after its end on.
    func commentsAtEnd(_ source: Span<UInt8>) -> [SourceSpan] {
        var comments: [SourceSpan] = []
        appendComments(source, from: leadingStart, to: source.count, &comments)
        return comments
    }
}

/// All comments of a text, without the white space at their ends.
func allComments(_ source: Span<UInt8>) -> [SourceSpan] {
    var comments: [SourceSpan] = []
    var lexer = Lexer()
    var end = 0
    while true {
        let token = lexer.next(source)
        appendComments(source, from: end, to: Int(token.start), &comments)
        if token.kind == .end { return comments }
        end = Int(token.end)
    }
}

/// Appends the comments of a piece of text without tokens.
private func appendComments(
    _ source: Span<UInt8>, from start: Int, to end: Int, _ comments: inout [SourceSpan]
) {
    var position = start
    while position < end {
        guard source[position] == UInt8(ascii: "/") else {
            position += 1
            continue
        }
        let first = position
        while position < end, source[position] != 0x0A, source[position] != 0x0D { position += 1 }
        comments.append(trimmed(source, first, position))
    }
}

/// The part of a range without white space (any Unicode White_Space) at its ends.
private func trimmed(_ source: Span<UInt8>, _ start: Int, _ end: Int) -> SourceSpan {
    var start = start
    var end = end
    while start < end {
        let length = source[start].isASCIIBlank ? 1 : wideBlankLength(source, at: start)
        guard length > 0 else { break }
        start += length
    }
    while start < end {
        if source[end - 1].isASCIIBlank {
            end -= 1
        } else if end - start >= 2, wideBlankLength(source, at: end - 2) == 2 {
            end -= 2
        } else if end - start >= 3, wideBlankLength(source, at: end - 3) == 3 {
            end -= 3
        } else {
            break
        }
    }
    return SourceSpan(start, end)
}

extension UInt8 {
    fileprivate var isASCIIBlank: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
