import CedarSyntax

extension Expression {
    /// The tree in a compact form that shows its shape: operators first, in parentheses.
    var dump: String {
        func list(_ word: String, _ parts: [String]) -> String {
            "(" + ([word] + parts).joined(separator: " ") + ")"
        }
        switch kind {
        case .bool(let value): return "\(value)"
        case .long(let value): return "\(value)"
        case .string(let value): return value.quoted
        case .entity(let uid): return uid.description
        case .variable(let variable): return variable.rawValue
        case .not(let operand): return list("!", [operand.dump])
        case .negate(let operand): return list("neg", [operand.dump])
        case .and(let operands): return list("&&", operands.map(\.dump))
        case .or(let operands): return list("||", operands.map(\.dump))
        case .binary(let sign, let left, let right):
            return list(sign.rawValue, [left.dump, right.dump])
        case .isEmpty(let operand): return list("isEmpty", [operand.dump])
        case .ifThenElse(let condition, let yes, let no):
            return list("if", [condition.dump, yes.dump, no.dump])
        case .attribute(let owner, let name): return list(".", [owner.dump, name.quoted])
        case .has(let owner, let path): return list("has", [owner.dump] + path.map(\.quoted))
        case .like(let operand, let pattern):
            let elements = pattern.elements.map { element in
                switch element {
                case .wildcard: "*"
                case .scalar(let scalar): "'\(scalar.escapedUnlessPlain)"
                }
            }
            return list("like", [operand.dump] + elements)
        case .isType(let operand, let type, let container):
            return list("is", [operand.dump, type.string] + (container.map { [$0.dump] } ?? []))
        case .set(let members): return list("set", members.map(\.dump))
        case .record(let members):
            return list("record", members.map { "\($0.key.quoted):\($0.value.dump)" })
        case .call(let function, let arguments):
            return list(function.rawValue, arguments.map(\.dump))
        }
    }
}

extension Diagnostics {
    /// `line:column message` of each error.
    func places(in source: String) -> [String] {
        let map = SourceMap(Array(source.utf8))
        return all.map { diagnostic in
            let position = map.position(at: Int(diagnostic.span.start))
            return "\(position.line):\(position.column) \(diagnostic.message)"
        }
    }
}

/// A policy with one condition.
func policy(when condition: String) -> String {
    "permit(principal, action, resource) when { \(condition) };"
}
