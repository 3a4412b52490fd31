import CedarSyntax

extension Compiler {
    /// What of a policy's conditions was worked out when they were compiled, in source order.
    ///
    /// Of an expression that became a constant only the whole is told.
    ///
    /// - Complexity: O(size · depth).
    mutating func foldings(
        in policy: Policy
    ) throws(CompileError) -> [PolicyExplanation.Folding] {
        var foldings: [PolicyExplanation.Folding] = []
        // The last is next; with each whether what stands before it leaves it no chance.
        var open = policy.conditions.reversed().map { (expression: $0.body, isDead: false) }
        while let (expression, isDead) = open.popLast() {
            if isDead {
                foldings.append(.init(expression: expression.shown, outcome: .neverEvaluated))
                continue
            }
            // A literal was a constant before.
            if expression.constantValue != nil { continue }
            if let value = try constant(of: expression) {
                foldings.append(.init(expression: expression.shown, outcome: .value(value)))
                continue
            }
            open += try parts(of: expression).reversed()
        }
        return foldings
    }

    /// The operands of an expression that is no constant.
    private mutating func parts(
        of expression: Expression
    ) throws(CompileError) -> [(expression: Expression, isDead: Bool)] {
        switch expression.kind {
        case .and(let operands), .or(let operands):
            var isOr = false
            if case .or = expression.kind { isOr = true }
            var parts: [(Expression, Bool)] = []
            var isDead = false
            for operand in operands {
                parts.append((operand, isDead))
                guard !isDead, let value = try constant(of: operand) else { continue }
                if case .bool(let known) = value { isDead = known == isOr } else { isDead = true }
            }
            return parts
        case .ifThenElse(let test, let then, let otherwise):
            guard case .bool(let known)? = try constant(of: test) else {
                return expression.operands.map { ($0, false) }
            }
            return [(test, false), (then, !known), (otherwise, known)]
        default: return expression.operands.map { ($0, false) }
        }
    }
}

extension Expression {
    /// The expression in Cedar's syntax, cut off where it is long.
    var shown: String {
        // What repeats an operand too often is not worth its text.
        let text = try? cedarText(limit: 1 << 16)
        return text?.cut(100) ?? "an expression"
    }
}

extension Text {
    /// A name as it stands behind `has`: quoted unless it is an identifier.
    var spelledAsName: String { isIdentifier ? string : quoted }

    /// A name as it stands behind an expression: `.name` or `["a name"]`.
    var spelledAsMember: String { isIdentifier ? ".\(string)" : "[\(quoted)]" }
}
