import JSON

extension PolicyJSON {
    /// Reads an expression: an object whose one key names the operator.
    ///
    /// - Parameter depth: how many expressions stand around it.
    func expression(_ node: JSONNode, depth: Int = 0) throws(DataError) -> Expression {
        guard depth <= limits.maximumDepth else { throw tooDeep(node) }
        let (keyNode, body) = try onlyMember(node)
        let key = text(keyNode)
        switch key {
        case "Value": return try value(body, depth: depth)
        case "Var": return Expression(.variable(try variable(body)), span(node))
        case "Slot":
            throw error(
                node, "a slot cannot stand in a condition: compare it in the policy's scope")
        case "!", "neg", "isEmpty":
            let fields = try fields(body, of: "`\(key)`", ["arg"], required: 1)
            let operand = try expression(present(fields[0], in: body), depth: depth + 1)
            switch key {
            case "!": return Expression(.not(operand), span(node))
            case "neg": return Expression(.negate(operand), span(node))
            default: return Expression(.isEmpty(operand), span(node))
            }
        case "&&", "||": return try chain(node, key, depth: depth)
        case ".":
            let fields = try fields(body, of: "`.`", ["left", "attr"], required: 2)
            let owner = try expression(present(fields[0], in: body), depth: depth + 1)
            return Expression(
                .attribute(owner, try attribute(present(fields[1], in: body))), span(node))
        case "has": return try has(node, body, depth: depth)
        case "like": return try like(node, body, depth: depth)
        case "is": return try isType(node, body, depth: depth)
        case "if-then-else":
            let names: [StaticString] = ["if", "then", "else"]
            let fields = try fields(body, of: "`if-then-else`", names, required: 3)
            return Expression(
                .ifThenElse(
                    try expression(present(fields[0], in: body), depth: depth + 1),
                    then: try expression(present(fields[1], in: body), depth: depth + 1),
                    else: try expression(present(fields[2], in: body), depth: depth + 1)),
                span(node))
        case "Set":
            return Expression(.set(try list(body, of: "`Set`", depth: depth)), span(node))
        case "Record": return try record(node, body, depth: depth)
        default:
            return try call(node, keyNode, body, depth: depth)
        }
    }

    /// Binary operators and extension functions.
    private func call(
        _ node: JSONNode, _ key: JSONNode, _ body: JSONNode, depth: Int
    ) throws(DataError) -> Expression {
        let name = text(key)
        if let sign = BinaryOperator.allCases.first(where: { Text($0.rawValue) == name }) {
            let fields = try fields(body, of: "`\(name)`", ["left", "right"], required: 2)
            return Expression(
                .binary(
                    sign, try expression(present(fields[0], in: body), depth: depth + 1),
                    try expression(present(fields[1], in: body), depth: depth + 1)),
                span(node))
        }
        guard let function = ExtensionFunction(name: name) else {
            let nearest = nearestName(to: name.string, among: Self.operators)
            let hint = nearest.map { ": did you mean `\($0)`?" } ?? ""
            throw error(key, "`\(name)` is no operator and no extension function\(hint)")
        }
        return Expression(
            .call(function, try list(body, of: "`\(name)`", depth: depth)), span(node))
    }

    private static let operators =
        [
            "Value", "Var", "!", "neg", "isEmpty", "&&", "||", ".", "has", "like", "is",
            "if-then-else", "Set", "Record",
        ] + BinaryOperator.allCases.map(\.rawValue)
        + ExtensionFunction.allCases.map(\.rawValue)

    /// The key and the value of an expression's object.
    private func onlyMember(
        _ node: JSONNode
    ) throws(DataError) -> (key: JSONNode, value: JSONNode) {
        guard tape.kind(node) == .object else {
            throw error(node, "an expression must be an object, as `{\"Var\": \"principal\"}`")
        }
        let members = Array(tape.members(node))
        guard let first = members.first else {
            throw error(node, "an expression is an object with one key, the operator, not none")
        }
        guard members.count == 1 else {
            throw error(
                members[1].key,
                "an expression is an object with one key, the operator: here are "
                    + "`\(text(first.key))` and `\(text(members[1].key))`")
        }
        return first
    }

    private func list(
        _ node: JSONNode, of what: String, depth: Int
    ) throws(DataError) -> [Expression] {
        guard tape.kind(node) == .array else {
            throw error(node, "\(what) needs an array of expressions")
        }
        var list: [Expression] = []
        list.reserveCapacity(tape.count(node))
        for element in tape.elements(node) {
            list.append(try expression(element, depth: depth + 1))
        }
        return list
    }

