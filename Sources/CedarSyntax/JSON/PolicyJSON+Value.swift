import JSON

extension PolicyJSON {
    /// Reads what stands in `Value`: a literal, or a set or record of literals.
    ///
    /// The escapes `__entity` and `__extn` are understood as in entity files, but a function is
    /// only named here and runs when the policy does.
    func value(_ node: JSONNode, depth: Int) throws(DataError) -> Expression {
        guard depth <= limits.maximumDepth else { throw tooDeep(node) }
        let kind: Expression.Kind
        switch tape.kind(node) {
        case .array:
            var elements: [Expression] = []
            elements.reserveCapacity(tape.count(node))
            for element in tape.elements(node) {
                elements.append(try value(element, depth: depth + 1))
            }
            kind = .set(elements)
        case .object: kind = try object(node, depth: depth)
        default:
            // Scalars, and the words for those that are none.
            switch try values.value(node) {
            case .bool(let value): kind = .bool(value)
            case .long(let value): kind = .long(value)
            case .string(let text): kind = .string(text)
            default: throw error(node, "a value cannot be written so")
            }
        }
        return Expression(kind, span(node))
    }

    private func object(_ node: JSONNode, depth: Int) throws(DataError) -> Expression.Kind {
        if tape.count(node) == 1 {
            if let inner = tape.member(node, "__entity"), values.isTypeAndID(inner) {
                try values.checkNumbers(inner)
                return .entity(try values.uid(members: inner))
            }
            if let inner = tape.member(node, "__extn"), values.isCall(inner) {
                try values.checkNumbers(inner)
                return try call(inner, depth: depth)
            }
            if let inner = tape.member(node, "__expr"), tape.kind(inner) == .string {
                throw error(node, "`__expr` is not supported any more: use `__extn`")
            }
        }
        // What only looks like an escape is a record, as it is to the reference implementation.
        var members: [(key: Text, value: Expression)] = []
        members.reserveCapacity(tape.count(node))
        for member in tape.members(node) {
            members.append((text(member.key), try value(member.value, depth: depth + 1)))
        }
        return .record(members)
    }

    /// Reads `{"fn": …, "arg": …}` or `{"fn": …, "args": […]}`; `arg` counts when both are there.
    private func call(_ node: JSONNode, depth: Int) throws(DataError) -> Expression.Kind {
        let name = tape.member(node, "fn") ?? node
        guard let function = ExtensionFunction(name: text(name)) else {
            throw error(name, "`\(text(name))` is no extension function")
        }
        var arguments: [Expression] = []
        if let argument = tape.member(node, "arg") {
            arguments.append(try value(argument, depth: depth + 1))
        } else if let list = tape.member(node, "args") {
            for argument in tape.elements(list) {
                arguments.append(try value(argument, depth: depth + 1))
            }
        }
        return .call(function, arguments)
    }
}
