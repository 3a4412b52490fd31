import Testing

/// An expression and what it must come to.
struct ExpressionRow: Sendable, CustomTestStringConvertible {
    let expression: String
    let expected: Evaluation

    var testDescription: String { "\(expression): \(expected)" }

    /// Rows that all come to the same.
    static func rows(_ expected: Evaluation, _ expressions: [String]) -> [ExpressionRow] {
        expressions.map { ExpressionRow(expression: $0, expected: expected) }
    }
}
