/// Bounds on one JSON text, checked before memory is taken for it.
package struct JSONLimits: Sendable, Hashable {
    /// Longest accepted text in bytes.
    ///
    /// Values above `JSONLimits.largestText` act as that value. A parsed text takes its own size plus
    /// 16 bytes a node; the worst text (`[0,0,…]`) has a node every two bytes.
    package var maximumBytes: Int = 64 << 20

    /// Deepest accepted nesting of arrays and objects: 1 accepts `[]` and refuses `[[]]`.
    package var maximumDepth: Int = 256

    /// Most bytes any text may have, whatever the limits say: the tape stores offsets in 29 bits.
    package static let largestText = (1 << 29) - 1

    /// Makes limits; the defaults fit files that an administrator supplies.
    package init(maximumBytes: Int = 64 << 20, maximumDepth: Int = 256) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
    }
}
