package import CedarSyntax

/// Why an expression has no value, and where in its text.
package struct EvaluationError: Error, Sendable {
    package enum Reason: Hashable, Sendable {
        case fault(Fault)
        /// The expression exceeds the bounds on programs or on values.
        case compilation(CompileError)
    }

    package let reason: Reason
    /// The place of the smallest expression that is to blame.
    package let span: SourceSpan
    /// The expression that was evaluated.
    let expression: Expression

    init(_ reason: Reason, at expression: Expression) {
        self.reason = reason
        self.expression = expression
        span = expression.span
    }

    /// What is wrong: lower case, no full stop.
    package var message: String {
        switch (reason, expression.kind) {
        case (.fault(.missingAttribute), .attribute(_, let name)):
            "there is no attribute `\(name)`; guard it with `has`"
        case (.fault(let fault), _): fault.message
        case (.compilation(let error), _): error.message
        }
    }
}
