/// How formatted policies are to look.
package struct LayoutStyle: Hashable, Sendable {
    /// The columns a line should not go beyond; a word that is longer does.
    package let lineWidth: Int
    /// The columns a nested line is moved to the right.
    package let indentWidth: Int

    package static let lineWidths = 1...1_000_000
    package static let indentWidths = 0...100

    /// Lines of 80 columns, 2 columns a level.
    package static let standard = LayoutStyle()

    private init() {
        lineWidth = 80
        indentWidth = 2
    }

    /// Makes a style; nil when a width is out of its range.
    package init?(lineWidth: Int, indentWidth: Int) {
        guard Self.lineWidths.contains(lineWidth), Self.indentWidths.contains(indentWidth) else {
            return nil
        }
        self.lineWidth = lineWidth
        self.indentWidth = indentWidth
    }
}
