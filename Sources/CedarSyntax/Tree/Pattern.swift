/// The right side of `like`: literal text and wildcards.
package struct Pattern: Hashable, Sendable {
    package enum Element: Hashable, Sendable {
        /// `*`: any number of any scalars.
        case wildcard
        /// One scalar that must match itself.
        case scalar(Unicode.Scalar)
    }

    package var elements: [Element]

    package init(_ elements: [Element]) {
        self.elements = elements
    }
}
