import JSON

extension PolicyJSONWriter {
    /// Writes an expression: an object whose one key names the operator.
    mutating func write(_ expression: Expression) throws(OutputOverflow) {
        guard json.bytes.count <= limit else { throw OutputOverflow(limit: limit) }
        switch expression.kind {
        case .and(let operands): return try chain("&&", operands)
        case .or(let operands): return try chain("||", operands)
        case .has(let owner, let path): return try has(owner, path)
        default: break
        }
        json.beginObject()
        switch expression.kind {
        case .bool(let value):
            json.key("Value")
            json.boolean(value)
        case .long(let value):
            json.key("Value")
            json.integer(value)
        case .string(let value):
            json.key("Value")
            json.string(utf8: value.utf8.span)
        case .entity(let uid):
            json.key("Value")
            json.write(.entity(uid))
        case .variable(let variable):
            json.key("Var")
            json.string(variable.rawValue)
        case .not(let operand): try unary("!", operand)
        case .negate(let operand): try unary("neg", operand)
        case .isEmpty(let operand): try unary("isEmpty", operand)
        case .binary(let sign, let left, let right):
            json.key(sign.rawValue)
            json.beginObject()
            try member("left", left)
            try member("right", right)
            json.endObject()
        case .call(let function, let arguments): try list(function.rawValue, arguments)
        case .set(let members): try list("Set", members)
        case .record(let members):
            json.key("Record")
            json.beginObject()
            for member in members {
                json.key(utf8: member.key.utf8.span)
                try write(member.value)
            }
            json.endObject()
        default: try writeLonger(expression.kind)
        }
        json.endObject()
    }

    /// The operators with members of their own; nothing for the others.
    private mutating func writeLonger(_ kind: Expression.Kind) throws(OutputOverflow) {
        switch kind {
        case .ifThenElse(let condition, let yes, let no):
            json.key("if-then-else")
            json.beginObject()
            try member("if", condition)
            try member("then", yes)
            try member("else", no)
            json.endObject()
        case .attribute(let owner, let name):
            json.key(".")
            json.beginObject()
            try member("left", owner)
            json.key("attr")
            json.string(utf8: name.utf8.span)
            json.endObject()
        case .like(let operand, let pattern):
            json.key("like")
            json.beginObject()
            try member("left", operand)
            json.key("pattern")
            write(pattern)
            json.endObject()
        case .isType(let operand, let type, let container):
            json.key("is")
            json.beginObject()
            try member("left", operand)
            write(type: type)
            if let container { try member("in", container) }
            json.endObject()
        default: break
        }
    }

    private mutating func member(
        _ name: String, _ expression: Expression
    ) throws(OutputOverflow) {
        json.key(name)
        try write(expression)
    }

    private mutating func unary(
        _ sign: String, _ operand: Expression
    ) throws(OutputOverflow) {
        json.key(sign)
        json.beginObject()
        try member("arg", operand)
        json.endObject()
    }

    private mutating func list(
        _ name: String, _ elements: [Expression]
    ) throws(OutputOverflow) {
        json.key(name)
        json.beginArray()
        for element in elements { try write(element) }
        json.endArray()
    }

    /// One element for each scalar, as the reference writes it.
    private mutating func write(_ pattern: Pattern) {
        json.beginArray()
        for element in pattern.elements {
            switch element {
            case .wildcard: json.string("Wildcard")
            case .scalar(let scalar):
                json.beginObject()
                json.key("Literal")
                json.string(String(scalar))
                json.endObject()
            }
        }
        json.endArray()
    }

    /// A chain of `&&` or `||` leans to the left: the last operand is the outermost right one.
    private mutating func chain(
        _ sign: String, _ operands: [Expression]
    ) throws(OutputOverflow) {
        guard let first = operands.first else { return json.null() }
        for _ in operands.dropFirst() { beginLeft(of: sign) }
        try write(first)
        for operand in operands.dropFirst() {
            try member("right", operand)
            json.endObject()
            json.endObject()
        }
    }

    /// `e has a.b.c` as `((e has a) && (e.a has b)) && (e.a.b has c)`.
    private mutating func has(_ owner: Expression, _ path: [Text]) throws(OutputOverflow) {
        for _ in path.dropFirst() { beginLeft(of: "&&") }
        for (index, name) in path.enumerated() {
            if index > 0 { json.key("right") }
            beginLeft(of: "has")
            for _ in path[..<index] { beginLeft(of: ".") }
            try write(owner)
            for name in path[..<index] { endWithAttribute(name) }
            endWithAttribute(name)
            guard index > 0 else { continue }
            json.endObject()
            json.endObject()
        }
    }

    /// Leaves off where the left operand comes.
    private mutating func beginLeft(of sign: String) {
        json.beginObject()
        json.key(sign)
        json.beginObject()
        json.key("left")
    }

    private mutating func endWithAttribute(_ name: Text) {
        json.key("attr")
        json.string(utf8: name.utf8.span)
        json.endObject()
        json.endObject()
    }
}
