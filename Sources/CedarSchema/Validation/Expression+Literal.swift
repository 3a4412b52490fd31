import CedarSyntax

extension Expression {
    /// The value of a Boolean literal; `&&` and `||` of two literals are a literal too, as in Cedar.
    var literalTruth: Bool? {
        switch kind {
        case .bool(let value): return value
        case .and(let operands):
            let (truth, rest) = Self.literalPrefix(of: operands) { $0 && $1 }
            return rest.isEmpty ? truth : nil
        case .or(let operands):
            let (truth, rest) = Self.literalPrefix(of: operands) { $0 || $1 }
            return rest.isEmpty ? truth : nil
        default: return nil
        }
    }

    /// Splits a chain into the value of the literals that it begins with, if any, and the rest.
    static func literalPrefix(
        of operands: [Expression], _ combine: (Bool, Bool) -> Bool
    ) -> (truth: Bool?, rest: ArraySlice<Expression>) {
        var rest = operands[...]
        var truth: Bool?
        while let next = rest.first?.literalTruth {
            truth = truth.map { combine($0, next) } ?? next
            rest = rest.dropFirst()
        }
        return (truth, rest)
    }
}
