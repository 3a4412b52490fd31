/// Why policies were not formatted.
package enum FormatFailure: Error, Hashable, Sendable {
    /// The text does not parse.
    case syntax(Diagnostics)
    /// The formatted text would have more than this number of bytes.
    case tooLarge(limit: Int)
    /// The result would not have been the same policies with the same comments: a defect of the
    /// formatter, not of the text. The payload says what differs.
    case changed(String)
}

/// Says that the tokens of a policy are not in the order the layout expects.
///
/// The parser has accepted the text before, so that it means a defect of the formatter.
struct LayoutFault: Error, BitwiseCopyable {}
