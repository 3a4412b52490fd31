extension PolicySet {
    /// Parses a text of policies and templates in Cedar's own syntax; an empty text is a set.
    ///
    /// - Throws: the first error of each policy that has one, in source order, up to
    ///   `limits.maximumDiagnostics`.
    /// - Complexity: linear in the size of the text.
    package static func parse(
        _ source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> PolicySet {
        if let set = try parseParts(source, size: partBytes, limits: limits) { return set }
        var parser = try Parser(source, limits: limits)
        let set = parser.policySet()
        try parser.throwDiagnostics()
        return set
    }

    /// Parses a text of policies and templates in Cedar's own syntax.
    package static func parse(
        _ source: String, limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> PolicySet {
        try parse(Array(source.utf8), limits: limits)
    }
}

extension Expression {
    /// Parses one expression, as it would stand in a condition.
    package static func parse(
        _ source: [UInt8], limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> Expression {
        var parser = try Parser(source, limits: limits)
        let expression: Expression?
        do {
            expression = try parser.wholeExpression()
        } catch {
            expression = nil
        }
        try parser.throwDiagnostics()
        guard let expression else { preconditionFailure("a failure records its diagnostic") }
        return expression
    }

    /// Parses one expression, as it would stand in a condition.
    package static func parse(
        _ source: String, limits: SyntaxLimits = .standard
    ) throws(Diagnostics) -> Expression {
        try parse(Array(source.utf8), limits: limits)
    }
}

extension Parser {
    fileprivate mutating func wholeExpression() throws(ParseFailure) -> Expression {
        let expression = try expression()
        guard token.kind == .end else { throw afterOperand(expecting: "the end of the text") }
        return expression
    }

    /// Throws what was recorded, when something was.
    func throwDiagnostics() throws(Diagnostics) {
        guard let first = diagnostics.first else { return }
        throw Diagnostics(first, Array(diagnostics.dropFirst()))
    }
}
