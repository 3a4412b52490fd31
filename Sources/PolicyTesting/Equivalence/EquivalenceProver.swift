package import CedarSchema
package import CedarSyntax

/// Proves that two policies cannot be told apart by any request and entities that a schema allows.
///
/// For each kind of request that the schema allows both are simplified by what the kind decides; they
/// are equivalent when what remains is the same text every time. Not to find a proof means nothing.
package struct EquivalenceProver: Sendable {
    private let schema: Schema

    package init(_ schema: Schema) {
        self.schema = schema
    }

    /// Whether a proof is found.
    ///
    /// - Parameters: two policies that are valid under the schema.
    package func areEquivalent(_ first: Policy, _ second: Policy) -> Bool {
        RequestKind.all(of: schema).allSatisfy { kind in
            let residual = Residual(kind: kind, schema: schema)
            switch (residual.conjuncts(of: first), residual.conjuncts(of: second)) {
            case (nil, nil): return true
            case (let left?, let right?):
                guard first.effect == second.effect, left.count == right.count else {
                    return false
                }
                return zip(left, right).allSatisfy { $0.isSameText(as: $1) }
            default: return false
            }
        }
    }
}

extension Expression {
    /// Whether both are printed alike, which only the same trees are.
    fileprivate func isSameText(as other: Expression) -> Bool {
        do throws(OutputOverflow) {
            let limit = 1 << 20
            return try Text(cedarText(limit: limit)) == Text(other.cedarText(limit: limit))
        } catch {
            return false
        }
    }
}
