/// What a node of a parsed text is.
package enum JSONKind: UInt8, Sendable {
    case null
    case `false`
    case `true`
    /// A number written as an integer that fits `Int64`, `-0` excepted.
    case integer
    /// Any other valid number: fraction, exponent, `-0`, or outside `Int64`.
    case otherNumber
    case string
    case array
    case object

    /// The kind in words, for messages on what was expected instead.
    package var words: String {
        switch self {
        case .null: "null"
        case .true, .false: "a boolean"
        case .integer, .otherNumber: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Names one value (or member key) inside the `JSONTape` that produced it.
///
/// It means nothing to another tape, nor to the same tape after it parses again; a stale node gives a
/// wrong answer or a trap, never an access outside the tape's storage.
package struct JSONNode: BitwiseCopyable, Sendable, Hashable {
    let index: UInt32

    init(index: Int) { self.index = UInt32(truncatingIfNeeded: index) }
}
