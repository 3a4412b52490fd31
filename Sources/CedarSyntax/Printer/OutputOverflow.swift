/// Says that a policy written out is larger than the limit.
///
/// `e has a.b.c` and its like repeat `e` where the output has no short form; a few of them inside
/// each other are more text than any memory holds.
package struct OutputOverflow: Error, Hashable, Sendable {
    /// The limit in bytes.
    package var limit: Int

    package init(limit: Int) {
        self.limit = limit
    }

    /// What is wrong and what to do: lower case, no full stop.
    package var message: String {
        "the output has more than \(limit) bytes: do not nest `has a.b` inside of `has`"
    }

    /// The largest output, in bytes, unless another limit is given.
    package static let standardLimit = 1 << 30
}
