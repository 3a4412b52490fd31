package import CedarSyntax

/// The plainest evaluator of Cedar: walks the syntax tree and makes a `Value` at every step.
///
/// It is the measure for the compiled engine, so nothing in it is clever: no caches, no
/// compilation, quadratic sets. It recurses as deep as the tree, which the parser bounds.
///
/// Source: Cedar language reference, "Operators".
package struct TreeEvaluator {
    package let request: TreeRequest
    package let entities: PlainEntities

    package init(request: TreeRequest, entities: PlainEntities) {
        self.request = request
        self.entities = entities
    }

    /// Returns the value of an expression.
    ///
    /// Operands are evaluated from left to right, and all of them before the type of any is
    /// looked at; only `&&`, `||`, `if` and `is … in` leave operands out. Members of records are
    /// evaluated as they are written.
    package func value(of expression: Expression) throws(TreeFault) -> Value {
        switch expression.kind {
        case .bool(let value): return .bool(value)
        case .long(let value): return .long(value)
        case .string(let text): return .string(text)
        case .entity(let uid): return .entity(uid)
        case .variable(let variable): return value(of: variable)
        case .not(let operand): return .bool(try !bool(operand))
        case .negate(let operand): return try negated(value(of: operand))
        case .and(let operands): return .bool(try all(operands))
        case .or(let operands): return .bool(try any(operands))
        case .binary(let operation, let left, let right):
            let leftValue = try value(of: left)
            let rightValue = try value(of: right)
            return try apply(operation, leftValue, rightValue)
        case .isEmpty(let operand): return .bool(try value(of: operand).set().isEmpty)
        case .ifThenElse(let guardExpression, let thenBranch, let elseBranch):
            return try value(of: bool(guardExpression) ? thenBranch : elseBranch)
        case .attribute(let operand, let name): return try attribute(name, of: value(of: operand))
        case .has(let operand, let path): return .bool(try has(path, in: value(of: operand)))
        case .like(let operand, let pattern):
            return .bool(pattern.matchesPlainly(try value(of: operand).string()))
        case .isType(let operand, let type, let container):
            return .bool(try isType(operand, type, in: container))
        case .set(let elements): return .set(try values(of: elements))
        case .record(let members):
            var values: [(key: Text, value: Value)] = []
            for member in members { values.append((member.key, try value(of: member.value))) }
            return .record(values)
        case .call(let function, let arguments):
            return try call(function, values(of: arguments))
        }
    }

    /// Returns the value of an expression that must be a Boolean.
    package func bool(_ expression: Expression) throws(TreeFault) -> Bool {
        guard case .bool(let value) = try value(of: expression) else { throw .typeError }
        return value
    }

    private func values(of expressions: [Expression]) throws(TreeFault) -> [Value] {
        var values: [Value] = []
        for expression in expressions { values.append(try value(of: expression)) }
        return values
    }

    private func value(of variable: Variable) -> Value {
        switch variable {
        case .principal: .entity(request.principal)
        case .action: .entity(request.action)
        case .resource: .entity(request.resource)
        case .context: .record(request.context)
        }
    }

    private func all(_ operands: [Expression]) throws(TreeFault) -> Bool {
        for operand in operands where try !bool(operand) { return false }
        return true
    }

    private func any(_ operands: [Expression]) throws(TreeFault) -> Bool {
        for operand in operands where try bool(operand) { return true }
        return false
    }

    /// `e is T in x` is `e is T && e in x`: `x` is evaluated only when the type is right.
    private func isType(_ operand: Expression, _ type: Text, in container: Expression?)
        throws(TreeFault) -> Bool
    {
        let left = try value(of: operand)
        guard try left.entity().type == type else { return false }
        guard let container else { return true }
        return try isIn(left, value(of: container))
    }
}

// MARK: - Attributes

extension TreeEvaluator {
    private func attribute(_ name: Text, of value: Value) throws(TreeFault) -> Value {
        switch value {
        case .record(let members):
            guard let member = members.first(where: { $0.key == name }) else {
                throw .missingAttribute
            }
            return member.value
        case .entity(let uid):
            guard let entity = entities[uid] else { throw .missingEntity }
            guard let attribute = entity.attributes[name] else { throw .missingAttribute }
            return attribute
        default: throw .typeError
        }
    }

    private func has(_ name: Text, in value: Value) throws(TreeFault) -> Bool {
        switch value {
        case .record(let members): members.contains { $0.key == name }
        case .entity(let uid): entities[uid]?.attributes[name] != nil
        default: throw .typeError
        }
    }

    /// `e has a.b` is `e has a && e.a has b`.
    private func has(_ path: [Text], in value: Value) throws(TreeFault) -> Bool {
        var current = value
        for (index, name) in path.enumerated() {
            guard try has(name, in: current) else { return false }
            if index < path.count - 1 { current = try attribute(name, of: current) }
        }
        return true
    }
}

// MARK: - Operands

extension Value {
    func bool() throws(TreeFault) -> Bool {
        guard case .bool(let value) = self else { throw .typeError }
        return value
    }

    func long() throws(TreeFault) -> Int64 {
        guard case .long(let value) = self else { throw .typeError }
        return value
    }

    func string() throws(TreeFault) -> Text {
        guard case .string(let value) = self else { throw .typeError }
        return value
    }

    func entity() throws(TreeFault) -> EntityUID {
        guard case .entity(let value) = self else { throw .typeError }
        return value
    }

    func set() throws(TreeFault) -> [Value] {
        guard case .set(let value) = self else { throw .typeError }
        return value
    }
}
