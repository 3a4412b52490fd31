import CedarSyntax

extension Expression {
    /// The tree in a compact form that shows its shape: operators first, in parentheses.
    var dump: String { shape() }

    /// The tree in a compact form.
    ///
    /// - Parameter desugars: whether `e has a.b` is shown as `e has a && e.a has b`.
    func shape(desugars: Bool = false) -> String {
        func dump(_ expression: Expression) -> String { expression.shape(desugars: desugars) }
        func list(_ word: String, _ parts: [String]) -> String {
            "(" + ([word] + parts).joined(separator: " ") + ")"
        }
        switch kind {
        case .bool(let value): return "\(value)"
        case .long(let value): return "\(value)"
        case .string(let value): return value.quoted
        case .entity(let uid): return uid.description
        case .variable(let variable): return variable.rawValue
        case .not(let operand): return list("!", [dump(operand)])
        case .negate(let operand): return list("neg", [dump(operand)])
        case .and: return list("&&", andTerms(desugars))
        case .or(let operands): return list("||", operands.map(dump))
        case .binary(let sign, let left, let right):
            return list(sign.rawValue, [dump(left), dump(right)])
        case .isEmpty(let operand): return list("isEmpty", [dump(operand)])
        case .ifThenElse(let condition, let yes, let no):
            return list("if", [dump(condition), dump(yes), dump(no)])
        case .attribute(let owner, let name): return list(".", [dump(owner), name.quoted])
        case .has(_, let path) where desugars && path.count > 1:
            return list("&&", andTerms(desugars))
        case .has(let owner, let path): return list("has", [dump(owner)] + path.map(\.quoted))
        case .like(let operand, let pattern):
            let elements = pattern.elements.map { element in
                switch element {
                case .wildcard: "*"
                case .scalar(let scalar): "'\(scalar.escapedUnlessPlain)"
                }
            }
            return list("like", [dump(operand)] + elements)
        case .isType(let operand, let type, let container):
            return list("is", [dump(operand), type.string] + (container.map { [dump($0)] } ?? []))
        case .set(let members): return list("set", members.map(dump))
        case .record(let members):
            return list("record", members.map { "\($0.key.quoted):\(dump($0.value))" })
        case .call(let function, let arguments):
            return list(function.rawValue, arguments.map(dump))
        }
    }

    /// The operands of a chain of `&&`, those that a path of `has` stands for included.
    private func andTerms(_ desugars: Bool) -> [String] {
        switch kind {
        case .and(let operands):
            let first = desugars ? operands[0].andTerms(true) : [operands[0].dump]
            return first + operands.dropFirst().map { $0.shape(desugars: desugars) }
        case .has(let owner, let path) where path.count > 1:
            var owner = owner.shape(desugars: desugars)
            return path.map { name in
                defer { owner = "(. \(owner) \(name.quoted))" }
                return "(has \(owner) \(name.quoted))"
            }
        default: return [shape(desugars: desugars)]
        }
    }
}

extension Policy {
    /// The whole policy in a compact form, without its places in the source.
    ///
    /// - Parameter desugars: whether what JSON does not tell apart looks the same.
    func shape(desugars: Bool = false) -> String {
        var action = action
        if desugars, case .inSet(let list) = action, list.count == 1 { action = .in(list[0]) }
        let notes = annotations.map { "@\($0.key)(\($0.value?.quoted ?? "-"))" }
        let head = notes + ["\(effect)", "\(principal)", "\(action)", "\(resource)"]
        let body = conditions.map { "\($0.kind) \($0.body.shape(desugars: desugars))" }
        return (head + body).joined(separator: "\n")
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