    /// A chain of `&&` or `||`, which leans to the left and is as flat as in a text.
    private func chain(
        _ node: JSONNode, _ key: Text, depth: Int
    ) throws(DataError) -> Expression {
        var rights: [JSONNode] = []
        var first = node
        while tape.kind(first) == .object, tape.count(first) == 1 {
            let (name, body) = try onlyMember(first)
            guard text(name) == key else { break }
            let fields = try fields(body, of: "`\(key)`", ["left", "right"], required: 2)
            rights.append(present(fields[1], in: body))
            first = present(fields[0], in: body)
        }
        var operands = [try expression(first, depth: depth + 1)]
        operands.reserveCapacity(rights.count + 1)
        for right in rights.reversed() {
            operands.append(try expression(right, depth: depth + 1))
        }
        return Expression(key == "&&" ? .and(operands) : .or(operands), span(node))
    }

    private func variable(_ node: JSONNode) throws(DataError) -> Variable {
        let name = word(node)
        guard let variable = Variable.allCases.first(where: { Text($0.rawValue) == name }) else {
            throw error(node, "a variable is `principal`, `action`, `resource` or `context`")
        }
        return variable
    }

    private func has(
        _ node: JSONNode, _ body: JSONNode, depth: Int
    ) throws(DataError) -> Expression {
        // The reference refuses members it does not know everywhere but here.
        let fields = try fields(
            body, of: "`has`", ["left", "attr"], required: 2, isOpen: true)
        let names = present(fields[1], in: body)
        var path: [Text] = []
        if tape.kind(names) == .array {
            for name in tape.elements(names) { path.append(try attribute(name)) }
            guard !path.isEmpty else { throw error(names, "`has` needs at least one attribute") }
        } else {
            path = [try attribute(names)]
        }
        // The path reads as that many attributes of attributes.
        guard depth + path.count <= limits.maximumDepth else { throw tooDeep(names) }
        let owner = try expression(present(fields[0], in: body), depth: depth + path.count)
        return Expression(.has(owner, path: path), span(node))
    }

    private func like(
        _ node: JSONNode, _ body: JSONNode, depth: Int
    ) throws(DataError) -> Expression {
        let fields = try fields(body, of: "`like`", ["left", "pattern"], required: 2)
        let list = present(fields[1], in: body)
        guard tape.kind(list) == .array else {
            throw error(
                list, "a pattern must be an array of `\"Wildcard\"` and `{\"Literal\": \"…\"}`")
        }
        var elements: [Pattern.Element] = []
        for element in tape.elements(list) {
            if word(element) == "Wildcard" {
                elements.append(.wildcard)
                continue
            }
            guard tape.count(element) == 1, let literal = tape.member(element, "Literal"),
                tape.kind(literal) == .string
            else {
                throw error(
                    element,
                    "a pattern's element is `\"Wildcard\"` or `{\"Literal\": \"…\"}`")
            }
            elements += text(literal).string.unicodeScalars.map { .scalar($0) }
        }
        return Expression(
            .like(
                try expression(present(fields[0], in: body), depth: depth + 1),
                Pattern(elements)), span(node))
    }

    private func isType(
        _ node: JSONNode, _ body: JSONNode, depth: Int
    ) throws(DataError) -> Expression {
        let fields = try fields(body, of: "`is`", ["left", "entity_type", "in"], required: 2)
        let operand = try expression(present(fields[0], in: body), depth: depth + 1)
        let type = try entityType(present(fields[1], in: body))
        var container: Expression?
        if let node = fields[2], tape.kind(node) != .null {
            container = try expression(node, depth: depth + 1)
        }
        return Expression(.isType(operand, type, in: container), span(node))
    }

    private func record(
        _ node: JSONNode, _ body: JSONNode, depth: Int
    ) throws(DataError) -> Expression {
        guard tape.kind(body) == .object else {
            throw error(body, "`Record` needs an object of expressions")
        }
        var members: [(key: Text, value: Expression)] = []
        members.reserveCapacity(tape.count(body))
        for (key, value) in tape.members(body) {
            members.append((text(key), try expression(value, depth: depth + 1)))
        }
        return Expression(.record(members), span(node))
    }

    func tooDeep(_ node: JSONNode) -> DataError {
        error(node, "the expression nests deeper than \(limits.maximumDepth) levels")
    }
}
