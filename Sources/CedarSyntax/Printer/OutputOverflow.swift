/// Says that policies or a schema written out are larger than the limit.
///
/// `e has a.b.c` and its like repeat `e` where the output has no short form; a few of them inside
/// each other are more text than any memory holds. A declaration of many names is written out once
/// for each of them.
package struct OutputOverflow: Error, Hashable, Sendable {
    /// The limit in bytes.
    package var limit: Int

    /// What made the output grow.
    package var cause: Cause

    /// What is written more than once.
    package enum Cause: Hashable, Sendable {
        case repeatedOperand
        case repeatedDeclaration
    }

    package init(limit: Int, cause: Cause = .repeatedOperand) {
        self.limit = limit
        self.cause = cause
    }

    /// What is wrong and what to do: lower case, no full stop.
    package var message: String {
        let remedy =
            switch cause {
            case .repeatedOperand: "do not nest `has a.b` inside of `has`"
            case .repeatedDeclaration: "give long types a name instead of repeating them"
            }
        return "the output has more than \(limit) bytes: \(remedy)"
    }

    /// The largest output, in bytes, unless another limit is given.
    package static let standardLimit = 1 << 30
}
