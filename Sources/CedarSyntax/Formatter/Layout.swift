/// A text whose line breaks are not decided yet: words, and between them places where a line may
/// end, in groups that stay on one line when they fit.
///
/// It is a tree written down in the order it is read: `group` and `nest` open a part, `end` closes
/// it. So a tree of any depth is built and laid out without recursion.
///
/// Source: P. Wadler, "A prettier printer", 2003.
struct Layout {
    enum Piece: BitwiseCopyable {
        /// A word of the source; its width in columns. Blank lines inside an opaque one (a string,
        /// a comment) are part of it.
        case text(SourceSpan, width: UInt32, isOpaque: Bool)
        case space
        /// A space in a group that fits on its line, a line break otherwise.
        case line
        /// Nothing in a group that fits on its line, a line break otherwise.
        case softLine
        /// Always a line break; a group with one inside does not fit.
        case hardLine
        case group
        /// Lines inside are moved this many columns to the right.
        case nest(UInt32)
        case end
        /// A place that may become a group later.
        case nothing
    }

    private(set) var pieces: [Piece] = []

    mutating func append(_ piece: Piece) { pieces.append(piece) }

    /// Closes several parts, the innermost first.
    mutating func end(_ count: Int = 1) {
        for _ in 0..<count { pieces.append(.end) }
    }

    /// Marks a place where `openGroup(at:)` may begin a group.
    mutating func reserve() -> Int {
        pieces.append(.nothing)
        return pieces.count - 1
    }

    mutating func openGroup(at place: Int) {
        pieces[place] = .group
    }
}
